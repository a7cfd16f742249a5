import { readFile } from "node:fs/promises";
import type { paths } from "./openapi.js";

// As they are now: tests replace them.
const { fetch } = globalThis;

type Method = "get" | "put" | "post" | "delete";

/** A route of the control API with its method, such as `"GET /_mturk/clock"`. */
export type Route = {
  [P in keyof paths]: {
    [M in Method]: paths[P][M] extends { responses: unknown } ? `${Uppercase<M>} ${P}` : never;
  }[Method];
}[keyof paths];

type OperationOf<R extends Route> = R extends `${infer M} ${infer P extends keyof paths}`
  ? paths[P][Lowercase<M> & Method]
  : never;

type JsonOf<T> = T extends { content: { "application/json": infer Json } } ? Json : never;

type BodyOf<O> = O extends { requestBody: infer Sent }
  ? { body: JsonOf<Sent> }
  : O extends { requestBody?: infer Sent }
    ? { body?: JsonOf<NonNullable<Sent>> }
    : never;

/** What a route takes: the members of its `path`, its `query`, and its `body`. */
export type Input<R extends Route> =
  OperationOf<R> extends { parameters: infer P extends { path?: unknown; query?: unknown } }
    ? Pick<P, "path" | "query"> & BodyOf<OperationOf<R>>
    : never;

/** What a route answers. What is no JSON, such as a file, is a `Response`. */
export type Output<R extends Route> =
  OperationOf<R> extends { responses: { 200: infer Answer } }
    ? [JsonOf<Answer>] extends [never]
      ? Response
      : JsonOf<Answer>
    : never;

type Body<R extends Route> = NonNullable<Input<R> extends { body?: infer B } ? B : never>;

/** A worker's answers, by question or form field. */
export type Answers = NonNullable<Body<"POST /_mturk/hits/{id}/submissions">["Answers"]>;
/** The market, or a part of it, as one object. */
export type World = Output<"GET /_mturk/world">;
/** What {@link Control.wait} waits for. */
export type Condition = NonNullable<Input<"GET /_mturk/wait">["query"]>;

/** A call of the Requester API, as the journal has it. */
export type Call = Output<"GET /_mturk/requests">["Requests"][number];

/** A rule by which calls fail. */
export type FaultRule = Output<"GET /_mturk/faults">["Faults"][number];

/** A URL that gets events as signed POST requests. */
export type Webhook = Output<"GET /_mturk/webhooks">["Webhooks"][number];
/** A crowd of robots. */
export type Robot = Output<"GET /_mturk/robots">["Robots"][number];

/** The control API refused, or the server failed. */
export class ControlError extends Error {
  override name = "ControlError";
  /** The HTTP status. */
  readonly status: number;
  /** The error's code, such as `"NotFound"`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * The control API of a running server: it lets workers work, moves the clock, and loads and saves
 * the market.
 */
export class Control {
  /** Where the control API answers, without a path. */
  readonly endpoint: string;
  readonly #token: string | undefined;

  /**
   * @param endpoint by default that of `mturk-local exec`, or else http://127.0.0.1:1770.
   * @param token the admin token, if the server asks for one.
   */
  constructor(
    endpoint: string = process.env.MTURK_LOCAL_ENDPOINT || "http://127.0.0.1:1770",
    token: string | undefined = process.env.MTURK_LOCAL_ADMIN_TOKEN,
  ) {
    this.endpoint = endpoint;
    this.#token = token;
  }

  /**
   * One request to any route:
   * `request("GET /_mturk/workers/{id}", { path: { id: "A1ANNA0000000" } })`.
   *
   * @throws ControlError if the server refuses.
   */
  async request<R extends Route>(
    route: R,
    ...[input]: {} extends Input<R> ? [Input<R>?] : [Input<R>]
  ): Promise<Output<R>> {
    const { path = {}, query = {}, body } = (input ?? {}) as Untyped;
    const [method, template] = route.split(" ") as [string, string];
    const url = new URL(
      template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path[name]))),
      this.endpoint,
    );
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = {};
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await this.#send(url, { method, headers, body: JSON.stringify(body) });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    if (!answer.ok) throw await this.#refused(answer);
    return (isJson ? await answer.json() : answer) as Output<R>;
  }

  async #send(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (error) {
      const cause = ((error as Error).cause ?? error) as Error;
      const message = `no server answers at ${this.endpoint}: ${cause.message}`;
      throw new Error(this.withLog(message), { cause });
    }
  }

  async #refused(answer: Response): Promise<ControlError> {
    const text = await answer.text();
    let { code, message } = { code: answer.statusText, message: text };
    try {
      ({ code, message } = JSON.parse(text).error);
    } catch {
      // The server itself refused, in plain text.
    }
    return new ControlError(answer.status, code, answer.status < 500 ? message : this.withLog(message));
  }

  /** The message of a failure, with the server's log if that is known. */
  protected withLog(message: string): string {
    return message;
  }

  /** The market's clock. Each function resolves to the market's time. */
  readonly clock = {
    now: async () => new Date((await this.request("GET /_mturk/clock")).now),
    /** Jumps ahead, such as by `"30d"`. All that falls due happens before this resolves. */
    advance: (span: string) => this.#change({ advance: span }),
    /** Jumps to an instant. */
    set: (time: Date | string | number) =>
      this.#change({ set: time instanceof Date ? time.toISOString() : time }),
    /** Stops the clock. */
    freeze: () => this.#change({ freeze: true }),
    /** Lets the clock run on. */
    resume: () => this.#change({ resume: true }),
  };

  async #change(body: Body<"POST /_mturk/clock">): Promise<Date> {
    return new Date((await this.request("POST /_mturk/clock", { body })).now);
  }

  /** A worker accepts a HIT and submits it. Without a `WorkerId` it is a new worker. */
  submit(
    hitId: string,
    answers: Answers,
    more: Omit<Body<"POST /_mturk/hits/{id}/submissions">, "Answers" | "Answer"> = {},
  ) {
    const body = { ...more, Answers: answers };
    return this.request("POST /_mturk/hits/{id}/submissions", { path: { id: hitId }, body });
  }

  /**
   * Waits until a HIT is as you say, such as `{ HITId, submitted: 3 }`, or all HITs together, such as
   * `{ submitted: 15 }`, or no robot has anything to do: `{ idle: true }`; at most for `timeout`.
   */
  wait(condition: Condition) {
    return this.request("GET /_mturk/wait", { query: condition });
  }

  /**
   * Adds robots, who do whatever HITs appear: `crowd({ label: ["cat", "cat", "dog"] })`. The work takes
   * no time, so that its answers are there as soon as a HIT is. To remove robots, call {@link reset} or
   * {@link dismiss}.
   *
   * @param answers how a field is answered: a value, a list to draw from, or a rule such as
   * `{ Gold: "${label}", Accuracy: 0.9 }`. Fields that are not named get plausible answers.
   * @param script other members, such as `{ Workers: 10, WorkTime: { Min: "20s", Max: "3m" } }`; 30 workers
   * by default.
   */
  async crowd(answers: NonNullable<Robot["Answers"]> = {}, script: Robot = {}): Promise<Robot> {
    const body: Robot = { Workers: 30, WorkTime: { Min: "0s" }, ...script, Answers: answers };
    return (await this.request("POST /_mturk/robots", { body })).Robots[0]!;
  }

  /** The crowds of robots, with their progress. */
  async crowds(): Promise<Robot[]> {
    return (await this.request("GET /_mturk/robots")).Robots;
  }

  /** Removes all robots. What they have in hand is returned. */
  async dismiss(): Promise<void> {
    await this.request("DELETE /_mturk/robots");
  }

  /**
   * Makes calls fail: `fail("CreateHIT", "ThrottlingException", { Times: 2 })`. To remove the rules,
   * call {@link reset} or {@link heal}.
   *
   * @param operation such as `"CreateHIT"`, or `"*"` for all.
   * @param error `"ThrottlingException"`, `"ServiceFault"`, or a `TurkErrorCode`; without it, give
   * another fault in `rule`.
   */
  async fail(operation: FaultRule["Operation"], error?: string, rule: FaultRule = {}): Promise<FaultRule> {
    const body: FaultRule = { ...rule, Operation: operation, Error: error };
    return (await this.request("POST /_mturk/faults", { body })).Faults[0]!;
  }

  /** Removes all rules that make calls fail. */
  async heal(): Promise<void> {
    await this.request("DELETE /_mturk/faults");
  }

  /**
   * Registers a URL that gets events as signed POST requests: `webhook(url, { Events: ["HITReviewable"] })`.
   * Start the server with `--allow-outbound` for its host. {@link reset} removes the webhook.
   *
   * @returns the webhook with its `Secret`.
   */
  async webhook(url: string, webhook: Partial<Webhook> = {}): Promise<Webhook> {
    const body: Webhook = { ...webhook, Url: url };
    return (await this.request("POST /_mturk/webhooks", { body })).Webhooks[0]!;
  }

  /** The webhooks, without their secrets. */
  async webhooks(): Promise<Webhook[]> {
    return (await this.request("GET /_mturk/webhooks")).Webhooks;
  }

  /**
   * The calls of the Requester API since the last reset, the oldest first:
   * `(await server.calls("SendBonus")).length`.
   *
   * @param filter `text` is what stands in the request or in the answer.
   * @throws if the journal of the server was too small for all calls.
   */
  async calls(operation?: Call["Operation"], filter: { requester?: string; error?: string; text?: string } = {}) {
    const calls: Call[] = [];
    while (true) {
      const query = { ...filter, operation, after: calls.at(-1)?.Number };
      const { Requests, Dropped } = await this.request("GET /_mturk/requests", { query });
      if (Dropped > 0) throw new Error(`${Dropped} calls were dropped: give the server a larger --journal`);
      if (Requests.length === 0) return calls;
      calls.push(...Requests);
    }
  }

  /**
   * Loads worlds: objects, or the names of files.
   *
   * @param options.replace load them in place of what is there.
   * @param options.requester the access key that owns the entries without an owner.
   */
  async load(
    worlds: World | string | URL | (World | string | URL)[],
    { replace = false, requester }: { replace?: boolean; requester?: string } = {},
  ) {
    const body = await Promise.all([worlds].flat().map(read));
    return this.request(`${replace ? "PUT" : "POST"} /_mturk/world`, { query: { requester }, body });
  }

  /** The whole market as a world. */
  dump() {
    return this.request("GET /_mturk/world");
  }

  /**
   * Keeps the whole market, its clock too, in place of an earlier snapshot with this name. It stays
   * when the market is reset.
   */
  snapshot(name: string) {
    return this.request("POST /_mturk/snapshots/{name}", { path: { name } });
  }

  /** Goes back to the snapshot with that name. Resolves to the market's time. */
  async restore(name: string): Promise<Date> {
    const route = "POST /_mturk/snapshots/{name}/restore";
    return new Date((await this.request(route, { path: { name } })).now);
  }

  /** Takes the server back to its start, to an `empty` market, or rids it of one `Requester`. */
  reset(body: Body<"POST /_mturk/reset"> = {}) {
    return this.request("POST /_mturk/reset", { body });
  }
}

interface Untyped {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

async function read(world: World | string | URL): Promise<World> {
  if (typeof world !== "string" && !(world instanceof URL)) return world;
  return JSON.parse(await readFile(world, "utf8"));
}

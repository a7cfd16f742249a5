/// <reference lib="esnext.disposable" preserve="true" />
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Socket } from "node:net";
import { binPath } from "./binary.js";
import { Control } from "./control.js";
import { intercept } from "./intercept.js";

// As they are now: fake timers of tests replace them.
const { setTimeout, clearTimeout } = globalThis;

/** Options of {@link start}. Those of the server are described in the book. */
export interface ServerOptions {
  /** The worlds to begin with: files, or names of built-in ones such as `"minimal"`. */
  fixture?: string | string[];
  /** The time at which the market starts. By default it is the real time. */
  clock?: Date | string;
  /** Stop the clock. */
  freeze?: boolean;
  /** Make the same ids in each run. */
  seed?: number;
  /** Which of Amazon's two markets to behave as; by default the sandbox. */
  profile?: "sandbox" | "production";
  /** Whether unknown access keys are taken (`open`, the default). */
  auth?: "open" | "strict";
  /** Known requesters: `AKID:SECRET[:NAME]`. */
  credential?: string | string[];
  /** Where the market is kept: `sqlite:PATH` or `postgres://…`. By default it is temporary. */
  database?: string;
  /** More options, as on the command line: `["--queue", "0"]`. */
  args?: string[];
  /** More environment variables for the server. */
  env?: Record<string, string>;
  /** Where to write the log. By default it is a temporary file, removed by `stop()`. */
  logFile?: string;
  /** The program; by default that of {@link binPath}. */
  binary?: string;
  /** After how many milliseconds `start()` gives up; by default 30,000. */
  startTimeoutMs?: number;
  /** After how many milliseconds `stop()` kills the server; by default 10,000. */
  stopTimeoutMs?: number;
}

/**
 * What a client needs, in the order in which {@link COMMAND} prints it. `mturk-local exec` sets
 * these for its command.
 */
const VARIABLES = [
  "AWS_ENDPOINT_URL_MTURK",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "MTURK_LOCAL_ENDPOINT",
  "MTURK_LOCAL_ADMIN_TOKEN",
] as const;

/**
 * The command that the server runs for. It ends when its standard input does: by `stop()`, and also
 * when this process ends in any way.
 */
const COMMAND = [
  "sh",
  "-c",
  // Ctrl-C in a terminal reaches this command too, and a test may need the server until it has ended.
  `trap '' INT; printf '%s\\n' ${VARIABLES.map((name) => `"$${name}"`).join(" ")}; exec cat >/dev/null`,
];

/** Variables that choose what each server has for itself. */
const NOT_INHERITED = ["LISTEN", "CONTROL_LISTEN", "READY_FILE", "LOG_FILE"];

/** Starts a server on a free port. It ends at {@link Server.stop}, or when this process ends. */
export async function start(options: ServerOptions = {}): Promise<Server> {
  const program = options.binary ?? binPath();
  const log = options.logFile ?? join(mkdtempSync(join(tmpdir(), "mturk-local-log-")), "server.log");
  const child = launch(program, options, log);
  const env = await variables(child, options.startTimeoutMs ?? 30_000).catch((error: Error) => {
    child.kill("SIGKILL");
    throw new Error(`mturk-local did not start: ${error.message}\n${lastLines(log)}Its log: ${log}`);
  });
  // A script that forgets stop() ends all the same.
  child.unref();
  (child.stdin as Socket).unref();
  return new Server(child, env, log, options);
}

function launch(program: string, options: ServerOptions, log: string): ChildProcess {
  const inherited = { ...process.env };
  for (const name of NOT_INHERITED) delete inherited[`MTURK_LOCAL_${name}`];
  const logFd = openSync(log, "a");
  try {
    return spawn(program, ["exec", ...flags(options, log), "--", ...COMMAND], {
      // COMMAND calls nobody.
      env: { ...inherited, MTURK_LOCAL_NO_INTERCEPT: "true", ...options.env },
      stdio: ["pipe", "pipe", logFd],
    });
  } finally {
    closeSync(logFd);
  }
}

function flags(options: ServerOptions, log: string): string[] {
  const { fixture, clock, freeze, seed, profile, auth, credential, database, args = [] } = options;
  const values = {
    fixture,
    clock: clock instanceof Date ? clock.toISOString() : clock,
    seed,
    profile,
    auth,
    credential,
    database,
    "log-file": log,
  };
  const given = Object.entries(values).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `--${name}=${one}`),
  );
  return [...given, ...(freeze ? ["--freeze"] : []), ...args];
}

/** What the command printed. It starts as soon as the server answers. */
function variables(child: ChildProcess, timeout: number): Promise<Environment> {
  const stdout = child.stdout!;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${timeout} ms`)), timeout);
    const failed = (error: Error) => (clearTimeout(timer), reject(error));
    let text = "";
    child.once("error", failed);
    child.once("exit", (code, signal) => failed(new Error(ending(code, signal))));
    stdout.setEncoding("utf8").on("data", (piece) => {
      const lines = (text += piece).split("\n");
      if (lines.length <= VARIABLES.length) return;
      clearTimeout(timer);
      stdout.destroy();
      resolve(Object.fromEntries(VARIABLES.map((name, at) => [name, lines[at]!])) as Environment);
    });
  });
}

type Environment = Record<(typeof VARIABLES)[number], string>;

function ending(code: number | null, signal: string | null): string {
  return signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
}

function lastLines(log: string): string {
  return readFileSync(log, "utf8").split("\n").slice(-20).join("\n");
}

/** A server that {@link start} started, and its control API. */
export class Server extends Control {
  /** Where AWS clients and browsers find it, such as `http://127.0.0.1:34567`. */
  readonly url: string;
  /** The file with the server's log. */
  readonly log: string;
  /** The variables for programs that use it: `spawn(program, { env: { ...process.env, ...server.env } })`. */
  readonly env: Record<string, string>;
  readonly #child: ChildProcess;
  readonly #options: ServerOptions;
  readonly #exit: Promise<[code: number | null, signal: string | null]>;
  #stopped: Promise<void> | undefined;
  #release: (() => void) | undefined;
  #keepsLog: boolean;

  /** @internal */
  constructor(child: ChildProcess, env: Environment, log: string, options: ServerOptions) {
    super(env.MTURK_LOCAL_ENDPOINT, env.MTURK_LOCAL_ADMIN_TOKEN || undefined);
    this.url = env.AWS_ENDPOINT_URL_MTURK;
    this.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
    this.log = log;
    this.#child = child;
    this.#options = options;
    this.#keepsLog = options.logFile !== undefined;
    this.#exit = new Promise((resolve) => {
      child.once("exit", (...exit) => resolve(exit));
    });
  }

  /**
   * The configuration of an AWS client: `new MTurkClient(server.clientConfig())`. Each access key
   * is a requester of its own.
   */
  clientConfig(accessKeyId = this.env.AWS_ACCESS_KEY_ID!, secretAccessKey?: string) {
    const secret = secretAccessKey ?? this.env.AWS_SECRET_ACCESS_KEY!;
    return {
      endpoint: this.url,
      region: this.env.AWS_REGION!,
      credentials: { accessKeyId, secretAccessKey: secret },
    };
  }

  /**
   * Leads the AWS clients of this process to the server until it stops: those that name Amazon's
   * endpoint, those that name none, and those that were made before and have sent nothing yet.
   */
  intercept(): void {
    this.#release ??= intercept(this.url, this.env);
  }

  /**
   * Stops the server, and kills it if it takes too long.
   *
   * @throws if it has failed; the message names its log.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#release?.();
    const child = this.#child;
    child.ref();
    let killed = false;
    const kill = () => (killed = child.kill("SIGKILL"));
    const timer = setTimeout(kill, this.#options.stopTimeoutMs ?? 10_000);
    child.stdin!.end();
    const [code, signal] = await this.#exit;
    clearTimeout(timer);
    if (code !== 0 && !killed) throw new Error(this.withLog(`mturk-local failed: ${ending(code, signal)}`));
    if (!this.#keepsLog) rmSync(dirname(this.log), { recursive: true, force: true });
  }

  /** Stops it at the end of a block: `await using server = await start()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  protected override withLog(message: string): string {
    this.#keepsLog = true;
    return `${message}; the server's log: ${this.log}`;
  }
}

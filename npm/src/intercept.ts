import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { urlToHttpOptions } from "node:url";

/** Amazon's hosts of the Requester API. */
const HOSTS = /^mturk-requester(-sandbox)?\.us-east-1\.amazonaws\.com$/;
/** Settings by which AWS clients would find other keys than those of the environment. */
const NOT_NOW = ["AWS_PROFILE", "AWS_SESSION_TOKEN"];

/** In the order in which they began; the last one counts. They may end in any order. */
const interceptions: { url: string; env: Record<string, string> }[] = [];
/** What was there before the first of them. */
let before: { request: typeof https.request; variables: Map<string, string | undefined> } | undefined;

/**
 * Leads AWS clients of this process to the server: by the environment, and where they name Amazon's
 * endpoint, since AWS SDKs send through `https.request`.
 *
 * @returns a function that takes it back.
 */
export function intercept(url: string, env: Record<string, string>): () => void {
  const own = { url, env };
  interceptions.push(own);
  if (!before) {
    const { request } = https;
    before = { request, variables: new Map() };
    setRequest(intercepted(request));
  }
  setVariables();
  return () => {
    const at = interceptions.indexOf(own);
    if (at < 0) return;
    interceptions.splice(at, 1);
    setVariables();
    if (interceptions.length > 0) return;
    setRequest(before!.request);
    before = undefined;
  };
}

function intercepted(request: typeof https.request): typeof https.request {
  return ((...args: unknown[]) => {
    const options = optionsOf(args);
    const last = interceptions.at(-1);
    if (!last || !HOSTS.test(options.hostname ?? options.host ?? "")) return request(...(args as [string]));
    return http.request(redirected(options, last.url), args.find((one) => typeof one === "function") as Callback);
  }) as typeof request;
}

type Callback = (answer: http.IncomingMessage) => void;

/** The options of a call of `https.request`, which takes a URL, options, or both. */
function optionsOf(args: unknown[]): http.RequestOptions {
  const parts = args.map((one) => {
    if (typeof one === "string") return urlToHttpOptions(new URL(one));
    return one instanceof URL ? urlToHttpOptions(one) : typeof one === "object" ? one : {};
  });
  return Object.assign({}, ...parts);
}

/** The path, the headers and so the signature stay as they are. */
function redirected(options: http.RequestOptions, url: string): http.RequestOptions {
  const { hostname, port } = new URL(url);
  const headers = { host: options.hostname ?? options.host ?? "", ...options.headers };
  const own = { protocol: "http:", hostname, host: hostname, port, agent: undefined, headers };
  return { ...options, ...own };
}

function setRequest(request: typeof https.request): void {
  https.request = request;
  syncBuiltinESMExports();
}

/** Sets those of the last interception, and all others as they were before the first. */
function setVariables(): void {
  const { variables } = before!;
  const last = interceptions.at(-1);
  const wanted = last ? { ...Object.fromEntries(NOT_NOW.map((name) => [name, undefined])), ...last.env } : {};
  for (const name of Object.keys(wanted)) {
    if (!variables.has(name)) variables.set(name, process.env[name]);
  }
  for (const [name, value] of Object.entries({ ...Object.fromEntries(variables), ...wanted })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

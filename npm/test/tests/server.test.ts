// A server in a test: what start() gives, and how it ends.
import https from "node:https";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CreateHITCommand, GetAssignmentCommand, ListHITsCommand } from "@aws-sdk/client-mturk";
import { ListAssignmentsForHITCommand, MTurkClient } from "@aws-sdk/client-mturk";
import { type ServerOptions, binPath, start } from "mturk-local";
import { expect, onTestFinished, test, vi } from "vitest";
import { HIT, command, executable, firstLine, folder, refuses, run, watch } from "./helpers.js";

const { request } = https;

async function started(options: ServerOptions = {}) {
  const server = await start(options);
  onTestFinished(() => server.stop());
  return server;
}

test("a HIT is created, done, and approved after 30 days", async () => {
  const server = await start({ clock: new Date("2026-01-01"), freeze: true, seed: 1 });
  const mturk = new MTurkClient(server.clientConfig());
  const { HIT: hit } = await mturk.send(new CreateHITCommand(HIT));
  const HITId = hit!.HITId!;
  const waited = server.wait({ HITId, submitted: 1 });
  const work = await server.submit(HITId, { label: ["cat", "dog"] }, { WorkerId: "A1ANNA0000000" });
  expect((await waited).HIT).toMatchObject({ HITId });
  expect(await server.clock.advance("30d")).toEqual(new Date("2026-01-31"));
  const { Assignments } = await mturk.send(new ListAssignmentsForHITCommand({ HITId }));
  expect(Assignments).toMatchObject([
    { AssignmentId: work.AssignmentId, WorkerId: "A1ANNA0000000", AssignmentStatus: "Approved" },
  ]);
  await server.stop();
  await server.stop();
  expect(await refuses(server.url)).toBe(true);
  expect(existsSync(server.log)).toBe(false);
});

test("servers are apart, and so are access keys", async () => {
  const [one, other] = await Promise.all([started({ fixture: "minimal" }), started()]);
  const count = async (config: object) =>
    (await new MTurkClient(config).send(new ListHITsCommand({}))).NumResults;
  expect(await count(one.clientConfig())).toBe(1);
  expect(await count(one.clientConfig("SOMEBODYELSE"))).toBe(0);
  expect(await count(other.clientConfig())).toBe(0);
});

test("the options of the command line are there, and the log where you want it", async () => {
  const logFile = join(folder(), "log");
  const server = await start({
    auth: "strict",
    credential: "AKIDKNOWN:secretknown",
    args: ["--control-listen", "127.0.0.1:0"],
    logFile,
  });
  const mturk = new MTurkClient(server.clientConfig());
  const { HIT: hit } = await mturk.send(new CreateHITCommand(HIT));
  expect(server.env).toMatchObject({ AWS_ACCESS_KEY_ID: "AKIDKNOWN", AWS_ENDPOINT_URL_MTURK: server.url });
  expect(server.endpoint).not.toBe(server.url);
  const { AssignmentId } = await server.submit(hit!.HITId!, { label: "cat" });
  await mturk.send(new GetAssignmentCommand({ AssignmentId }));
  await server.stop();
  expect(readFileSync(logFile, "utf8")).toContain("GetAssignment");
});

test("a program in another process finds it by the environment", async () => {
  const server = await started({ fixture: "minimal" });
  const code = `
    import { ListHITsCommand, MTurkClient } from "@aws-sdk/client-mturk";
    import { Control } from "mturk-local";
    const { HITs } = await new MTurkClient().send(new ListHITsCommand({}));
    console.log((await new Control().submit(HITs[0].HITId, { label: "cat" })).HITId);`;
  const env = { ...process.env, ...server.env };
  const { stdout } = await run("node", ["--input-type=module", "-e", code], { env, cwd: import.meta.dirname });
  expect(stdout).toBe("3MINIMAL00000000000000000HIT01\n");
});

test("AWS clients of the process are intercepted, whatever endpoint they name", async () => {
  const amazon = "https://mturk-requester-sandbox.us-east-1.amazonaws.com";
  const before = { ...process.env };
  const early = new MTurkClient({ endpoint: amazon });
  const server = await start({ fixture: "minimal" });
  server.intercept();
  const production = { endpoint: "https://mturk-requester.us-east-1.amazonaws.com", region: "us-east-1" };
  for (const client of [early, new MTurkClient(), new MTurkClient(production)]) {
    expect((await client.send(new ListHITsCommand({}))).NumResults).toBe(1);
  }
  const target = { "x-amz-target": "MTurkRequesterServiceV20170117.GetAccountBalance" };
  const headers = { ...target, "content-type": "application/x-amz-json-1.1" };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    https.request(`${amazon}/`, { method: "POST", headers }, resolve).on("error", reject).end("{}");
  });
  expect(JSON.parse(await text(answer))).toEqual({ AvailableBalance: "10000.00" });
  await server.stop();
  expect(process.env).toEqual(before);
  expect(https.request).toBe(request);
});

test.each([0, 1])("interceptions may end in any order: %i", async (first) => {
  const before = { ...process.env };
  const [minimal, empty] = [await started({ fixture: "minimal" }), await started({ args: ["--admin-token=t"] })];
  for (const server of [minimal, empty]) server.intercept();
  const endpoint = "https://mturk-requester.us-east-1.amazonaws.com";
  const counts = async () => {
    const clients = [new MTurkClient(), new MTurkClient({ endpoint, region: "us-east-1" })];
    const answers = clients.map((client) => client.send(new ListHITsCommand({})));
    return (await Promise.all(answers)).map((answer) => answer.NumResults);
  };
  expect(await counts()).toEqual([0, 0]);
  await [minimal, empty][first]!.stop();
  const left = [empty, minimal][first]!;
  expect(await counts()).toEqual([[0, 0], [1, 1]][first]);
  expect(process.env).toEqual({ ...before, ...left.env });
  await left.stop();
  expect(process.env).toEqual(before);
  expect(https.request).toBe(request);
});

test("other hosts are not intercepted", async () => {
  const server = await started();
  server.intercept();
  const { port } = new URL(server.url);
  // The server speaks no TLS, so a call that goes where it was sent fails.
  const failed = new Promise((resolve, reject) => {
    https.request({ host: "127.0.0.1", port }, resolve).on("error", reject).end();
  });
  await expect(failed).rejects.toThrow("SSL");
});

test("a start that fails says why, and names the log", async () => {
  const error: Error = await start({ fixture: "no-such-world" }).catch((error) => error);
  expect(error.message).toMatch(/did not start: it ended with exit code 2\n.*no-such-world/s);
  const [, log] = /Its log: (.*)$/.exec(error.message)!;
  expect(readFileSync(log!, "utf8")).toContain("no-such-world");
  await expect(start({ binary: "/no/such/program" })).rejects.toThrow("ENOENT");
  const silent = executable("#!/bin/sh\nexec cat\n");
  await expect(start({ binary: silent, startTimeoutMs: 50 })).rejects.toThrow("no answer in 50 ms");
});

test("a server that is gone is reported with its log", async () => {
  const pid = join(folder(), "pid");
  const binary = executable(`#!/bin/sh\necho $$ >'${pid}'\nexec '${binPath()}' "$@"\n`);
  const server = await start({ binary });
  const { gone } = await watch(server.url);
  process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
  await gone;
  const named = `the server's log: ${server.log}`;
  await expect(server.clock.now()).rejects.toThrow(named);
  await expect(server.stop()).rejects.toThrow(named);
  expect(existsSync(server.log)).toBe(true);
});

/** A program that is not mturk-local: it prints its URL in the place of each variable. */
const impostor = (code: string) =>
  executable(`#!/usr/bin/env node\nconst ready = (url) => console.log((url + "\\n").repeat(8));\n${code}`);

test("a log that an error has named is kept", async () => {
  const binary = impostor(`
    import http from "node:http";
    const server = http.createServer((_, answer) => answer.writeHead(500).end("broken"));
    server.listen(0, "127.0.0.1", () => ready("http://127.0.0.1:" + server.address().port));
    process.stdin.on("end", () => process.exit(0)).resume();`);
  const server = await start({ binary });
  await expect(server.clock.now()).rejects.toThrow(`broken; the server's log: ${server.log}`);
  await server.stop();
  expect(existsSync(server.log)).toBe(true);
});

test("a program that ignores signals and its standard input is killed, whatever the timers are", async () => {
  const binary = impostor(`
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000);
    ready("http://127.0.0.1:" + process.pid);`);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const server = await start({ binary, stopTimeoutMs: 50 });
  const pid = Number(new URL(server.url).port);
  const signal = (name: NodeJS.Signals | 0) => process.kill(pid, name);
  onTestFinished(() => expect(() => signal("SIGKILL")).toThrow("ESRCH"));
  signal(0);
  await server.stop();
  expect(() => signal(0)).toThrow("ESRCH");
});

const SCRIPT = `
  import { start } from "mturk-local";
  console.log((await start()).url);`;

test("the server ends with a script that forgets it", async () => {
  const { code, stdout } = await run("node", ["--input-type=module", "-e", SCRIPT], {
    cwd: import.meta.dirname,
  });
  expect(code).toBe(0);
  await expect.poll(() => refuses(stdout.trim()), { timeout: 30_000 }).toBe(true);
});

test("the server ends with a process that is killed", async () => {
  const script = join(folder(), "script.mjs");
  writeFileSync(script, `${SCRIPT}\nsetInterval(() => {}, 1000);`);
  const child = command("node", [script]);
  const { gone } = await watch(await firstLine(child));
  child.kill("SIGKILL");
  await gone;
});

test("Ctrl-C leaves the server to its process, which stops it", async () => {
  const script = join(folder(), "script.mjs");
  writeFileSync(
    script,
    `import { start } from "mturk-local";
    const server = await start();
    process.on("SIGINT", async () => {
      await server.clock.now();
      await server.stop();
      process.exit(7);
    });
    console.log(server.url);
    setInterval(() => {}, 1000);`,
  );
  const child = command("node", [script], { detached: true });
  await firstLine(child);
  const exit = once(child, "exit");
  // As a terminal does: to the process and to all that it started.
  process.kill(-child.pid!, "SIGINT");
  expect(await exit).toEqual([7, null]);
});

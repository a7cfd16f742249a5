// The control API from JavaScript, and its types.
import { CreateHITCommand, ListHITsCommand, MTurkClient } from "@aws-sdk/client-mturk";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ControlError, type Server, type World, start } from "mturk-local";
import { afterAll, beforeAll, beforeEach, expect, expectTypeOf, test } from "vitest";
import { HIT, folder } from "./helpers.js";

let server: Server;
let mturk: MTurkClient;

beforeAll(async () => {
  server = await start();
  mturk = new MTurkClient(server.clientConfig());
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

const titles = async () => (await mturk.send(new ListHITsCommand({}))).HITs!.map((hit) => hit.Title);

test("every route can be asked, with its path, query and body", async () => {
  await server.request("PUT /_mturk/workers/{id}", {
    path: { id: "A1ANNA0000000" },
    body: { Name: "Anna" },
  });
  const worker = await server.request("GET /_mturk/workers/{id}", { path: { id: "A1ANNA0000000" } });
  expect(worker).toMatchObject({ WorkerId: "A1ANNA0000000", Name: "Anna" });
  const { Workers } = await server.request("GET /_mturk/workers", { query: { limit: 1 } });
  expect(Workers).toHaveLength(1);
});

test("what is no JSON is a Response", async () => {
  const lost = server.request("GET /_mturk/files/{token}", { path: { token: "a/b" } });
  expectTypeOf(lost).resolves.toEqualTypeOf<Response>();
  await expect(lost).rejects.toThrow(ControlError);
});

test("a refusal has status, code and message", async () => {
  const refused = server.submit("3NOSUCHHIT", {});
  await expect(refused).rejects.toThrow(ControlError);
  await expect(refused).rejects.toMatchObject({ status: 404, code: "HITDoesNotExist" });
});

test("worlds are loaded from objects and files, beside the market or in its place", async () => {
  const { LifetimeInSeconds: _, ...members } = HIT;
  const world = (Title: string): World => ({ HITs: [{ ...members, Title }] });
  const file = join(folder(), "world.json");
  writeFileSync(file, JSON.stringify(world("two")));
  await server.load(world("one"));
  await server.load([file, world("three")]);
  expect((await titles()).sort()).toEqual(["one", "three", "two"]);
  await server.load(pathToFileURL(file), { replace: true });
  expect(await titles()).toEqual(["two"]);
  expect((await server.dump()).HITTypes).toMatchObject([{ Title: "two" }]);
  await server.load(world("four"), { requester: "SOMEBODYELSE" });
  expect(await titles()).toEqual(["two"]);
});

test("a reset forgets all, or one requester", async () => {
  await mturk.send(new CreateHITCommand(HIT));
  await server.reset({ Requester: "SOMEBODYELSE" }).catch((error) => expect(error.status).toBe(404));
  expect(await titles()).toHaveLength(1);
  await server.reset();
  expect(await titles()).toEqual([]);
});

test("a snapshot brings the market back, its time too", async () => {
  await mturk.send(new CreateHITCommand(HIT));
  const now = await server.clock.freeze();
  expect(await server.snapshot("one")).toMatchObject({ Name: "one" });
  await server.clock.advance("30d");
  await server.reset();
  expect(await server.restore("one")).toEqual(now);
  expect(await titles()).toHaveLength(1);
  const { Snapshots } = await server.request("GET /_mturk/snapshots");
  expect(Snapshots.map(({ Name }) => Name)).toEqual(["one"]);
  await server.request("DELETE /_mturk/snapshots/{name}", { path: { name: "one" } });
  await expect(server.restore("one")).rejects.toMatchObject({ status: 404 });
});

test("the clock stops, moves and runs on", async () => {
  const now = await server.clock.freeze();
  expect(await server.clock.now()).toEqual(now);
  const later = new Date(now.getTime() + 3_600_000);
  expect(await server.clock.set(later)).toEqual(later);
  await server.clock.resume();
  expect(await server.request("GET /_mturk/clock")).toMatchObject({ mode: "offset" });
});

test("the types know routes, members and values", () => {
  expectTypeOf(server.wait).returns.resolves.toHaveProperty("HIT");
  expectTypeOf(server.submit).returns.resolves.toHaveProperty("AssignmentId").toEqualTypeOf<string>();
  const wrong = () => {
    // @ts-expect-error there is no such route
    void server.request("GET /_mturk/clocks");
    // @ts-expect-error it takes the id of a worker
    void server.request("GET /_mturk/workers/{id}");
    // @ts-expect-error a body has no such member
    void server.request("POST /_mturk/clock", { body: { advanced: "30d" } });
    // @ts-expect-error a status is a word of the API
    void server.wait({ HITId: "3", status: "Done" });
  };
  expect(wrong).toBeTypeOf("function");
});

test("calls fail by rules, and are written down", async () => {
  const rule = await server.fail("CreateHIT", "ThrottlingException", { Times: 1 });
  expect(rule).toMatchObject({ Operation: "CreateHIT", Times: 1 });
  await mturk.send(new CreateHITCommand(HIT));
  const calls = await server.calls("CreateHIT");
  expect(calls.map((call) => call.Error?.Code)).toEqual(["ThrottlingException", undefined]);
  expect(calls[1]).toMatchObject({ Status: 200, Request: { Title: HIT.Title } });
  expect(await server.calls("CreateHIT", { error: "any" })).toHaveLength(1);
  expect(await server.calls("CreateHIT", { text: HIT.Title.toUpperCase() })).toHaveLength(2);
  expect(await server.calls("CreateHIT", { text: "no such text" })).toEqual([]);
  await server.fail("*", undefined, { Preset: "throttle", PerSecond: 100_000 });
  await server.heal();
  expect((await server.request("GET /_mturk/faults")).Faults).toEqual([]);
  // @ts-expect-error there is no such operation
  await expect(server.fail("CreateHit", "ServiceFault")).rejects.toThrow("Operation");
});

test("webhooks are registered", async () => {
  const added = await server.webhook("http://hook.test/", { Events: ["HITCreated"] });
  expect(added.Secret).toMatch(/^whsec_/);
  const [listed] = await server.webhooks();
  expect(listed).toMatchObject({ Webhook: added.Webhook, Events: ["HITCreated"] });
  expect(listed!.Off).toContain("--allow-outbound");
  expect(listed!.Secret).toBeUndefined();
  await server.reset();
  expect(await server.webhooks()).toEqual([]);
});

test("all HITs are waited for together", async () => {
  for (const _ of [1, 2]) {
    const { HIT: made } = await mturk.send(new CreateHITCommand(HIT));
    await server.submit(made!.HITId!, { label: "cat" });
  }
  expect(await server.wait({ submitted: 2 })).toMatchObject({ Work: { Submitted: 2 } });
});

test("robots do whatever HITs appear", async () => {
  const crowd = await server.crowd({ label: ["cat", "cat", "dog"] });
  expect(crowd.Workers).toBe(30);
  const { HIT: made } = await mturk.send(new CreateHITCommand(HIT));
  expect(await server.wait({ HITId: made!.HITId!, submitted: 3 })).toMatchObject({ HIT: { Submitted: 3 } });
  expect(await server.wait({ idle: true })).toEqual({ Idle: true });
  expect((await server.crowds())[0]!.Progress).toMatchObject({ Submitted: 3 });
  await server.dismiss();
  expect(await server.crowds()).toEqual([]);
  await expect(server.crowd({}, { Workers: 0 })).rejects.toThrow("Workers");
});

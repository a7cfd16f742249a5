import { ListHITsCommand, MTurkClient } from "@aws-sdk/client-mturk";
import { GenericContainer, Wait } from "testcontainers";
import { afterAll, beforeAll, expect, test } from "vitest";

const market = (...options) =>
  new GenericContainer("mturk-local")
    .withCommand(options)
    .withEnvironment({ MTURK_LOCAL_DATABASE: "" })
    .withExposedPorts(1770)
    .withWaitStrategy(Wait.forHttp("/_mturk/health", 1770));

let running, mturk;

beforeAll(async () => {
  running = await market("--fixture", "minimal").start();
  const endpoint = `http://${running.getHost()}:${running.getMappedPort(1770)}`;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  mturk = new MTurkClient({ endpoint, region: "us-east-1", credentials });
}, 60_000);
afterAll(() => running?.stop());

test("the market is there", async () => {
  expect((await mturk.send(new ListHITsCommand({}))).NumResults).toBe(1);
});

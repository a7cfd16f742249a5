import { start } from "mturk-local";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ask, assignments, label } from "./labels.js";

let server;

beforeAll(async () => {
  server = await start();
  server.intercept();
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

test("the majority wins", async () => {
  const hit = await ask("1.jpg");
  for (const label of ["cat", "cat", "dog"]) await server.submit(hit, { label });
  expect(await label(hit)).toBe("cat");
});

test("work is approved after a week", async () => {
  const hit = await ask("1.jpg");
  await server.submit(hit, { label: "cat" }, { WorkerId: "A1ANNA0000000" });
  await server.clock.advance("7d");
  expect(await assignments(hit)).toMatchObject([{ WorkerId: "A1ANNA0000000", AssignmentStatus: "Approved" }]);
});

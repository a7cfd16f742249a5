// The market that `--fixture demo` begins with: every HIT of it is done in a browser, and nothing comes from elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, begun, browser, document, frameOf, market, text, worker } from "./market.js";

const [chrome, at] = await begun(browser(), market("--fixture", "demo"));

/** Whether an address is of the server, under its own name or one of frames. */
function isOurs(url) {
  const { hostname, port } = new URL(url);
  return port === new URL(at.url).port && /^127\.0\.0\.1$|^r-\w+\.localhost$/.test(hostname);
}

/** A window in which Dalia was chosen with one click; where it asked for something elsewhere. */
async function dalia() {
  const page = await (await chrome.newContext({ viewport: { width: 1100, height: 800 } })).newPage();
  page.setDefaultTimeout(15000);
  const elsewhere = [];
  page.on("request", (request) => isOurs(request.url()) || elsewhere.push(request.url()));
  await page.goto(at.url);
  await page.getByRole("link", { name: "Choose a worker" }).last().click();
  await page.getByRole("button", { name: /^Dalia/ }).click();
  return { page, elsewhere };
}

/** Previews a HIT, which shows `preview`, and accepts it. */
async function accept(page, title, preview) {
  await page.getByRole("link", { name: title, exact: true }).click();
  await preview.waitFor();
  await page.getByRole("button", { name: "Accept this HIT" }).click();
  await page.getByRole("timer").waitFor();
}

/** Once the work is in, boto3 lists it behind what the world began with. */
async function submits(page, HITId, key, before, answer) {
  await page.getByText("Your work was submitted.").waitFor();
  const works = [...before, ["A1DALIA000000", answer]];
  await at.submitted({ key, assignments: { [HITId]: works } });
}

test("an experiment in reaction times, from the server's own sample page", async () => {
  const { page, elsewhere } = await dalia();
  const frame = frameOf(page);
  await accept(page, "A minute of reaction times", frame.getByText("Accept the HIT, then begin."));
  const square = frame.locator("#square");
  await square.filter({ hasText: "Begin" }).click();
  // A press that comes too early does not count.
  await square.filter({ hasText: "Wait" }).click();
  await frame.getByText("That was too early.").waitFor();
  for (let trial = 0; trial < 5; trial++) {
    await square.filter({ hasText: "Now!" }).waitFor();
    if (trial % 2) await page.keyboard.press("Space");
    else await square.click();
  }
  await frame.getByText(/^Your median is \d+ ms/).waitFor();
  const [median, trials] = await Promise.all(["median_ms", "trials_ms"].map((name) => frame.locator(`[name=${name}]`).inputValue()));
  const times = trials.split(" ").map(Number);
  assert.equal(times.length, 5);
  assert.ok(times.every((ms) => ms >= 0 && ms < 10000), trials);
  assert.equal(Number(median), times.sort((a, b) => a - b)[2]);
  await frame.getByRole("button", { name: "Hand in" }).click();
  const before = [["A1ANNA0000000", document(["median_ms", "312"])], ["A1BEN00000000", document(["median_ms", "287"])]];
  const answer = document(["median_ms", median], ["trials_ms", trials]);
  await submits(page, "3DEMO0000000000000EXTERNHIT001", "borealis", before, answer);
  assert.deepEqual(elsewhere, []);
});

test("a QuestionForm", async () => {
  const { page, elsewhere } = await dalia();
  await accept(page, "A few words on a restaurant", page.getByText("How does the writer feel?"));
  await page.getByLabel("Mixed").check();
  await page.getByRole("textbox").fill("soup < people");
  await page.getByRole("button", { name: "Submit", exact: true }).click();
  const chosen = ["mood", "<SelectionIdentifier>mixed</SelectionIdentifier>"];
  const before = [["A1CHEN0000000", answers(chosen)], ["A1ANNA0000000", answers(chosen, ["why", text("Cold soup, lovely people.")])]];
  await submits(page, "3DEMO0000000000000000FORMHIT01", "test", before, answers(chosen, ["why", text("soup &lt; people")]));
  assert.deepEqual(elsewhere, []);
});

test("an HTMLQuestion that she has in hand", async () => {
  const { page, elsewhere } = await dalia();
  await page.getByRole("link", { name: "Queue 1" }).click();
  await page.getByRole("link", { name: "Which city is this?", exact: true }).click();
  const frame = frameOf(page);
  await frame.getByLabel("City").fill("Český Krumlov");
  await frame.getByRole("button", { name: "Submit" }).click();
  const before = [["A1BEN00000000", document(["city", "asdf"])]];
  const answer = document(["city", "&#268;esk&#253; Krumlov"]);
  await submits(page, "3DEMO0000000000000000HTMLHIT01", "test", before, answer);
  assert.deepEqual(elsewhere, []);
});

test("a crowd-form", async () => {
  const { page, elsewhere } = await dalia();
  const frame = frameOf(page);
  await accept(page, "What is on the table?", frame.getByText("You must ACCEPT the HIT"));
  await frame.getByLabel("Object").fill("teapot");
  await frame.getByRole("checkbox", { name: "I am sure" }).check();
  await frame.getByRole("button", { name: "Submit" }).click();
  const answer = document(["taskAnswers", '[{"object":"teapot","sure":{"on":true}}]']);
  await submits(page, "3DEMO000000000000000CROWDHIT01", "test", [["A1CHEN0000000", answer]], answer);
  assert.deepEqual(elsewhere, []);
});

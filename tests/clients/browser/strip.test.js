// The strip for the requester below a question: what a person sees of what strip.js and report.js do, on the worker's site and at
// the requester's desk.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { accepted, begun, browser, external, form, frameOf, html, market, worker } from "./market.js";

const [chrome, at] = await begun(browser(), market());

/** HTML of a HIT in order, with this in it. */
const task = (inside) => `<!doctype html><html lang="en"><head><title>t</title></head><body>
<form action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId"><input name="a" aria-label="A">
<button>Send</button></form>
${inside}</body></html>`;

/** The page of a HIT at work, with the strip open. */
async function atWork(title, question) {
  const page = await worker(chrome, at, "A1ANNA");
  await accepted(page, at, await at.hit(question, { Title: title }));
  await page.locator("#strip summary").click();
  return page;
}

/** A page of the desk of the requester `test`. */
async function desk(address) {
  const page = await worker(chrome, at, "A1ANNA");
  await page.goto(`${at.url}/requester/choose`);
  await page.locator("#id").fill("test");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/requester\/hits/);
  await page.goto(`${at.url}/requester/${address}`);
  return page;
}

const strip = (page) => page.locator("#strip");
const count = (page) => strip(page).locator(".count");

test("a page in order has nothing to report", async () => {
  const page = await atWork("In order", html(task("<p>Look</p>")));
  await frameOf(page).getByText("Look").waitFor();
  await strip(page).getByText("There is nothing to remark on.").waitFor();
  await strip(page).getByText("Nothing went wrong so far.").waitFor();
  assert.equal(await count(page).isVisible(), false);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("failed promises and errors on a click are reported with their lines, each once", async () => {
  const inside = `<button type="button" id="b">Break</button>
<script>document.getElementById("b").onclick = () => { throw new Error("broken"); };
Promise.reject(new Error("lost"));</script>`;
  const page = await atWork("Promises", html(task(inside)));
  await strip(page).getByText("A script failed: Error: lost (a promise that nothing handles)").waitFor();
  await frameOf(page).getByRole("button", { name: "Break" }).click();
  await strip(page).getByText(/A script failed: .*broken \(line 5\)/).waitFor();
  await frameOf(page).getByRole("button", { name: "Break" }).click();
  await frameOf(page).getByLabel("A").fill("still here");
  assert.equal(await strip(page).locator("#reports li").count(), 2);
  assert.equal(await count(page).textContent(), "2");
  assert.equal(await strip(page).getByText("Nothing went wrong so far.").isVisible(), false);
  await page.context().close();
});

test("what a page reported goes when another page is in its frame", async () => {
  const inside = `<script>if (!window.name.includes("again")) { window.name += "again"; missing(); }</script>`;
  const page = await atWork("Once", html(task(inside)));
  await strip(page).getByText(/A script failed: .*missing/).waitFor();
  await page.locator("#task").evaluate((frame) => (frame.src = frame.src));
  await strip(page).getByText("Nothing went wrong so far.").waitFor();
  assert.equal(await strip(page).locator("#reports li").count(), 0);
  assert.equal(await count(page).isVisible(), false);
  await page.context().close();
});

test("only the frame of the question reports, and what it sends is text", async () => {
  const inside = `<button type="button" id="b">Report</button><script>
document.getElementById("b").onclick = () => {
  parent.postMessage('{"reports":[["script","<b id=bold>bold</b>"],["unknown","x"],"odd",["toString","x"]]}', "*");
  parent.postMessage('{"reports":', "*");
  parent.postMessage({ reports: [["script", "object"]] }, "*");
};</script>`;
  const page = await atWork("Sender", html(task(inside)));
  await frameOf(page).getByRole("button", { name: "Report" }).click();
  await strip(page).getByText("A script failed: <b id=bold>bold</b>").waitFor();
  await page.evaluate(() => window.postMessage('{"reports":[["script","from the page itself"]]}', "*"));
  await frameOf(page).getByLabel("A").fill("x");
  assert.equal(await page.locator("#bold").count(), 0);
  assert.equal(await strip(page).locator("#reports li").count(), 1);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("a page that does not load is reported until it does", async (t) => {
  const waiting = [];
  const server = http.createServer((_, response) => waiting.push(response));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close() && server.closeAllConnections());
  const hit = await at.hit(external(`http://localhost:${server.address().port}/task`), { Title: "Slow" });
  const page = await worker(chrome, at, "A1ANNA");
  await page.clock.install();
  await page.goto(`${at.url}/projects/${hit.HITTypeId}/tasks/accept_random`, { waitUntil: "commit" });
  await strip(page).locator("summary").click();
  await strip(page).getByText("The page is on another site").waitFor();
  await page.clock.fastForward(11000);
  await strip(page).getByText("The page in the frame has not loaded yet.").waitFor();
  while (waiting.length === 0) await new Promise((later) => setTimeout(later, 10));
  for (const response of waiting) response.writeHead(200, { "content-type": "text/html" }).end("<title>t</title>Here");
  await frameOf(page).getByText("Here").waitFor();
  await strip(page).getByText("The page in the frame has not loaded yet.").waitFor({ state: "detached" });
  await page.context().close();
});

test("a requester finds the same strip at the desk", async () => {
  const hit = await at.hit(html(task(`<p>\${left}</p><script>absent();</script>`)), { Title: "At the desk" });
  const page = await desk(`hits/${hit.HITId}`);
  assert.equal(await strip(page).getByText("${left} has no value").isVisible(), false);
  await strip(page).locator("summary").click();
  await strip(page).getByText("Line 4: ${left} has no value").waitFor();
  await strip(page).getByText(/A script failed: .*absent.*\(line 4\)/).waitFor();
  assert.equal(await count(page).textContent(), "2");
  const questions = form("<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>t</Text></QuestionContent>" +
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>");
  const other = await at.hit(questions, { Title: "A form" });
  await page.goto(`${at.url}/requester/hits/${other.HITId}`);
  await strip(page).locator("summary").click();
  await strip(page).getByText("No question must be answered").waitFor();
  await strip(page).getByText("A form has no scripts of its own.").waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("absent")), []);
  await page.context().close();
});

// mturk-local preview in a browser: a page while it is written, with its rows, its answers and what is wrong with it; and the same
// strip on the worker's site.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { ROOT, accepted, begun, browser, external, frameOf, html, market, picture, worker } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const BINARY = process.env.MTURK_LOCAL_BIN ?? path.join(ROOT, "target/release/mturk-local");
const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};
const TASK = `<p>What is \${thing}?</p><input name="answer" aria-label="Answer">`;
const FAULTY = `<!doctype html><html lang="en"><head><title>t</title>
<meta http-equiv="Content-Security-Policy" content="img-src data:"></head><body><p>\${left}</p>
<form action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId"><input name="a" aria-label="A">
<button>Send</button></form><img alt="" src="/assets/icon.svg"><script src="/nowhere.js"></script>
<script>noSuchFunction(); </script><script>document.body.append(document.scripts.length === 3 ? " left alone" : " changed");</script></body></html>`;
const CROWD = `<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
<crowd-input name="word" label="Word"></crowd-input></crowd-form>`;

const [chrome, at] = await begun(browser(), market());

/** A preview of a page with these texts in its files. */
async function preview(t, page, data) {
  const folder = mkdtempSync(path.join(tmpdir(), "preview-"));
  const save = (name, text) => writeFileSync(path.join(folder, name), text);
  const isUrl = page.startsWith("http://");
  if (!isUrl) save("task.html", page);
  if (data) save("rows.csv", data);
  const args = ["preview", isUrl ? page : path.join(folder, "task.html"), "--no-open"];
  const child = spawn(BINARY, [...args, ...(data ? ["--data", path.join(folder, "rows.csv")] : [])], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.on("exit", done));
  t.after(async () => {
    child.kill("SIGINT");
    assert.equal(await ended, 0);
    rmSync(folder, { recursive: true });
  });
  const url = await new Promise((found) => child.stdout.on("data", (line) => found(/ready on (\S+)/.exec(line)[1])));
  return { url, save, remove: (name) => rmSync(path.join(folder, name)) };
}

async function opened(url, settings = LOOKS.wide) {
  const context = await chrome.newContext(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => String(error).includes("noSuchFunction") || page.errors.push(String(error)));
  await page.goto(url);
  return page;
}

const pane = (page, name) => page.frameLocator(`iframe[name=${name}]`);

/** What axe-core finds in the page itself, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], iframes: false }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

test("a saved file is shown by itself, row by row, and what breaks it is shown", async (t) => {
  const { url, save, remove } = await preview(t, TASK, "thing\na cat\n<b>a dog</b>\n");
  const page = await opened(url);
  for (const name of ["preview", "work", "phone"]) await pane(page, name).getByText("What is a cat?").waitFor();
  await pane(page, "preview").getByRole("button", { name: /You must ACCEPT/ }).waitFor();
  await page.getByText("Row 1 of 2").waitFor();
  await page.getByRole("link", { name: "Next row" }).click();
  await page.getByText("Row 2 of 2").waitFor();
  await pane(page, "work").locator("b", { hasText: "a dog" }).waitFor();
  save("task.html", TASK.replace("What is", "Who is"));
  await pane(page, "work").getByText("Who is a dog?").waitFor();
  remove("task.html");
  await page.getByRole("alert").getByText("No such file").waitFor();
  save("task.html", TASK);
  await pane(page, "work").getByText("What is a dog?").waitFor();
  save("rows.csv", "thing,other\na cow\n");
  await page.getByRole("alert").getByText("line 2").waitFor();
  save("rows.csv", "thing\na cow\n");
  await pane(page, "work").getByText("What is a cow?").waitFor();
  await page.getByText("Row 1 of 1").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("a submission shows its answer, of a form and of crowd elements", async (t) => {
  const { url, save } = await preview(t, TASK);
  const page = await opened(url);
  await pane(page, "work").getByLabel("Answer").fill(`<img src=x onerror="alert(1)">`);
  await pane(page, "work").getByRole("button", { name: "Submit" }).click();
  await pane(page, "work").getByRole("heading", { name: "This would be submitted" }).waitFor();
  const document = await pane(page, "work").locator("#document").textContent();
  assert.match(document, /<QuestionIdentifier>answer<\/QuestionIdentifier><FreeText>&lt;img src=x onerror="alert\(1\)"&gt;<\/FreeText>/);
  await page.getByRole("link", { name: "Load Work again" }).click();
  await pane(page, "work").getByLabel("Answer").waitFor();
  save("task.html", CROWD);
  await pane(page, "phone").getByLabel("Word").fill("tree");
  await pane(page, "phone").getByRole("button", { name: "Submit" }).click();
  const json = await pane(page, "phone").locator("#task-answers").textContent();
  assert.deepEqual(JSON.parse(json), [{ word: "tree" }]);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("the strip tells what the document and the browser know", async (t) => {
  const { url, save } = await preview(t, FAULTY);
  const page = await opened(url);
  const strip = page.locator("#strip");
  await strip.getByText("${left} has no value").waitFor();
  await strip.getByText(/A script failed: .*noSuchFunction.*\(line 5\) \(Preview, Work, Phone\)/).waitFor();
  await strip.getByText(/A policy blocked .*icon\.svg \(img-src\)/).waitFor();
  await strip.getByText(/This did not load: <script> .*nowhere\.js/).waitFor();
  await pane(page, "work").getByText("left alone").waitFor();
  assert.equal(await strip.locator(".count").textContent(), String(await strip.locator("li").count()));
  const hostile = FAULTY.replace("noSuchFunction();", `let n = 0; setInterval(() => parent.postMessage(JSON.stringify({ reports:
    [...Array(900).keys()].map((i) => ["script", "<img src=x onerror=\\"top.document.title='taken'\\">" + n++ + "x".repeat(9000)]) }), "*"), 50);`);
  save("task.html", hostile);
  await strip.getByText(/[0-9]{4}x+/).first().waitFor();
  assert.ok((await strip.locator("#reports li").count()) <= 50);
  assert.equal(await strip.locator("#reports img").count(), 0);
  assert.notEqual(await page.title(), "taken");
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("a page elsewhere works, or the page says why it does not", async (t) => {
  let options = {};
  const server = http.createServer((request, response) => {
    const query = new URL(request.url, "http://x").searchParams;
    response.writeHead(200, { "content-type": "text/html", ...options });
    response.end(`<title>t</title><form method="post" action="${query.get("turkSubmitTo")}/mturk/externalSubmit">
      <input name="assignmentId" value="${query.get("assignmentId")}"><input name="who" value="${query.get("workerId")}"><button>Send</button></form>`);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close() && server.closeAllConnections());
  const { url } = await preview(t, `http://localhost:${server.address().port}/task`);
  const page = await opened(url);
  await pane(page, "work").getByRole("button", { name: "Send" }).click();
  await pane(page, "work").getByText("<FreeText>A1PREVIEW</FreeText>").waitFor();
  options = { "x-frame-options": "DENY" };
  await page.reload();
  await page.locator("#probe").getByText("X-Frame-Options: DENY").waitFor();
  await new Promise((done) => server.close(done) && server.closeAllConnections());
  await page.reload();
  await page.locator("#probe").getByText("cannot be shown").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("whoever works in open mode finds the strip folded below the HIT", async () => {
  const hit = await at.hit(html(FAULTY), { Title: "Faulty" });
  const page = await worker(chrome, at, "A1ANNA");
  await accepted(page, at, hit);
  const strip = page.locator("#strip");
  assert.equal(await strip.getByText("${left} has no value").isVisible(), false);
  await strip.locator("summary").click();
  await strip.getByText("${left} has no value").waitFor();
  await strip.getByText(/A script failed: .*noSuchFunction.*\(line 5\)$/).waitFor();
  await strip.getByText(/A policy blocked .*icon\.svg/).waitFor();
  await frameOf(page).getByLabel("A").fill("x");
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.waitForURL(/\/projects/);
  const other = await at.hit(external("https://requester.example/task"), { Title: "Elsewhere" });
  await accepted(page, at, other);
  await page.locator("#strip summary").click();
  await page.getByText("The page is on another site").waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("noSuchFunction")), []);
  await page.context().close();
});

test("the page fits, can be read, and has no fault that axe-core knows", async (t) => {
  const { url, save } = await preview(t, FAULTY, "thing\n1\n2\n3\n");
  const found = [];
  const check = async (page, name) => {
    await picture(page, name);
    found.push(...(await problems(page)).map((problem) => `${name}: ${problem}`));
    found.push(...page.errors.splice(0).map((error) => `${name}: ${error}`));
  };
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(`${url}/?row=2`, settings);
    await page.getByText("A script failed").waitFor();
    await check(page, `preview-${look}`);
    const work = await page.locator("iframe[name=work]").getAttribute("src");
    await page.goto(`${url}/mturk/externalSubmit?${work.split("?")[1]}&label=cat&taskAnswers=[{"a":{"b":1}}]`);
    await page.getByRole("heading", { name: "This would be submitted" }).waitFor();
    await check(page, `preview-answer-${look}`);
    await page.goto(`${url}/mturk/externalSubmit`);
    page.errors.length = 0;
    await check(page, `preview-refused-${look}`);
    save("task.html", "<HTMLQuestion>");
    await page.goto(url);
    await page.getByRole("alert").waitFor();
    await check(page, `preview-broken-${look}`);
    save("task.html", FAULTY);
    await page.getByText("A script failed").waitFor();
    await page.context().close();
  }
  assert.deepEqual(found, []);
});

// Batches at the requester's desk, in a browser: from a CSV file to reviewed results by clicks alone; seen wide, on a phone and
// in the dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { begun, browser, frameOf, market, picture, worker } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = `</td><script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">`;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

const [chrome] = await begun(browser());

/** A window of a browser in which the requester `test` was chosen, on a page of the desk. */
async function opened(at, address, settings = LOOKS.wide) {
  const context = await chrome.newContext(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.goto(`${at.url}/requester/choose`);
  await page.locator("#id").fill("test");
  await page.getByRole("button", { name: "Go on" }).press("Enter");
  await page.waitForURL(/requester\/hits/);
  await page.goto(`${at.url}/requester/${address}`);
  return page;
}

/** What axe-core finds in the page itself, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], iframes: false }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

/** A file as a browser's dialog chooses one. */
const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

/** The rows of a CSV file whose cells are all quoted, as objects. */
function rowsOf(text) {
  const [head, ...rows] = text.trimEnd().split("\n").map((line) => line.slice(1, -1).split('","'));
  return rows.map((cells) => Object.fromEntries(head.map((name, place) => [name, cells[place]])));
}

/** Does the next HIT at the worker's site, found in its list. */
async function answer(page, at, feeling) {
  await page.goto(`${at.url}/projects`);
  await page.getByRole("link", { name: /Accept/ }).or(page.getByRole("button", { name: /Accept/ })).first().click();
  const task = frameOf(page);
  await task.getByText("I like").waitFor();
  await task.getByLabel(feeling, { exact: true }).check();
  await task.getByRole("button", { name: "Submit" }).click();
  await page.getByText("Your work was submitted.").waitFor();
}

test("a batch from a CSV file to results by clicks alone", async (t) => {
  const at = await market();
  t.after(() => at.stop());
  const page = await opened(at, "hits");
  await page.getByRole("link", { name: "Batches" }).click();
  await page.getByRole("heading", { name: "You have no batches yet" }).waitFor();
  await page.getByRole("link", { name: "Make a batch" }).click();
  await page.getByLabel("Title", { exact: true }).fill("How does the writer feel?");
  await page.getByRole("button", { name: "sentiment" }).click();
  await page.getByText("The file needs the column text.").waitFor();
  assert.equal(await page.getByLabel("Title", { exact: true }).inputValue(), "How does the writer feel?");
  await page.getByLabel("CSV file", { exact: true }).setInputFiles(file("rows.csv", "txt,id\nI like cats,1\nI like dogs,2\n"));
  await page.getByLabel("Assignments for each HIT").fill("2");
  await page.getByRole("button", { name: "Preview" }).last().click();
  await page.getByText("A description is needed.").first().waitFor();
  await page.getByLabel("Description").fill("Read it, and choose.");
  await page.getByRole("button", { name: "Preview" }).last().click();
  // The file was kept, and has a problem.
  await page.getByText("Line 1, text").waitFor();
  await page.getByLabel("CSV file", { exact: true }).setInputFiles(file("rows.csv", "text,id\nI like cats,1\n\"I like\ndogs\",2\n"));
  await page.getByRole("button", { name: "Preview" }).last().click();
  await page.getByRole("heading", { name: /row 1 of 2/ }).waitFor();
  await page.frameLocator("#task").getByText("I like cats").waitFor();
  await page.getByText("$0.24").waitFor();
  await page.getByText("the template does not name this column").waitFor();
  await page.getByRole("link", { name: "Next row" }).click();
  await page.frameLocator("#task").getByText("dogs").waitFor();
  await page.getByRole("link", { name: "Previous row" }).click();
  await page.frameLocator("#task").getByText("I like cats").waitFor();
  await page.getByRole("button", { name: "Publish 2 HITs" }).click();
  await page.getByText("2 of 2 HITs made").waitFor();
  await page.getByText("0 of 4 assignments").waitFor();

  const workers = [await worker(chrome, at, "A1ANNA"), await worker(chrome, at, "A2BERT")];
  for (const one of workers) {
    for (const feeling of ["positive", "negative"]) await answer(one, at, feeling);
    assert.deepEqual(one.errors, []);
  }
  // The page was not loaded again.
  await page.getByText("4 of 4 assignments").waitFor();
  await page.getByRole("link", { name: "See the answers" }).click();
  await page.getByText("4 submitted").waitFor();
  await page.getByRole("link", { name: "Batch 1" }).click();

  const download = async (name) => {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    return readFileSync(await saved.path(), "utf8");
  };
  const results = (await download("Download results.csv")).replaceAll("I like\ndogs", "I like dogs");
  const rows = rowsOf(results);
  assert.deepEqual(rows.map((row) => row.WorkerId).sort(), ["A1ANNA", "A1ANNA", "A2BERT", "A2BERT"]);
  assert.deepEqual(new Set(rows.map((row) => row["Input.text"])), new Set(["I like cats", "I like dogs"]));
  const marks = rows.map((row, number) => `${row.AssignmentId},${number ? "x" : ""},${number ? "" : "look again"}`);
  await page.getByLabel("Reviewed results file").setInputFiles(file("r.csv", "AssignmentId,Approve,Reject\n3NONE,x,\n"));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByText("Line 2, AssignmentId").waitFor();
  const reviewed = `AssignmentId,Approve,Reject\n${marks.join("\n")}\n`;
  await page.getByLabel("Reviewed results file").setInputFiles(file("r.csv", reviewed));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "What the file decides" }).waitFor();
  await page.getByRole("button", { name: "Apply 4 decisions" }).click();
  await page.getByText("4 of 4 decisions applied").waitFor();
  await page.getByText("3 approved").waitFor();
  await page.getByText("1 rejected").waitFor();
  const statuses = rowsOf((await download("Download results.csv")).replaceAll("I like\ndogs", "I like dogs"));
  assert.deepEqual(statuses.map((row) => row.AssignmentStatus), ["Rejected", "Approved", "Approved", "Approved"]);
  assert.equal(statuses[0].RequesterFeedback, "look again");
  await page.getByRole("button", { name: "Publish rejected work again" }).click();
  await page.getByText("4 of 5 assignments").waitFor();
  await page.getByText("Cancel it").click();
  await page.getByRole("button", { name: "Cancel this batch" }).click();
  await page.getByText("Canceled", { exact: true }).waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("400")), []);
});

test("by keyboard alone, and without scripts", async (t) => {
  const at = await market();
  t.after(() => at.stop());
  const page = await opened(at, "batches/new", { ...LOOKS.wide, javaScriptEnabled: false });
  const type = async (label, text) => {
    await page.getByLabel(label, { exact: true }).focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  };
  await page.getByRole("button", { name: "sentiment" }).press("Enter");
  await page.getByText("The file needs the column text.").waitFor();
  await type("Or paste the rows, the names of the columns first", "text\nI like it");
  await type("Description", "Look");
  await type("Title", "By keyboard");
  // Enter in a field previews, and chooses no sample.
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Preview: By keyboard" }).waitFor();
  await page.getByRole("button", { name: "Publish 1 HIT" }).press("Enter");
  await page.getByText("The batch is being published.").waitFor();
  await page.getByRole("link", { name: "Load the page again" }).press("Enter");
  await page.getByText("1 of 1 HITs made").waitFor();
});

test("hostile templates and cells reach nothing of the desk", async (t) => {
  const at = await market();
  t.after(() => at.stop());
  const attack = `<p>${HOSTILE}\${cell}</p><script>
    try { parent.document.title = "taken"; } catch { document.body.append("shut "); }
    fetch("${at.url}/requester/batches").then((answer) => answer.text()).then((text) => document.body.append("read " + text.length), () => document.body.append("out"));
  </script><input name="a">`;
  const page = await opened(at, "batches/new");
  await page.getByLabel("Template", { exact: true }).fill(attack);
  await page.getByLabel("CSV file", { exact: true }).setInputFiles(file(`${HOSTILE}.csv`, `cell,=1+1\n"${HOSTILE.replaceAll('"', '""')}",=2\n`));
  await page.getByLabel("Description").fill(HOSTILE);
  await page.getByRole("button", { name: "Preview" }).last().click();
  await page.getByText("A title is needed.").first().waitFor();
  assert.notEqual(await page.title(), "taken");
  await page.getByLabel("Title", { exact: true }).fill(HOSTILE.slice(0, 100));
  await page.getByRole("button", { name: "Preview" }).last().click();
  await page.frameLocator("#task").getByText("shut out").waitFor();
  assert.notEqual(await page.title(), "taken");
  await page.getByText("The cells of line 2").click();
  await page.getByText("=2").waitFor();
  await page.getByRole("button", { name: "Publish 1 HIT" }).click();
  await page.getByText("1 of 1 HITs made").waitFor();
  assert.notEqual(await page.title(), "taken");
});

test("every page of batches fits, can be read, and has no fault that axe-core knows", async (t) => {
  const at = await market();
  t.after(() => at.stop());
  const found = [];
  const check = async (page, name) => {
    await picture(page, name);
    found.push(...(await problems(page)).map((problem) => `${name}: ${problem}`));
    found.push(...page.errors.splice(0).filter((error) => !error.includes("400")).map((error) => `${name}: ${error}`));
  };
  const long = `W${"w".repeat(60)}`;
  const template = `<!doctype html><html lang="en"><title>t</title><p>\${name}</p><form action="https://www.mturk.com/mturk/externalSubmit"><input name="animal" aria-label="Animal"></form></html>`;
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(at, "batches", settings);
    if (look === "wide") await check(page, "batches-empty");
    await page.goto(`${at.url}/requester/batches/new`);
    await check(page, `batches-new-${look}`);
    await page.getByLabel("Template", { exact: true }).fill(template);
    await page.getByLabel("CSV file", { exact: true }).setInputFiles(file(`${long}.csv`, `name,${long}\ncat,1,2\n`));
    await page.getByRole("button", { name: "Preview" }).last().click();
    await page.getByText("A title is needed.").first().waitFor();
    await check(page, `batches-refused-${look}`);
    await page.getByLabel("Title", { exact: true }).fill(long);
    await page.getByLabel("Description").fill(long);
    await page.getByRole("button", { name: "Preview" }).last().click();
    await page.getByText("the row has 3 cells").waitFor();
    await check(page, `batches-problems-${look}`);
    await page.getByLabel("CSV file", { exact: true }).setInputFiles(file(`${long}.csv`, `name,${long}\ncat,1\n${long},2\n`));
    await page.getByRole("button", { name: "Preview" }).last().click();
    await page.frameLocator("#task").getByText("cat").waitFor();
    await page.getByText("The cells of line 2").click();
    await check(page, `batches-preview-${look}`);
    await page.getByRole("button", { name: "Publish 2 HITs" }).click();
    await page.getByText("2 of 2 HITs made").waitFor();
    const { HITs } = await at.call("ListHITs", { MaxResults: 1 });
    const body = { WorkerId: "A1ANNA", Answers: { animal: "cat" } };
    const { AssignmentId } = await at.control("POST", `/hits/${HITs[0].HITId}/submissions`, body);
    await page.getByText("1 of 2 assignments").waitFor();
    await page.getByText("Cancel it").click();
    await page.getByLabel("More assignments for each HIT").fill("many");
    await page.getByRole("button", { name: "Extend" }).click();
    await page.getByText("That was not done.").waitFor();
    await check(page, `batches-one-${look}`);
    await page.getByRole("link", { name: "See the HITs" }).click();
    await check(page, `batches-hits-${look}`);
    await page.getByRole("link", { name: /^Batch / }).click();
    await page.getByLabel("Reviewed results file").setInputFiles(file("r.csv", `AssignmentId,Reject\n${AssignmentId},${long}\n`));
    await page.getByRole("button", { name: "Upload" }).click();
    await page.getByRole("heading", { name: "What the file decides" }).waitFor();
    await check(page, `batches-review-${look}`);
    await page.goto(`${at.url}/requester/batches`);
    await check(page, `batches-list-${look}`);
    await page.context().close();
  }
  assert.deepEqual(found, []);
});

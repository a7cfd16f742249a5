// Answers are reviewed in a browser: by keyboard, by two people at once, with hostile answers; seen wide, on a phone and in the
// dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { begun, browser, external, market, picture } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HOSTILE = `</td><script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">`;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

const [chrome, at] = await begun(browser(), market());

/** A window of a browser in which a requester was chosen, on a page of the desk. */
async function opened(address, settings = LOOKS.wide, unloaded = [], key = "test") {
  const context = await chrome.newContext(settings);
  const page = await context.newPage();
  for (const file of unloaded) await page.route(file, (route) => route.abort());
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  await page.goto(`${at.url}/requester/choose`);
  await page.locator("#id").fill(key);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/requester\/hits/);
  await page.goto(`${at.url}/requester/${address}`);
  return page;
}

/** A HIT that these workers have answered. */
async function answered(title, ...works) {
  const hit = await at.hit(external("https://requester.example/task"), { Title: title, MaxAssignments: 20 });
  for (const [worker, answers] of works) {
    await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: worker, Answers: answers });
  }
  return hit;
}

async function statuses(hit) {
  const { Assignments } = await at.call("ListAssignmentsForHIT", { HITId: hit.HITId, MaxResults: 100 });
  return Object.fromEntries(Assignments.map((of) => [of.WorkerId, of.AssignmentStatus]));
}

/** What axe-core finds, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

const submitted = (page) => page.waitForURL(/done=/);

test("answers are reviewed by keyboard alone", async () => {
  const works = ["A1A", "A1B", "A1C", "A1D"].map((worker) => [worker, { label: "cat" }]);
  const hit = await answered("By keyboard", ...works);
  const page = await opened(`hits/${hit.HITId}/answers?order=oldest`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("a");
  await submitted(page);
  assert.deepEqual(await statuses(hit), { A1A: "Approved", A1B: "Submitted", A1C: "Submitted", A1D: "Submitted" });
  // The next row is current.
  await page.keyboard.press("r");
  await page.keyboard.press("Enter");
  assert.equal((await statuses(hit)).A1B, "Submitted", "a rejection needs a reason");
  await page.keyboard.type("Not a cat, j k a r");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=reject/);
  assert.deepEqual(await statuses(hit), { A1A: "Approved", A1B: "Rejected", A1C: "Submitted", A1D: "Submitted" });
  await page.getByText("Not a cat, j k a r").waitFor();
  await page.keyboard.press("a");
  await page.waitForURL(/done=approve/);
  assert.equal((await statuses(hit)).A1C, "Approved");
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("without its script the form does the same, and Enter decides nothing", async () => {
  const hit = await answered("Without script", ["A1A", { label: "cat" }], ["A1B", { label: "dog" }]);
  const page = await opened(`hits/${hit.HITId}/answers`, LOOKS.wide, ["**/review.js"]);
  await page.locator("tbody tr", { hasText: "A1A" }).locator("input[type=checkbox]").check();
  await page.locator("#feedback").fill("Good");
  await page.locator("#feedback").press("Enter");
  await page.getByText("Nothing was done. Use one of the buttons").waitFor();
  assert.deepEqual(await statuses(hit), { A1A: "Submitted", A1B: "Submitted" });
  await page.getByRole("button", { name: "Reject", exact: true }).click();
  await submitted(page);
  assert.deepEqual(await statuses(hit), { A1A: "Rejected", A1B: "Submitted" });
  await page.context().close();
});

test("Enter in the reason rejects nothing that was selected with the mouse", async () => {
  const hit = await answered("Selected", ["A1A", { label: "cat" }], ["A1B", { label: "dog" }]);
  const page = await opened(`hits/${hit.HITId}/answers`);
  for (const box of await page.locator("tbody input[type=checkbox]").all()) await box.check();
  await page.locator("#feedback").fill("Good work");
  await page.locator("#feedback").press("Enter");
  await page.getByText("Nothing was done. Use one of the buttons").waitFor();
  assert.deepEqual(await statuses(hit), { A1A: "Submitted", A1B: "Submitted" });
  await page.context().close();
});

test("two reviewers at once do nothing twice", async () => {
  const hit = await answered("Two reviewers", ["A1A", { label: "cat" }], ["A1B", { label: "dog" }]);
  // Neither page learns by itself what the other one does.
  const [one, other] = await Promise.all([1, 2].map(() => opened(`hits/${hit.HITId}/answers`, LOOKS.wide, ["**/live.js"])));
  const row = (page, worker) => page.locator("tbody tr", { hasText: worker });
  await row(one, "A1A").getByRole("button", { name: "Approve" }).click();
  await submitted(one);
  await other.locator("#feedback").fill("Both are wrong");
  await other.getByRole("button", { name: "Reject all submitted on this page" }).click();
  await row(other, "A1A").getByText("This assignment is already approved.").waitFor();
  await other.getByText("1 of 2 were done.").waitFor();
  assert.deepEqual(await statuses(hit), { A1A: "Approved", A1B: "Rejected" });
  await one.context().close();
  await other.context().close();
});

test("what another reviewer decides, and what arrives, appears without a reload", async () => {
  const hit = await answered("Live", ["A1A", { label: "cat" }], ["A1B", { label: "dog" }]);
  const [one, other] = await Promise.all([1, 2].map(() => opened(`hits/${hit.HITId}/answers`)));
  const row = (page, worker) => page.locator("tbody tr", { has: page.getByRole("rowheader", { name: worker, exact: true }) });
  await one.getByText("Changes appear here by themselves.").waitFor();
  await one.locator("#feedback").fill("Half a sen");
  await row(other, "A1A").getByRole("button", { name: "Approve" }).click();
  await submitted(other);
  await row(one, "A1A").locator(".tag", { hasText: "Approved" }).waitFor();
  assert.equal(await row(one, "A1A").getByRole("button", { name: "Approve" }).count(), 0);
  await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1C", Answers: { label: "cow" } });
  await one.getByText("1 new answer:").waitFor();
  assert.equal(await one.locator("#feedback").inputValue(), "Half a sen");
  assert.equal(await one.evaluate(() => document.activeElement.id), "feedback");
  assert.deepEqual(await problems(one), []);
  // A part that has the focus is drawn when the focus leaves.
  await row(one, "A1B").getByRole("button", { name: "Approve" }).focus();
  await row(other, "A1B").getByRole("button", { name: "Approve" }).click();
  await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1D", Answers: { label: "cow" } });
  await one.getByText("2 new answers:").waitFor();
  await one.waitForFunction(() => document.activeElement.matches("button.one"));
  await one.locator("#feedback").focus();
  await row(one, "A1B").locator(".tag", { hasText: "Approved" }).waitFor();
  await one.getByRole("link", { name: "show them" }).click();
  await row(one, "A1D").waitFor();
  assert.deepEqual([...one.errors, ...other.errors], []);
  await one.context().close();
  await other.context().close();
});

test("hostile answers are text, and the page is clean in every look", async () => {
  const works = Array.from({ length: 12 }, (_, number) => [
    `A1W${number}`,
    { [HOSTILE]: HOSTILE, label: number % 3 ? "cat" : "dog", long: `${HOSTILE}${"W".repeat(50000)}` },
  ]);
  const hit = await answered(HOSTILE.slice(0, 120), ...works);
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(`hits/${hit.HITId}/answers?measures=all`, settings);
    assert.notEqual(await page.title(), "taken", look);
    assert.equal(await page.locator("td img, td script").count(), 0, look);
    await page.getByText("Krippendorff").first().waitFor();
    await picture(page, `review-${look}`);
    assert.deepEqual(await problems(page), [], look);
    await page.locator("tbody details summary").first().click();
    assert.deepEqual(await problems(page), [], look);
    assert.deepEqual(page.errors, [], look);
    await page.context().close();
  }
});

test("formulas and answers of a megabyte are shown as text", async () => {
  const formulas = ["=HYPERLINK(\"https://evil.example\",\"click\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)"];
  const long = `<img src=x onerror="document.title = 'taken'">${"W".repeat(1_000_000)} the end`;
  const works = formulas.map((label, number) => [`A1F${number}`, { label }]);
  const hit = await answered("Formulas", ...works, ["A1LONG", { label: long }]);
  const page = await opened(`hits/${hit.HITId}/answers`);
  const row = (worker) => page.locator("tbody tr", { has: page.getByRole("rowheader", { name: worker, exact: true }) });
  for (const [number, formula] of formulas.entries()) await row(`A1F${number}`).getByText(formula, { exact: true }).waitFor();
  assert.equal(await page.locator("td a", { hasText: "click" }).count(), 0);
  await row("A1LONG").getByText("<img src=x onerror").first().waitFor();
  assert.equal(await page.locator("td img").count(), 0);
  assert.ok((await page.content()).length < 300_000, "the page has the beginning of a long answer");
  assert.deepEqual(await problems(page), []);
  const { Assignments } = await at.call("ListAssignmentsForHIT", { HITId: hit.HITId });
  const { AssignmentId } = Assignments.find((of) => of.WorkerId === "A1LONG");
  const whole = await page.goto(`${at.url}/requester/answers/${AssignmentId}`);
  assert.match(await whole.text(), /W the end/);
  assert.notEqual(await page.title(), "taken");
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("another requester sees nothing of it", async () => {
  const hit = await answered("Secret title", ["A1SECRET", { label: "secret answer" }]);
  const batch = { Title: "Secret batch", Description: "D", Reward: "0.05", Template: "${word}<input name=a>", Data: "word\nsecret word\n" };
  const { Batch } = await at.control("POST", "/batches", batch);
  const { Assignments } = await at.call("ListAssignmentsForHIT", { HITId: hit.HITId });
  const work = Assignments[0].AssignmentId;
  const page = await opened("hits", LOOKS.wide, [], "stranger");
  assert.equal(await page.getByText(/secret (title|batch)/i).count(), 0);
  for (const address of [`hits/${hit.HITId}`, `hits/${hit.HITId}/answers`, `hits/${hit.HITId}/frame`, `types/${hit.HITTypeId}/answers`,
    `answers/${work}`, `batches/${Batch.BatchId}`, `batches/${Batch.BatchId}/answers`, `batches/${Batch.BatchId}/results.csv`]) {
    const answer = await page.goto(`${at.url}/requester/${address}`);
    const text = await answer.text();
    assert.ok(answer.status() === 404 || !/secret|A1SECRET/i.test(text), `${address}: ${answer.status()}`);
    assert.doesNotMatch(text, /secret|A1SECRET/i, address);
  }
  for (const list of ["hits", "batches", "workers", "measures", "money", "qualifications", "workers/A1SECRET"]) {
    const answer = await page.goto(`${at.url}/requester/${list}`);
    assert.doesNotMatch(await answer.text(), /secret (title|answer|batch|word)/i, list);
  }
  await page.context().close();
});

test("answers of types and of batches, and measures, are clean in every look", async () => {
  const hit = await answered("Of a type", ...["A1A", "A1B", "A1C"].map((worker) => [worker, { label: "cat" }]));
  const batch = { Title: "Of a batch", Description: "D", Reward: "0.05", MaxAssignments: 2, Template: "${word}<input name=label>", Data: "word\none\ntwo\n" };
  const { Batch } = await at.control("POST", "/batches", batch);
  await at.control("POST", "/clock", { advance: "0s" });
  const { HITs } = await at.call("ListHITs", { MaxResults: 100 });
  const made = HITs.filter((of) => of.Title === "Of a batch");
  assert.equal(made.length, 2);
  for (const of of made) await at.control("POST", `/hits/${of.HITId}/submissions`, { WorkerId: "A1A", Answers: { label: "dog" } });
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened("measures", settings);
    await page.getByRole("heading", { name: "Nothing is measured" }).waitFor();
    assert.deepEqual(await problems(page), [], `measures ${look}`);
    for (const address of [`types/${hit.HITTypeId}/answers?measures=all`, `batches/${Batch.BatchId}/answers?measures=all`]) {
      await page.goto(`${at.url}/requester/${address}`);
      await page.locator("tbody tr").first().waitFor();
      assert.deepEqual(await problems(page), [], `${address} ${look}`);
    }
    assert.deepEqual(page.errors, [], look);
    await page.context().close();
  }
  const page = await opened(`types/${hit.HITTypeId}/answers`);
  // The page offers it for much work alone; the form is the same.
  await page.evaluate((to) => {
    const form = document.getElementById("review").cloneNode();
    form.append(document.querySelector("input[name=csrf]").cloneNode());
    form.action = to;
    document.body.append(form);
    form.submit();
  }, `/requester/types/${hit.HITTypeId}/measures`);
  await page.waitForURL(/requester\/measures/);
  await page.getByRole("heading", { name: /Measures: Of a type/ }).waitFor();
  await page.getByText("3 assignments by 3 workers").waitFor();
  assert.deepEqual(await problems(page), []);
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

// Workers, qualification types and money by clicks alone; seen wide, on a phone and in the dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { begun, browser, external, market, picture } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TEST = `<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"><Question>
<QuestionIdentifier>sky</QuestionIdentifier><QuestionContent><Text>Which colour is the sky?</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>`;
const HOSTILE = `<script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">`;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

const [chrome, at] = await begun(browser(), market("--profile", "production"));

/** A window of a browser in which the requester `test` was chosen, on a page of the desk. */
async function opened(address, settings = LOOKS.wide) {
  const context = await chrome.newContext(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  await page.goto(`${at.url}/requester/choose`);
  await page.locator("#id").fill("test");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/requester\/hits/);
  await page.goto(`${at.url}/requester/${address}`);
  return page;
}

/** What axe-core finds, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

async function work(worker, hit, approved) {
  const done = await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: worker, Answers: { q: "yes" } });
  if (approved) await at.call("ApproveAssignment", { AssignmentId: done.AssignmentId });
  return done.AssignmentId;
}

const hit = await at.hit(external("https://requester.example/task"), { Title: HOSTILE, MaxAssignments: 9, Reward: "0.10" });
await work("A1ANNA", hit, true);
await work("A1BEN", hit, false);

test("a worker is paid, told, scored and blocked by clicks", async () => {
  const page = await opened("qualifications");
  await page.getByRole("link", { name: "New qualification type" }).click();
  await page.getByLabel("Name").fill("Careful");
  await page.getByLabel("Description").fill(HOSTILE);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("The qualification type is made.").waitFor();
  await page.getByRole("link", { name: "Workers", exact: true }).click();
  await page.getByRole("link", { name: "A1ANNA" }).click();
  await page.getByRole("heading", { name: "Worker A1ANNA" }).waitFor();
  await page.getByLabel("Score").fill("80");
  await page.getByRole("button", { name: "Give it" }).click();
  await page.getByText("The worker has the qualification with this score now.").waitFor();
  await page.getByLabel("Subject").fill("Thanks");
  await page.getByLabel("Text").fill("Well done");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("The message was sent.").waitFor();
  const answer = await page.getByRole("link", { name: /^Answer / }).textContent();
  await page.getByLabel("For the assignment").fill(answer.replace("Answer ", ""));
  await page.getByLabel("Dollars").fill("0.50");
  await page.getByLabel("Reason; the worker reads it").fill(HOSTILE);
  await page.getByRole("button", { name: "Pay the bonus" }).click();
  await page.getByText("The bonus was paid.").waitFor();
  await page.getByLabel("Reason; the worker does not read it").fill("Enough");
  await page.getByRole("button", { name: "Block this worker" }).click();
  await page.getByText("The worker is blocked").waitFor();
  await page.getByRole("button", { name: "Unblock" }).click();
  await page.getByText("The worker is not blocked any more.").waitFor();
  await page.getByRole("link", { name: "Money", exact: true }).click();
  await page.getByText("$0.72").waitFor();
  assert.equal(await page.getByRole("row").count(), 4, "a head, a reward, a bonus, and the beginning");
  assert.deepEqual(page.errors, []);
  assert.ok(!(await page.title()).includes("taken"));
  await page.context().close();
});

test("a test is taken on the worker's site and decided at the desk", async () => {
  const page = await opened("qualifications/new");
  await page.getByLabel("Name").fill("Sky");
  await page.getByLabel("Description").fill("Looks up");
  await page.getByText("With a test").click();
  await page.getByLabel("Test, a QuestionForm as XML").fill("<b>");
  await page.getByLabel("Seconds for the test").fill("600");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("Nothing was made.").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Sky");
  await page.getByLabel("Test, a QuestionForm as XML").fill(TEST);
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("Which colour is the sky?").first().waitFor();
  const id = /qualifications\/(\w+)/.exec(page.url())[1];
  await at.control("PUT", "/workers/A1CHEN", {});
  await at.control("POST", `/workers/A1CHEN/qualifications/${id}/request`);
  await at.control("POST", `/workers/A1CHEN/qualifications/${id}/test`, { Answers: { sky: HOSTILE } });
  await page.goto(`${at.url}/requester/qualifications/${id}`);
  await page.getByText(HOSTILE).waitFor();
  const request = page.getByRole("article", { name: "Request of A1CHEN" });
  await request.getByLabel("Score").fill("77");
  await request.getByRole("button", { name: "Grant" }).click();
  await page.getByText("The request was granted.").waitFor();
  await page.getByRole("cell", { name: "77" }).waitFor();
  await page.getByRole("button", { name: "Revoke from A1CHEN" }).click();
  await page.getByText("The qualification was revoked.").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("a table of workers is downloaded, filled in and uploaded", async () => {
  const page = await opened("workers");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download all as CSV" }).click()]);
  const text = readFileSync(await file.path(), "utf8");
  const changed = text.replace(/("A1BEN".*?"Never Blocked"),""/, '$1,"Block"');
  assert.notEqual(changed, text);
  await page.getByRole("link", { name: "Upload a changed CSV" }).click();
  const upload = async (content) => {
    await page.getByLabel("CSV file").setInputFiles({ name: "workers.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.getByRole("button", { name: "Upload and apply" }).click();
  };
  await upload(changed);
  await page.getByText("Line 3, UPDATE-BlockStatus: give the reason").waitFor();
  await page.getByLabel("Reason, if workers are blocked").fill("Too fast");
  await upload(changed);
  await page.getByText("1 change made.").waitFor();
  await page.getByRole("link", { name: "All workers", exact: true }).click();
  await page.getByText("Too fast").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

for (const [look, settings] of Object.entries(LOOKS)) {
  test(`every page is accessible: ${look}`, async () => {
    const types = await at.call("ListQualificationTypes", { MustBeRequestable: false, MustBeOwnedByCaller: true });
    const type = types.QualificationTypes[0].QualificationTypeId;
    const pages = ["workers", "workers/A1ANNA", "workers/A1NOBODY", "workers/upload", "workers?search=A1X", "qualifications", "qualifications/new", `qualifications/${type}`, "money", "money/holds"];
    const page = await opened(pages[0], settings);
    for (const address of pages) {
      await page.goto(`${at.url}/requester/${address}`);
      assert.deepEqual(await problems(page), [], address);
      await picture(page, `desk-${address.replaceAll(/\W/g, "-").replace(type, "one")}-${look}`);
    }
    await page.context().close();
  });
}

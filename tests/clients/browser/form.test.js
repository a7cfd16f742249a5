// A QuestionForm with every kind of field, done by workers on the site; boto3 then has what they entered.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { accepted, answers, begun, browser, market, text, worker } from "./market.js";

const FORM = await readFile(new URL("form.xml", import.meta.url), "utf8");
const NONE = "";
const chosen = (...all) => all.map((one) => `<SelectionIdentifier>${one}</SelectionIdentifier>`).join("");
const other = (one) => `<OtherSelectionText>${one}</OtherSelectionText>`;

const [chrome, at] = await begun(browser(), market());

let number = 0;
/** A HIT with the form, accepted by a worker of its own. */
async function work() {
  const workerId = `A1FORM${++number}`;
  const hit = await at.hit(FORM, { Title: `Every kind ${number}` });
  const page = await worker(chrome, at, workerId);
  await accepted(page, at, hit);
  return { hit, workerId, page };
}

const button = (page) => page.getByRole("button", { name: "Submit", exact: true });
const problem = (page, number) => page.textContent(`#Answer_${number}_problem`);

// The least that the form takes, but for one question.
async function least(page, but) {
  if (but !== 1) await page.fill("[name=Answer_1]", "abc");
  if (but !== 5) await page.check("[name=Answer_5] >> nth=0");
  if (but !== 8) await page.selectOption("[name=Answer_8]", "d1");
}

// Lines of a form of ours end as in XML; those of a requester's own form as browsers post them.
const DEFAULTS = { 3: ["format", text('123 "yes"')], 4: ["text", text("\nfirst line\n&lt;/textarea&gt;")] };

/** Submits the form; boto3 has exactly these answers. */
async function submits({ hit, workerId, page }, ...expected) {
  await button(page).click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(page.errors, []);
  await at.submittedWork(hit, [workerId, answers(...expected)]);
}

test("what a text says is never markup, and nothing fails", async () => {
  const { page } = await work();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.textContent(".question-form .title"), "Every <kind>");
  assert.match(await page.textContent(".overview .text"), /<script>window\.hacked = 1<\/script>/);
  assert.equal(await page.getAttribute(".overview .text a", "href"), "http://a.example/x?y=1&z=2");
  assert.equal(await page.inputValue("[name=Answer_3]"), '123 "yes"');
  assert.equal(await page.inputValue("[name=Answer_4]"), "\nfirst line\n</textarea>");
  assert.deepEqual(page.errors, []);
});

test("a preview cannot be filled in", async () => {
  const hit = await at.hit(FORM, { Title: "Looked at" });
  const page = await worker(chrome, at, "A1LOOKS");
  await page.goto(`${at.url}/projects/${hit.HITTypeId}/tasks`);
  const fields = page.locator(".question-form :is(input, select, textarea)");
  const disabled = await fields.evaluateAll((all) => all.map((field) => field.disabled));
  assert.equal(disabled.length, 21);
  assert.ok(disabled.every(Boolean));
  assert.equal(await button(page).count(), 0);
});

test("every kind of field is filled in with the keyboard and the mouse, and submitted", async () => {
  const { hit, workerId, page } = await work();
  await page.fill("[name=Answer_1]", "ab😀");
  await page.fill("[name=Answer_2]", "-1.5");
  await page.fill("[name=Answer_3]", "1234 and yes");
  await page.fill("[name=Answer_4]", "one\ntwo é <b>");
  await page.focus("[name=Answer_5] >> nth=0");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.getByLabel("B", { exact: true }).check();
  await page.getByLabel("D", { exact: true }).check();
  await page.getByLabel("L2").check();
  await page.focus("[name=Answer_8]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.selectOption("[name=Answer_9]", ["c1", "c3"]);
  await page.getByLabel("M1").check();
  await page.setInputFiles("[name=Answer_11]", { name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("12 é") });
  await button(page).click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(page.errors, []);
  const [one] = (await at.call("ListAssignmentsForHIT", { HITId: hit.HITId })).Assignments;
  const [, key] = /<UploadedFileKey>([A-Za-z0-9-]+)<\/UploadedFileKey>/.exec(one.Answer);
  const file = `<UploadedFileSizeInBytes>5</UploadedFileSizeInBytes><UploadedFileKey>${key}</UploadedFileKey>`;
  const expected = answers(
    ["line", text("ab&#128512;")], ["number", text("-1.5")], ["format", text("1234 and yes")],
    ["text", text("one\ntwo &#233; &lt;b&gt;")], ["radio", chosen("Other")], ["boxes", chosen("b", "d")],
    ["list", chosen("l2")], ["dropdown", chosen("d2")], ["combobox", chosen("c1", "c3")],
    ["multichooser", chosen("m1")], ["file", file],
  );
  const files = { [one.AssignmentId]: { file: "12 é" } };
  await at.submitted({ assignments: { [hit.HITId]: [[workerId, expected]] }, files });
});

test("what may be left out is left out", async () => {
  const at_work = await work();
  await least(at_work.page);
  await submits(at_work, ["line", text("abc")], DEFAULTS[3], DEFAULTS[4], ["radio", chosen('r"1')], ["boxes", NONE],
    ["list", NONE], ["dropdown", chosen("d1")], ["combobox", NONE], ["multichooser", NONE]);
});

test("something else is said in a text, which chooses it", async () => {
  const at_work = await work();
  const { page } = at_work;
  await least(page);
  await page.fill("[name=Answer_5_OtherSelection]", "mauve");
  assert.ok(await page.isChecked("[name=Answer_5] >> nth=3"));
  await page.fill("[name=Answer_8_OtherSelection]", "ecru");
  await submits(at_work, ["line", text("abc")], DEFAULTS[3], DEFAULTS[4], ["radio", other("mauve")], ["boxes", NONE],
    ["list", NONE], ["dropdown", other("ecru")], ["combobox", NONE], ["multichooser", NONE]);
});

const REQUIRED = "This field is required.";
const LENGTH = "Invalid entry length. Must be at least 2 characters. Must be at most 5 characters.";
const NUMBER = "Invalid numeric value. Must be at least -2. Must be at most 10.";
const BOXES = "Invalid number of selections. Must be at least 2. Must be at most 3.";
const SIZE = "Invalid file size. Must be at least 3 bytes. Must be at most 1000 bytes.";
const nothing = () => {};
const boxes = (...all) => async (page) => {
  for (const nth of all) await page.check(`[name=Answer_6] >> nth=${nth}`);
};
const file = (size) => (page) =>
  page.setInputFiles("[name=Answer_11]", { name: "x", mimeType: "text/plain", buffer: Buffer.alloc(size) });

test("what is wrong is told before anything is sent, and by the server in the same words", async (t) => {
  const { page, hit } = await work();
  for (const [what, number, change, said] of [
    ["a text that is missing", 1, nothing, REQUIRED],
    ["a short text", 1, (page) => page.fill("[name=Answer_1]", "a"), LENGTH],
    ["a long text", 1, (page) => page.fill("[name=Answer_1]", "abcdef"), LENGTH],
    ["no number", 2, (page) => page.fill("[name=Answer_2]", "1e1"), NUMBER],
    ["a number that is too great", 2, (page) => page.fill("[name=Answer_2]", "10.5"), NUMBER],
    ["another format", 3, (page) => page.fill("[name=Answer_3]", "12 yes"), "Begin with three digits!"],
    ["another second format", 3, (page) => page.fill("[name=Answer_3]", "123 no"), "Invalid input supplied."],
    ["no button of a group", 5, nothing, REQUIRED],
    ["something else unsaid", 5, (page) => page.check("[name=Answer_5] >> nth=3"), REQUIRED],
    ["something else too long", 5, (page) => page.fill("[name=Answer_5_OtherSelection]", "turquoise"),
      "Invalid entry length. Must be at most 6 characters."],
    ["too few boxes", 6, boxes(0), BOXES],
    ["too many boxes", 6, boxes(0, 1, 2, 3), BOXES],
    ["nothing picked", 8, nothing, REQUIRED],
    ["too many picked", 9, (page) => page.selectOption("[name=Answer_9]", ["c1", "c2", "c3"]),
      "Invalid number of selections. Must be at most 2."],
    ["a small file", 11, file(2), SIZE],
    ["a large file", 11, file(1001), SIZE],
  ]) {
    await t.test(what, async () => {
      await page.goto(page.url());
      await least(page, number);
      await change(page);
      await button(page).click();
      assert.equal(await problem(page, number), said);
      assert.equal(await page.locator("form.question").evaluate((form) => form.checkValidity()), false);
      assert.match(page.url(), /assignment_id=[0-9A-Z]+$/, "nothing was sent");
      // Without the check of the browser.
      await page.evaluate(() => document.querySelector("form.question").setAttribute("novalidate", ""));
      await Promise.all([page.waitForURL(/\/submit\?/), page.locator("form.question").evaluate((form) => form.submit())]);
      assert.equal(await problem(page, number), said);
      assert.equal(await page.locator(".has-problem").count(), 1);
      if (number !== 1) assert.equal(await page.inputValue("[name=Answer_1]"), "abc");
      await page.goBack();
    });
  }
  await at.submittedWork(hit);
});

test("a problem that was told goes when it is gone", async () => {
  const { page } = await work();
  await least(page);
  await page.fill("[name=Answer_1]", "a");
  await button(page).click();
  assert.equal(await problem(page, 1), LENGTH);
  await page.fill("[name=Answer_1]", "ab");
  assert.equal(await problem(page, 1), "");
});

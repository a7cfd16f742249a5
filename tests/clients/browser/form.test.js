// A QuestionForm with every kind of field, filled in by a worker in a browser.
// The page is shown by examples/form.rs, or by the program that MTURK_LOCAL_FORM names.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browserForTests } from "./form.browser.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const browser = browserForTests();
let server, origin;

before(async () => {
  const program = process.env.MTURK_LOCAL_FORM;
  const [command, ...options] = program ? [program]
    : ["cargo", "run", "--locked", "--quiet", "--example", "form", "--"];
  server = spawn(command, [...options, here("form.xml"), "127.0.0.1:0"],
    { cwd: here("../../.."), stdio: ["ignore", "inherit", "pipe"] });
  const [line] = await once(server.stderr, "data");
  origin = String(line).trim();
});
after(() => server.kill());

const open = (path = "/") => browser.open(origin + path);
const submit = async (page) => {
  await page.click("#done");
  await page.waitForTimeout(0);
};
const problem = (page, number) => page.textContent(`#Answer_${number}_problem`);

// The least that the form takes.
async function least(page) {
  await page.fill("[name=Answer_1]", "abc");
  await page.check("[name=Answer_5] >> nth=0");
  await page.selectOption("[name=Answer_8]", "d1");
}

async function answers(page) {
  const [response] = await Promise.all([page.waitForNavigation(), page.click("#done")]);
  return page.evaluate((xml) => {
    const root = new DOMParser().parseFromString(xml, "text/xml").documentElement;
    return [...root.children].map((answer) => [...answer.children].map((part) => part.textContent));
  }, await response.text());
}

test("what a text says is never markup, and nothing fails", async () => {
  const page = await open();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.textContent(".title"), "Every <kind>");
  assert.match(await page.textContent(".overview .text"), /<script>window\.hacked = 1<\/script>/);
  assert.equal(await page.getAttribute(".overview .text a", "href"), "http://a.example/x?y=1&z=2");
  assert.equal(await page.inputValue("[name=Answer_3]"), '123 "yes"');
  assert.equal(await page.inputValue("[name=Answer_4]"), "\nfirst line\n</textarea>");
  assert.deepEqual(page.errors, []);
});

test("a preview cannot be filled in", async () => {
  const page = await open("/preview");
  const fields = page.locator(".question-form :is(input, select, textarea)");
  const disabled = await fields.evaluateAll((all) => all.map((field) => field.disabled));
  assert.equal(disabled.length, 21);
  assert.ok(disabled.every(Boolean));
});

test("every kind of field is filled in with the keyboard and the mouse, and handed in", async () => {
  const page = await open();
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
  await page.setInputFiles("[name=Answer_11]", { name: "x.txt", mimeType: "text/plain", buffer: Buffer.from("12345") });
  assert.deepEqual(await answers(page), [
    ["line", "ab😀"], ["number", "-1.5"], ["format", "1234 and yes"], ["text", "one\ntwo é <b>"],
    ["radio", "Other"], ["boxes", "b", "d"], ["list", "l2"], ["dropdown", "d2"], ["combobox", "c1", "c3"],
    ["multichooser", "m1"], ["file", "5", "FILE0"],
  ]);
  assert.deepEqual(page.errors, []);
});

test("what may be left out is left out", async () => {
  const page = await open();
  await least(page);
  assert.deepEqual(await answers(page), [
    ["line", "abc"], ["format", '123 "yes"'], ["text", "\nfirst line\n</textarea>"], ["radio", 'r"1'], ["boxes"],
    ["list"], ["dropdown", "d1"], ["combobox"], ["multichooser"],
  ]);
});

test("something else is said in a text, which chooses it", async () => {
  const page = await open();
  await least(page);
  await page.fill("[name=Answer_5_OtherSelection]", "mauve");
  assert.ok(await page.isChecked("[name=Answer_5] >> nth=3"));
  await page.fill("[name=Answer_8_OtherSelection]", "ecru");
  const given = Object.fromEntries((await answers(page)).map(([name, ...values]) => [name, values]));
  assert.deepEqual([given.radio, given.dropdown], [["mauve"], ["ecru"]]);
});

for (const [what, number, change, said] of [
  ["a text that is missing", 1, (page) => page.fill("[name=Answer_1]", ""), "This field is required."],
  ["a short text", 1, (page) => page.fill("[name=Answer_1]", "a"),
    "Invalid entry length. Must be at least 2 characters. Must be at most 5 characters."],
  ["a long text", 1, (page) => page.fill("[name=Answer_1]", "abcdef"),
    "Invalid entry length. Must be at least 2 characters. Must be at most 5 characters."],
  ["no number", 2, (page) => page.fill("[name=Answer_2]", "1e1"),
    "Invalid numeric value. Must be at least -2. Must be at most 10."],
  ["a number that is too great", 2, (page) => page.fill("[name=Answer_2]", "10.5"),
    "Invalid numeric value. Must be at least -2. Must be at most 10."],
  ["another format", 3, (page) => page.fill("[name=Answer_3]", "12 yes"), "Begin with three digits!"],
  ["another second format", 3, (page) => page.fill("[name=Answer_3]", "123 no"), "Invalid input supplied."],
  ["something else unsaid", 5, (page) => page.check("[name=Answer_5] >> nth=3"), "This field is required."],
  ["something else too long", 5, (page) => page.fill("[name=Answer_5_OtherSelection]", "turquoise"),
    "Invalid entry length. Must be at most 6 characters."],
  ["too few boxes", 6, (page) => page.check("[name=Answer_6] >> nth=0"),
    "Invalid number of selections. Must be at least 2. Must be at most 3."],
  ["too many boxes", 6, async (page) => {
    for (const nth of [0, 1, 2, 3]) await page.check(`[name=Answer_6] >> nth=${nth}`);
  }, "Invalid number of selections. Must be at least 2. Must be at most 3."],
  ["nothing picked", 8, (page) => page.selectOption("[name=Answer_8]", ""), "This field is required."],
  ["too many picked", 9, (page) => page.selectOption("[name=Answer_9]", ["c1", "c2", "c3"]),
    "Invalid number of selections. Must be at most 2."],
  ["a small file", 11, (page) => page.setInputFiles("[name=Answer_11]",
    { name: "x", mimeType: "text/plain", buffer: Buffer.from("12") }),
    "Invalid file size. Must be at least 3 bytes. Must be at most 1000 bytes."],
  ["a large file", 11, (page) => page.setInputFiles("[name=Answer_11]",
    { name: "x", mimeType: "text/plain", buffer: Buffer.alloc(1001) }),
    "Invalid file size. Must be at least 3 bytes. Must be at most 1000 bytes."],
]) {
  test(`${what} is told before anything is sent, and by the server in the same words`, async () => {
    const page = await open();
    await least(page);
    await change(page);
    await submit(page);
    assert.equal(await problem(page, number), said);
    assert.equal(await page.evaluate(() => document.forms[0].checkValidity()), false);
    // Without the check of the browser.
    await Promise.all([page.waitForNavigation(), page.evaluate(() => document.forms[0].submit())]);
    assert.equal(await problem(page, number), said);
    assert.equal(await page.locator(".has-problem").count(), 1);
    if (number !== 11 && number !== 1) assert.equal(await page.inputValue("[name=Answer_1]"), "abc");
  });
}

test("a problem that was told goes when it is gone", async () => {
  const page = await open();
  await least(page);
  await page.fill("[name=Answer_1]", "a");
  await submit(page);
  await page.fill("[name=Answer_1]", "ab");
  assert.equal(await problem(page, 1), "");
});

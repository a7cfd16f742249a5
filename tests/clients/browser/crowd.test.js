// The scripts that pages of tasks ask for, in a browser: externalHIT_v1.js and crowd-html-elements.js.
// What is submitted goes through the site, as HTML of a HIT; what only the elements do is looked at on a
// page of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CROWD, PREVIEW, Pages, whole } from "./crowd.js";
import { accepted, begun, browser, document, frameOf, html, market, worker } from "./market.js";

const [chrome, at] = await begun(browser(), market());
const [pages] = await begun(Pages.begin(chrome, at));
const { origin } = pages;
const open = (inside, query) => pages.open(inside, query);

let number = 0;
/** A HIT with this HTML, accepted on the site: the page, and what is in its frame. */
async function work(inside) {
  const hit = await at.hit(html(whole(inside)), { Title: `Task ${++number}` });
  const page = await accepted(await worker(chrome, at, "A1ANNA"), at, hit);
  await frameOf(page).locator("form").waitFor();
  return { hit, page, frame: frameOf(page) };
}

const AMAZON = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>';

/** After `deed` boto3 has these fields of the HIT. */
async function submits({ hit, page }, deed, ...fields) {
  await deed();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(page.errors, []);
  await at.submittedWork(hit, ["A1ANNA", document(...fields)]);
}

const external = (src) => `<script src="${src}"></script>
  <form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
    <input type="hidden" value="" name="assignmentId" id="assignmentId"><input name="answer" value="é &amp; b">
    <input type="submit" id="submitButton" value="Submit"></form>
  <script>turkSetAssignmentID();</script>`;

test("a plain page learns its assignment and its destination", async () => {
  const task = await work(external("https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"));
  await submits(task, () => task.frame.locator("#submitButton").click(), ["answer", "&#233; &amp; b"]);
});

test("a plain page cannot submit in a preview", async () => {
  const page = await open(external("/assets/externalHIT_v1.js"), PREVIEW);
  const said = "You must ACCEPT the HIT before you can submit the results.";
  assert.equal(await page.inputValue("#submitButton"), said);
  assert.ok(await page.isDisabled("#submitButton"));
  assert.equal(await page.getAttribute("form", "action"), `${origin}/mturk/externalSubmit`);
});

test("names of a page's own are taken, and a missing field is added", async () => {
  const task = await work(`<script src="https://mturk-public.s3.amazonaws.com/externalHIT_v1.js"></script>
    <form id="mine" method="post"><input name="action" value="x"><button id="go">Go</button></form>
    <script>turkSetAssignmentID("mine", "go");</script>`);
  await submits(task, () => task.frame.locator("#go").click(), ["action", "x"]);
});

test("parameters are read as they stand, and decoded", async () => {
  const page = await open(`<script src="/assets/externalHIT_v1.js"></script>`,
    "a=1%202+3&b=&aa=x&turkSubmitTo=https%3A%2F%2Fwww.mturk.com%2F&c=%E9&d");
  const read = await page.evaluate(() => [turkGetParam("a", ""), decode(turkGetParam("a", "")), turkGetParam("b", "z"),
    turkGetParam("none", "z"), turkGetParam("d", "z"), decode(turkGetParam("c", "")), turkGetSubmitToHost()]);
  assert.deepEqual(read, ["1%202+3", "1 2 3", "", "z", "z", "é", "https://www.mturk.com"]);
  for (const [to, expected] of [["javascript:alert(1)", origin], ["", origin], ["//a.example/", "//a.example"]]) {
    const other = await open(`<script src="/assets/externalHIT_v1.js"></script>`,
      `turkSubmitTo=${encodeURIComponent(to)}`);
    assert.equal(await other.evaluate(() => turkGetSubmitToHost()), expected);
  }
});

const EVERYTHING = `<crowd-form>
  <crowd-instructions link-text="Look here" link-type="button"><short-summary>In short.</short-summary>
    <detailed-instructions>At length.</detailed-instructions>
    <positive-example>Good.</positive-example></crowd-instructions>
  <crowd-input name="title" label="Title" required></crowd-input>
  <crowd-text-area name="text" label="Text" rows="3" value="as it was"></crowd-text-area>
  <crowd-checkbox name="tick" id="tick">Tick</crowd-checkbox>
  <crowd-checkbox name="colours" value="red" checked>Red</crowd-checkbox>
  <crowd-checkbox name="colours" value="blue">Blue</crowd-checkbox>
  <crowd-radio-group><crowd-radio-button name="yes" value="yes" id="yes">Yes</crowd-radio-button>
    <crowd-radio-button name="no" value="no" id="no">No</crowd-radio-button>
    <crowd-radio-button name="maybe" value="maybe" id="maybe">Maybe</crowd-radio-button></crowd-radio-group>
  <crowd-slider name="much" min="10" max="20" step="2" value="12"></crowd-slider>
  <crowd-classifier name="mood" categories="['Glad', 'Sad, or &quot;blue&quot;', 'It\\'s neither']" header="Mood?">
    <classification-target>What a day</classification-target><short-instructions>Shortly.</short-instructions>
    <full-instructions header="Full">Fully.</full-instructions></crowd-classifier>
  <crowd-image-classifier name="animal" src="/assets/none.png" categories='["Cat","Dog"]' header="Which animal?">
  </crowd-image-classifier>
  <input name="plain" value="p"><input type="checkbox" name="box" value="b" checked><select name="pick"><option>x</select>
  <crowd-button form-action="submit" variant="primary">Hand in</crowd-button></crowd-form>`;

test("every element is filled in with the keyboard alone", async () => {
  const task = await work(AMAZON + EVERYTHING);
  const { page, frame } = task;
  const keys = async (...all) => {
    for (const key of all) await page.keyboard.press(key);
  };
  await frame.getByLabel("Title").focus();
  await page.keyboard.type("A title");
  await keys("Tab", "Control+End");
  await page.keyboard.type("!");
  await keys("Tab", "Space", "Tab", "Tab", "Space");
  // The group is reached once, at its first button; arrows move on.
  await keys("Tab", "ArrowDown", "ArrowDown", "ArrowUp", "Tab", "ArrowRight", "ArrowRight");
  // Instructions of the classifier, then its categories.
  await keys("Tab", "Enter");
  assert.ok(await frame.getByText("Fully.").isVisible());
  await keys("Tab", "Space", "ArrowDown", "Tab", "Space");
  const answer = '[{"title":"A title","text":"as it was!","tick":{"on":true},"colours":{"red":true,"blue":true},' +
    '"yes":{"yes":false},"no":{"no":true},"maybe":{"maybe":false},"much":16,"mood":{"label":"Sad, or \\"blue\\""},' +
    '"animal":{"label":"Cat"},"plain":"p","box":{"b":true},"pick":"x"}]';
  await submits(task, () => frame.getByRole("button", { name: "Hand in" }).press("Enter"), ["taskAnswers", answer]);
});

test("what is missing is told before anything is sent", async () => {
  const task = await work(AMAZON + EVERYTHING);
  const { frame, hit } = task;
  const hand = () => frame.getByRole("button", { name: "Hand in" }).click();
  await hand();
  const valid = (one) => one.validity.valid;
  assert.equal(await frame.locator("crowd-input").evaluate(valid), false);
  await frame.getByLabel("Title").fill("x");
  await hand();
  assert.equal(await frame.locator("crowd-classifier").evaluate(valid), false);
  await frame.getByLabel("Glad").check();
  await hand();
  assert.equal(await frame.locator("crowd-image-classifier").evaluate(valid), false);
  await at.submittedWork(hit);
  await frame.getByLabel("Dog").check();
  const answer = '[{"title":"x","text":"as it was","tick":{"on":false},"colours":{"red":true,"blue":false},' +
    '"yes":{"yes":false},"no":{"no":false},"maybe":{"maybe":false},"much":12,"mood":{"label":"Glad"},' +
    '"animal":{"label":"Dog"},"plain":"p","box":{"b":true},"pick":"x"}]';
  await submits(task, hand, ["taskAnswers", answer]);
});

test("Enter in an input hands in, a button is added where there is none", async () => {
  const task = await work(`${AMAZON}<crowd-form><crowd-input name="q"></crowd-input></crowd-form>`);
  assert.ok(await task.frame.getByRole("button", { name: "Submit" }).isVisible());
  await task.frame.locator("crowd-input input").fill("yes");
  await submits(task, () => task.page.keyboard.press("Enter"), ["taskAnswers", '[{"q":"yes"}]']);
});

test("answers can be flat", async () => {
  const task = await work(`${AMAZON}<crowd-form answer-format="flatten-objects">
    <crowd-classifier name="category" categories="['Cat', 'Dog']" header="x"></crowd-classifier>
    <crowd-checkbox name="q.0">x</crowd-checkbox><crowd-slider name="s" max="5" value="3"></crowd-slider></crowd-form>`);
  await task.frame.getByLabel("Dog").check();
  await submits(task, () => task.frame.getByRole("button").click(),
    ["category.label", "Dog"], ["q.0.on", "false"], ["s", "3"]);
});

test("a page's own onsubmit can look at the values, add one, and stop it", async () => {
  const task = await work(`${AMAZON}<crowd-form><crowd-input name="q" value="1"></crowd-input></crowd-form><script>
    let stops = 1;
    document.querySelector("crowd-form").onsubmit = (event) => {
      const input = document.querySelector("crowd-input");
      input.value = input.value + "!";
      if (stops-- > 0) event.preventDefault();
    };</script>`);
  const { frame, hit } = task;
  await frame.getByRole("button").click();
  const value = () => frame.locator("crowd-input").evaluate((one) => one.value);
  while ((await value()) !== "1!");
  await at.submittedWork(hit);
  await submits(task, () => frame.getByRole("button").click(), ["taskAnswers", '[{"q":"1!!"}]']);
});

test("in a preview nothing is submitted", async () => {
  const page = await open(`${CROWD}<crowd-form><crowd-input name="q"></crowd-input></crowd-form>`, PREVIEW);
  const button = page.getByRole("button");
  assert.match(await button.evaluate((one) => one.getRootNode().host.textContent), /You must ACCEPT the HIT/);
  assert.ok(await button.isDisabled());
  await page.locator("crowd-input input").press("Enter");
  assert.deepEqual(pages.posted, []);
});

test("outside a HIT the answer is shown", async () => {
  const page = await open(`${CROWD}<crowd-form><crowd-input name="q" value="1"></crowd-input></crowd-form>`, "");
  await page.getByRole("button").click();
  assert.equal(await page.textContent(".crowd-output"), '[{"q":"1"}]');
});

test("the elements are fields of a plain form too", async () => {
  const page = await open(`${CROWD}<form method="post" action="/plain">
    <crowd-input name="q" value="1"></crowd-input><crowd-checkbox name="t" checked>T</crowd-checkbox>
    <crowd-checkbox name="u">U</crowd-checkbox><crowd-slider name="s" min="2" max="4"></crowd-slider>
    <crowd-radio-group><crowd-radio-button name="r" value="a">A</crowd-radio-button>
      <crowd-radio-button name="r" value="b" checked>B</crowd-radio-button></crowd-radio-group>
    <crowd-button form-action="reset">Back</crowd-button><crowd-button type="submit">Go</crowd-button></form>`);
  await page.locator("crowd-input input").fill("2");
  await page.getByRole("radio", { name: "A" }).click();
  assert.ok(!(await page.getByRole("radio", { name: "B" }).isChecked()));
  await page.getByRole("button", { name: "Back" }).click();
  await page.waitForFunction(() => document.querySelector("crowd-input").value === "1");
  await page.locator("crowd-checkbox input >> nth=1").check();
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Go" }).click()]);
  assert.deepEqual(pages.posted, [["/plain", [["q", "1"], ["t", "on"], ["u", "on"], ["s", "2"], ["r", "b"]]]]);
});

// Each crowd element, used as a worker does, and what it hands in.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CROWD, PREVIEW, Pages, whole } from "./crowd.js";
import { accepted, begun, browser, document, frameOf, html, market, worker } from "./market.js";

const [chrome, at] = await begun(browser(), market());
const [pages] = await begun(Pages.begin(chrome, at));
const AXE = readFileSync(path.join(import.meta.dirname, "node_modules/axe-core/axe.min.js"), "utf8");
const PICTURE = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="#9cf"/></svg>');

const form = (inside, attributes = "") => `${CROWD}<crowd-form ${attributes}>${inside}</crowd-form>`;
const open = (inside, attributes, query) => pages.open(form(inside, attributes), query);
const hand = (page) => page.getByRole("button", { name: "Submit", exact: true }).click();

/** `deed` is done on a page with these elements, which then hands in these answers. */
async function answers(inside, deed, expected) {
  const page = await open(inside);
  await deed(page);
  assert.deepEqual(await pages.submitted(page, () => hand(page)), expected);
  assert.deepEqual(page.errors, []);
}

test("of a text and a choice with one name the later one counts", async () => {
  await answers(`<crowd-input name="a" value="abc"></crowd-input><crowd-checkbox name="a"></crowd-checkbox>`,
    async () => {}, { a: { on: false } });
});

test("scripts learn that all elements are there, and submit", async () => {
  const page = await pages.open(form(`<crowd-input name="q" value="1"></crowd-input>`) + `<script>
    document.addEventListener("all-crowd-elements-ready", () => {
      window.seen = document.querySelector("crowd-form").form.elements.length;
    });</script>`);
  await page.waitForFunction(() => window.seen > 0);
  assert.equal(await page.locator("crowd-button").count(), 1);
  const answer = await pages.submitted(page, () => page.evaluate(() => document.querySelector("crowd-form").submit()));
  assert.deepEqual(answer, { q: "1" });

  const checked = await open(`<crowd-input name="q" required></crowd-input><button type="button">Own</button>`);
  await checked.evaluate(() => document.querySelector("crowd-form").requestSubmit());
  assert.deepEqual(pages.posted, []);
  await checked.locator("input").fill("2");
  const asked = () => checked.evaluate(() => document.querySelector("crowd-form").requestSubmit());
  assert.deepEqual(await pages.submitted(checked, asked), { q: "2" });
});

test("a form's own submit() does what the crowd-form's does", async () => {
  const shown = await open(`<input name="q" value="1"><input type="submit" name="submit">`, "", "");
  await shown.evaluate(() => document.querySelector("crowd-form").submit());
  assert.equal(await shown.textContent(".crowd-output"), '[{"q":"1"}]');
  const preview = await open(`<input name="q" value="1">`, "", PREVIEW);
  await preview.evaluate(() => document.querySelector("crowd-form").form.submit());
  assert.deepEqual(pages.posted, []);
  assert.match(preview.url(), /task/);
});

test("a page's own buttons are the only ones", async () => {
  for (const own of ['<crowd-button form-action="submit">Go</crowd-button>', '<button>Go</button>',
    '<input type="Submit" value="Go">', '<form><button type="submit">Go</button></form>']) {
    const page = await open(`<input name="q" value="1">${own}`);
    assert.equal(await page.getByRole("button").count(), 1, own);
    assert.deepEqual(await pages.submitted(page, () => page.getByRole("button").click()), { q: "1" }, own);
  }
});

test("a form within keeps its fields, and hands in with the rest", async () => {
  const inside = `<input name="a" value="1"><form id="inner"><input name="b" required>
    <crowd-button form-action="submit">Go</crowd-button></form><input name="c" value="3">`;
  const page = await open(inside);
  await pages.refuses(page, () => page.getByRole("button", { name: "Go" }).click());
  await page.locator("input[name=b]").fill("2");
  assert.deepEqual(await pages.submitted(page, () => page.getByRole("button", { name: "Go" }).click()),
    { a: "1", b: "2", c: "3" });

  // Its own submission does not load the page again.
  const typed = await open(`<form><input name="b"></form><input name="a" value="1">`);
  await typed.locator("input[name=b]").fill("2");
  const answer = await pages.submitted(typed, () => typed.locator("input[name=b]").press("Enter"));
  assert.deepEqual(answer, { b: "2", a: "1" });
  const kept = await open(`<form onsubmit="return false"><input name="b"></form>`);
  await kept.locator("input").fill("2");
  await kept.locator("input").press("Enter");
  assert.equal(await kept.locator("input").inputValue(), "2");
  assert.deepEqual(pages.posted, []);
});

test("what is empty is not in the answer", async () => {
  await answers(`<crowd-input name="a"></crowd-input><crowd-text-area name="b"></crowd-text-area><input name="c">
    <textarea name="d"></textarea><select name="e"><option value="">None</select><input type="hidden" name="f">
    <crowd-input name="g" value="0"></crowd-input><crowd-checkbox name="h"></crowd-checkbox>`,
  () => {}, { g: "0", h: { on: false } });
});

test("flat answers dot objects, and leave lists as JSON", async () => {
  const page = await open(`<crowd-classifier-multi-select name="m" categories="['a', 'b']" header="Which?">
    </crowd-classifier-multi-select><crowd-checkbox name="q.0">x</crowd-checkbox>`, 'answer-format="flatten-objects"');
  await page.getByLabel("b", { exact: true }).check();
  assert.deepEqual(await pages.submitted(page, () => hand(page)), [["m.labels", '["b"]'], ["q.0.on", "false"]]);
});

test("a check that throws does not hand in", async () => {
  const page = await pages.open(form(`<crowd-input name="q" value="1"></crowd-input>`) + `<script>
    let times = 0;
    document.querySelector("crowd-form").addEventListener("submit", (event) => {
      event.stopPropagation();
      if (times++ === 0) throw new Error("of the page");
    });</script>`);
  await hand(page);
  await page.getByText("Nothing was submitted").waitFor();
  assert.deepEqual(pages.posted, []);
  assert.deepEqual(page.errors, ["Error: of the page"]);
  assert.deepEqual(await pages.submitted(page, () => hand(page)), { q: "1" });
});

test("an element that nobody defines is shown, and nothing is lost in silence", async () => {
  const page = await pages.open(form(`<crowd-thing name="x"></crowd-thing><crowd-thing></crowd-thing>
    <crowd-own></crowd-own><crowd-input name="q" value="1"></crowd-input>`) + `<script>
    customElements.define("crowd-own", class extends HTMLElement {});</script>`);
  const box = page.getByText("<crowd-thing> is not emulated");
  await box.first().waitFor();
  assert.equal(await box.count(), 2);
  assert.equal(page.said.filter((line) => line.includes("<crowd-thing>")).length, 1);
  for (const deed of [() => hand(page), () => page.evaluate(() => document.querySelector("crowd-form").submit())]) {
    await deed();
    await page.getByRole("alert").filter({ hasText: "<crowd-thing> cannot be answered here" }).waitFor();
  }
  assert.deepEqual(pages.posted, []);
  await page.evaluate(() => customElements.define("crowd-thing", class extends HTMLElement {}));
  await box.first().waitFor({ state: "detached" });
  assert.deepEqual(await pages.submitted(page, () => hand(page)), { q: "1" });
});

test("a group of radio buttons is not required, whatever it says", async () => {
  await answers(`<crowd-radio-group required><crowd-radio-button name="a" value="yes">Yes</crowd-radio-button>
    <crowd-radio-button name="b" value="no">No</crowd-radio-button></crowd-radio-group>`,
  () => {}, { a: { yes: false }, b: { no: false } });
});

test("crowd-classifier: categories can be set, its value is a text", async () => {
  await answers(`<crowd-classifier name="c" header="Which?" categories="['x']">
    <classification-target>Text</classification-target></crowd-classifier>`, async (page) => {
    const values = await page.locator("crowd-classifier").evaluate((one) => {
      const before = one.value;
      one.categories = ["a", "b"];
      one.value = "b";
      return [before, one.value, one.categories];
    });
    assert.deepEqual(values, ["", "b", ["a", "b"]]);
  }, { c: { label: "b" } });
});

const CLASSIFIER = (more = "", inside = "") => `<crowd-image-classifier name="c" src="${PICTURE}"
  categories='["good", "bad"]' header="How good?" ${more}>${inside}</crowd-image-classifier>`;

test("crowd-image-classifier: a comment, and what an earlier task found", async () => {
  const overlay = `overlay='{ "boundingBox": { labels: ["bird", "cat"],
    value: [ { height: 20, label: "cat", left: 30, top: 40, width: 50, }, ] }, }'`;
  const comment = `<worker-comment link-text="Say why" header="Why?" placeholder="Because">In short.</worker-comment>`;
  await answers(CLASSIFIER(overlay, comment), async (page) => {
    const box = page.locator("crowd-image-classifier svg rect");
    await box.waitFor({ state: "attached" });
    assert.deepEqual(await box.evaluate((one) => ["x", "y", "width", "height"].map((name) => one.getAttribute(name))),
      ["30", "40", "50", "20"]);
    assert.ok(await page.getByText("cat").isVisible());
    await page.getByText("Say why").click();
    await page.getByLabel("Why?").fill("Blurred");
    await page.getByLabel("bad").check();
  }, { c: { label: "bad", workerComment: "Blurred" } });
  await answers(CLASSIFIER("", comment), (page) => page.getByLabel("good", { exact: true }).check(), { c: { label: "good" } });
});

test("a picture that cannot be loaded is said", async () => {
  const page = await open(CLASSIFIER().replace(PICTURE, "/assets/none.png"));
  await page.getByText("This picture cannot be loaded: /assets/none.png").waitFor();
});

test("multi-select: one at least, or what says that none applies", async () => {
  for (const name of ["crowd-classifier-multi-select", "crowd-image-classifier-multi-select"]) {
    const element = `<${name} name="c" src="${PICTURE}" header="Which?" categories="['a', 'b', 'c']"
      exclusion-category="{ text: 'None of them' }"></${name}>`;
    await answers(element, async (page) => {
      await pages.refuses(page, () => hand(page));
      await page.getByLabel("c", { exact: true }).check();
      await page.getByLabel("a", { exact: true }).check();
    }, { c: { labels: ["a", "c"] } });
    await answers(element, async (page) => {
      await page.getByLabel("a", { exact: true }).check();
      await page.getByLabel("None of them").focus();
      await page.keyboard.press("Space");
      assert.ok(await page.getByLabel("a", { exact: true }).isDisabled());
    }, { c: { labels: ["None of them"] } });
  }
});

test("crowd-rekognition-detect-moderation-labels: objects come back whole", async () => {
  const element = `<crowd-rekognition-detect-moderation-labels src="${PICTURE}" header="Which?" exclusion-category="None"
    categories='[ { name: "Gore", parentName: "Violence", }, { name: "Weapons", parentName: "" }, ]'>
    </crowd-rekognition-detect-moderation-labels>`;
  const name = "AWS/Rekognition/DetectModerationLabels/Image/V3";
  await answers(element, (page) => page.getByLabel("Gore").check(),
    { [name]: { ModerationLabels: [{ name: "Gore", parentName: "Violence" }] } });
  await answers(element, (page) => page.getByLabel("None").check(), { [name]: { ModerationLabels: [] } });
});

test("crowd-textract-analyze-document: values are corrected, wrong pairs left out", async () => {
  const geometry = { boundingBox: { left: 0.5, top: 0.5, width: 0.25, height: 0.1 } };
  const blocks = ["a", "b"].flatMap((id) => [
    { blockType: "KEY_VALUE_SET", id, entityTypes: ["KEY"], text: `Key ${id}`, geometry,
      relationships: [{ type: "VALUE", ids: [`${id}v`] }] },
    { blockType: "KEY_VALUE_SET", id: `${id}v`, entityTypes: ["VALUE"], text: "amount" }]);
  const given = JSON.stringify(blocks).replaceAll('"', "&quot;");
  await answers(`<crowd-textract-analyze-document src="${PICTURE}" header="Review" initial-value="${given}" no-key-edit
    no-geometry-edit></crowd-textract-analyze-document>`, async (page) => {
    await page.getByLabel("Value 1").fill("value");
    await page.getByLabel("Pair 2").uncheck();
    assert.equal(await page.locator("crowd-textract-analyze-document rect").count(), 2);
  }, { "AWS/Textract/AnalyzeDocument/Forms/V1": { blocks: [blocks[0], { ...blocks[1], text: "value" }] } });
});

test("crowd-toggle-button: a switch", async () => {
  await answers(`<crowd-toggle-button name="a">On?</crowd-toggle-button><crowd-toggle-button name="b" value="v" invalid>
    </crowd-toggle-button><crowd-toggle-button name="c" required></crowd-toggle-button>`, async (page) => {
    await page.getByRole("switch", { name: "On?" }).press("Space");
    await pages.refuses(page, () => hand(page));
    await page.getByRole("switch", { name: "c" }).check();
  }, { a: { on: true }, b: { v: false }, c: { on: true } });
});

test("crowd-input: a file, only characters that are allowed, the first focus", async () => {
  await answers(`<crowd-input name="f" type="file" label="File"></crowd-input>
    <crowd-input name="n" label="Digits" allowed-pattern="[0-9]" auto-validate auto-focus error-message="Digits!" min-length="3">
    </crowd-input>`, async (page) => {
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "n");
    await page.keyboard.type("1a2b");
    assert.equal(await page.getByLabel("Digits").inputValue(), "12");
    await page.getByText("Digits!").waitFor();
    await page.keyboard.type("3");
    await page.getByLabel("File").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
  }, { f: "a.txt", n: "123" });
});

test("crowd-text-area: it counts, and grows up to a height", async () => {
  await answers(`<crowd-text-area name="t" label="Text" rows="2" max-rows="3" max-length="20" char-counter>
    </crowd-text-area>`, async (page) => {
    const height = () => page.getByLabel("Text").evaluate((area) => area.offsetHeight);
    const before = await height();
    await page.getByLabel("Text").fill("a\nb\nc");
    const between = await height();
    assert.ok(between > before);
    await page.getByLabel("Text").fill("a\nb\nc\nd\ne");
    assert.equal(await height(), between);
    await page.getByText("9/20").waitFor();
  }, { t: "a\nb\nc\nd\ne" });
});

test("crowd-slider: a pin and a number", async () => {
  await answers(`<crowd-slider name="s" label="How much" min="0" max="10" value="3" editable pin></crowd-slider>
    <crowd-slider-label><span>Little</span><span>Much</span></crowd-slider-label>`, async (page) => {
    assert.equal(await page.locator("crowd-slider output").textContent(), "3");
    await page.getByRole("spinbutton").fill("7");
    await page.getByRole("spinbutton").press("Tab");
    await page.getByRole("slider").press("ArrowRight");
    assert.equal(await page.getByRole("spinbutton").inputValue(), "8");
  }, { s: 8 });
});

test("buttons: links, icons, a state while they load", async () => {
  const page = await pages.open(form(`<crowd-button href="/elsewhere" target="_blank" icon="search">Look</crowd-button>
    <crowd-button loading form-action="reset">Wait</crowd-button>
    <crowd-button variant="icon" icon="star">Rate</crowd-button>
    <crowd-icon-button id="one" icon="report-problem" title="Issue"></crowd-icon-button>
    <crowd-fab id="two" label="ab" title="Float"></crowd-fab><crowd-fab id="three" icon="add" disabled></crowd-fab>
    <input name="q" value="1">`) + `<script>window.clicks = [];
    for (const one of [one_, two_, three_]) one.addEventListener("click", () => clicks.push(one.id));</script>`
    .replace("one_, two_, three_", "window.one, window.two, window.three"));
  const link = page.getByRole("link", { name: "Look" });
  assert.deepEqual(await link.evaluate((one) => [one.getAttribute("href"), one.target]), ["/elsewhere", "_blank"]);
  assert.ok(await page.getByRole("button", { name: "Wait" }).isDisabled());
  await page.getByRole("button", { name: "Rate" }).waitFor();
  await page.getByRole("button", { name: "Issue" }).click();
  await page.getByRole("button", { name: "Float" }).press("Enter");
  assert.ok(await page.getByRole("button", { name: "add" }).isDisabled());
  assert.deepEqual(await page.evaluate(() => window.clicks), ["one", "two"]);
  assert.equal(await page.getByRole("button", { name: "Float" }).textContent(), "…");
  assert.deepEqual(await pages.submitted(page, () => hand(page)), { q: "1" });
});

test("crowd-instructions: three tabs in a window", async () => {
  const page = await open(`<crowd-instructions link-text="Look here" link-type="button">
    <short-summary>In short.</short-summary><detailed-instructions>At length.</detailed-instructions>
    <positive-example>Do this.</positive-example></crowd-instructions>`);
  const visible = (text) => page.getByText(text).isVisible();
  assert.ok(!(await visible("In short.")));
  await page.getByRole("button", { name: "Look here" }).press("Enter");
  assert.ok(await visible("In short."));
  await page.getByRole("tab", { name: "Summary" }).press("ArrowRight");
  assert.deepEqual([await visible("In short."), await visible("At length.")], [false, true]);
  await page.keyboard.press("End");
  assert.deepEqual([await visible("Do this."), await visible("Good example"), await visible("Bad example")],
    [true, true, false]);
  await page.keyboard.press("Escape");
  assert.ok(!(await visible("Do this.")));
});

test("tabs and windows show the field that is not filled in", async () => {
  await answers(`<crowd-tabs><crowd-tab header="First">One</crowd-tab><crowd-tab header="Second">Two
    <crowd-input name="q" label="Q" required></crowd-input></crowd-tab></crowd-tabs>
    <crowd-modal link-text="More"><crowd-input name="m" label="M" required></crowd-input></crowd-modal>`, async (page) => {
    assert.ok(!(await page.getByLabel("Q").isVisible()));
    await hand(page);
    await page.getByLabel("M", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByLabel("Q").fill("1");
    await page.getByRole("tab", { name: "Second" }).press("ArrowLeft");
    assert.ok(await page.getByText("One").isVisible());
  }, { q: "1", m: "2" });
});

test("alerts are closed, toasts go away, badges sit on their corner", async () => {
  const page = await open(`<crowd-alert type="error" dismissible>Mind this</crowd-alert>
    <crowd-toast opened duration="300">Soon gone</crowd-toast><crowd-toast id="later" text="Later" duration="0"></crowd-toast>
    <crowd-card heading="Head" image="${PICTURE}">Body</crowd-card>
    <div id="box" style="width: 200px; height: 50px">Box</div><crowd-badge for="box" label="9"></crowd-badge>
    <crowd-button><iron-icon icon="search"></iron-icon> Find</crowd-button>`);
  await page.getByText("Soon gone").waitFor({ state: "hidden" });
  await page.locator("#later").evaluate((toast) => toast.show());
  await page.getByText("Later").waitFor();
  await page.locator("crowd-alert").getByRole("button", { name: "Close" }).click();
  assert.ok(!(await page.getByText("Mind this").isVisible()));
  await page.getByText("Head").waitFor();
  const [box, badge] = await page.evaluate(() => ["#box", "crowd-badge"].map((name) => {
    const { top, right, left, width, height } = document.querySelector(name).getBoundingClientRect();
    return { top, right, x: left + width / 2, y: top + height / 2 };
  }));
  assert.ok(Math.abs(badge.x - box.right) < 2 && Math.abs(badge.y - box.top) < 2, JSON.stringify([box, badge]));
  await page.getByRole("button", { name: "Find" }).waitFor();
});

const RANKING = `<crowd-text-ranking name="r" text="Explain." responses='["One", "Two"]'
  ordinal-ranking-dimensions='[{"name":"Clarity","allowTie":true},{"name":"Tone","allowTie":false}]'></crowd-text-ranking>`;

test("crowd-text-ranking: ranks, of which some may be the same", async () => {
  await answers(RANKING, async (page) => {
    const rank = (name, value) => page.getByLabel(name).selectOption(value);
    for (const name of ["Clarity, response 1", "Clarity, response 2", "Tone, response 1", "Tone, response 2"]) {
      await rank(name, "1");
    }
    await pages.refuses(page, () => hand(page));
    await rank("Tone, response 1", "2");
  }, { r: { Clarity: [1, 1], Tone: [2, 1] } });
});

test("a HIT that asks for the second version of the script has all elements", async () => {
  const script = CROWD.replace("/assets/", "https://assets.crowd.aws/").replace(".js", "-v2.js");
  const hit = await at.hit(html(whole(`${script}<crowd-form>${RANKING}<crowd-toast opened>Welcome</crowd-toast>
    <crowd-instructions><short-summary>Rank.</short-summary></crowd-instructions></crowd-form>`)));
  const page = await accepted(await worker(chrome, at, "A1ANNA"), at, hit);
  const frame = frameOf(page);
  await frame.getByRole("button", { name: "Click for instructions" }).click();
  await frame.getByText("Rank.").waitFor();
  await page.keyboard.press("Escape");
  for (const [name, rank] of [["Clarity, response 1", "1"], ["Clarity, response 2", "1"], ["Tone, response 1", "2"],
    ["Tone, response 2", "1"]]) await frame.getByLabel(name).selectOption(rank);
  await frame.getByRole("button", { name: "Submit", exact: true }).click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(page.errors, []);
  const answer = '[{"r":{"Clarity":[1,1],"Tone":[2,1]}}]';
  await at.submittedWork(hit, ["A1ANNA", document(["taskAnswers", answer])]);
});

const QUESTIONS = `<crowd-question-answer-generation name="q" text="A cat sat on a mat." max-questions="2"
  answer-max-words="3" question-tags='["easy", "hard"]' allow-custom-question-tags="true"></crowd-question-answer-generation>`;

test("crowd-question-answer-generation: pairs, with tags and what they are about", async () => {
  await answers(QUESTIONS, async (page) => {
    await page.getByLabel("Question", { exact: true }).fill("Who sat?");
    await page.getByLabel("Answer").fill("It was the cat");
    await pages.refuses(page, () => hand(page));
    await page.getByLabel("Answer").fill("A cat");
    await page.getByLabel("easy").check();
    await page.getByLabel("Another tag").fill("animals");
    await page.getByLabel("Text").evaluate((area) => area.setSelectionRange(2, 5));
    await page.getByRole("button", { name: "Use the selected text" }).click();
    await page.getByRole("button", { name: "Add a question" }).click();
    assert.ok(await page.getByRole("button", { name: "Add a question" }).isDisabled());
    await page.getByRole("group", { name: "Question 2" }).getByRole("button", { name: "Remove" }).click();
  }, { q: { questions: [{ question: "Who sat?", answer: "A cat", tags: ["easy", "animals"],
    highlights: [{ startOffset: 2, endOffset: 5, text: "cat" }] }] } });
});

const ALL = `<h1>Task</h1><crowd-form><crowd-alert type="warning" dismissible>Mind</crowd-alert>
  <crowd-card heading="Card" image="${PICTURE}">Body</crowd-card><crowd-toast opened duration="0" text="Hello"></crowd-toast>
  <crowd-tabs><crowd-tab header="One"><p>One</p></crowd-tab><crowd-tab header="Two">Two</crowd-tab></crowd-tabs>
  <crowd-instructions><short-summary>In short.</short-summary></crowd-instructions><crowd-modal>More</crowd-modal>
  <crowd-input name="i" label="Input" type="file"></crowd-input><crowd-input name="j"></crowd-input>
  <crowd-text-area name="t" char-counter></crowd-text-area><crowd-slider name="s" editable pin></crowd-slider>
  <crowd-slider-label>Much</crowd-slider-label><crowd-checkbox name="c">C</crowd-checkbox>
  <crowd-toggle-button name="o" invalid></crowd-toggle-button>
  <crowd-radio-group><crowd-radio-button name="r">R</crowd-radio-button></crowd-radio-group>
  ${CLASSIFIER("", "<worker-comment></worker-comment>").replace('name="c"', 'name="d"')}
  <crowd-classifier-multi-select name="m" categories="['a']" exclusion-category="none" header="Many">
  </crowd-classifier-multi-select>
  <crowd-textract-analyze-document header="D" initial-value="[{Id: k, EntityTypes: [KEY], Text: Key}]">
  </crowd-textract-analyze-document>${RANKING}${QUESTIONS}
  <crowd-icon-button icon="add"></crowd-icon-button><crowd-fab icon="star" title="Star"></crowd-fab>
  <span id="b">b</span><crowd-badge for="b" icon="star"></crowd-badge><crowd-thing></crowd-thing>
  <crowd-button variant="link" href="#x">Link</crowd-button></crowd-form>`;

test("all of them are labelled, fit a telephone, and follow a dark page", async () => {
  for (const scheme of ["light", "dark"]) {
    const dark = scheme === "dark" ? "<style>html { color-scheme: dark; background: #1b1b1b; }</style>" : "";
    const page = await pages.open(`<meta name="viewport" content="width=device-width">${dark}${CROWD}${ALL}`, pages.given,
      { viewport: { width: 360, height: 700 } });
    await page.getByText("is not emulated").waitFor();
    await page.addScriptTag({ content: AXE });
    const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
    const { violations } = await page.evaluate((given) => axe.run(document, given), rules);
    const told = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
    assert.deepEqual(told, [], scheme);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), scheme);
    assert.deepEqual(page.errors, []);
  }
});

test("a button in nested shadow roots hands in the form around them; a crowd-form may stand in one", async () => {
  const nested = (inside) => `<x-outer></x-outer><script>
    const part = (name, inside) => customElements.define(name, class extends HTMLElement {
      connectedCallback() { if (!this.shadowRoot) this.attachShadow({ mode: "open" }).innerHTML = inside; }
    });
    part("x-inner", ${JSON.stringify(inside)});
    part("x-outer", "<x-inner></x-inner>");</script>`;
  const page = await open(`<crowd-input name="q" value="1"></crowd-input>` +
    nested(`<crowd-button form-action="submit">Go</crowd-button>`));
  assert.deepEqual(await pages.submitted(page, () => page.getByRole("button", { name: "Go" }).click()), { q: "1" });
  const other = await pages.open(CROWD + nested(`<crowd-form><crowd-input name="q" label="Q" required></crowd-input></crowd-form>`));
  await pages.refuses(other, () => hand(other));
  await other.getByLabel("Q").fill("2");
  assert.deepEqual(await pages.submitted(other, () => hand(other)), { q: "2" });
  assert.deepEqual([...page.errors, ...other.errors], []);
});

// A picture of each crowd element for the book, used as a worker does: with MTURK_LOCAL_UPDATE they are written to
// docs/src/elements. Without it, each element is shown, and has a picture there that the book shows.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CROWD, Pages } from "./crowd.js";
import { ROOT, begun, browser, market } from "./market.js";
import { smaller } from "./smaller.js";

const [chrome, at] = await begun(browser(), market());
const [pages] = await begun(Pages.begin(chrome, at));
const FOLDER = path.join(ROOT, "docs/src/elements");
const MOST = 600 << 10;

const MEADOW = "data:image/svg+xml," + encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="360" height="200">
  <rect width="360" height="200" fill="#bfe0f5"/><rect y="130" width="360" height="70" fill="#7fb069"/>
  <circle cx="310" cy="40" r="22" fill="#f6c945"/><rect x="60" y="90" width="90" height="60" fill="#b5523b"/>
  <path d="M50 90 105 50 160 90z" fill="#6b3d2e"/><circle cx="250" cy="120" r="26" fill="#3d7a4a"/>
  <rect x="246" y="140" width="8" height="26" fill="#6b4a2e"/></svg>`);
const TARGET = `<classification-target>The parcel came a day early.</classification-target>`;
const SHORT = `<short-instructions>Look closely.</short-instructions>`;
const labels = `labels="['House', 'Tree']"`;

const drag = (...points) => async (page) => {
  const sheet = await page.locator(".sheet").boundingBox();
  const [first, ...rest] = points.map(([x, y]) => [sheet.x + (x * sheet.width) / 360, sheet.y + (y * sheet.height) / 200]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 3 });
  await page.mouse.up();
};
const clicks = (...points) => async (page) => {
  for (const point of points) await drag(point)(page);
};
/** Deeds with the first label, then with the second. */
const marked = (...deeds) => async (page) => {
  await page.locator(".sheet").waitFor();
  for (const [at, deed] of deeds.entries()) {
    await page.getByRole("radio", { name: ["House", "Tree"][at], exact: true }).check();
    await deed(page);
  }
};
const tool = (name, ...deeds) => [`<crowd-${name} name="marks" header="Mark what you see" src="${MEADOW}" ${labels}>${SHORT}
  </crowd-${name}>`, marked(...deeds)];
const check = (name) => (page) => page.getByLabel(name, { exact: true }).check();
const press = (name) => (page) => page.getByRole("button", { name }).click();

const BLOCKS = JSON.stringify([{ blockType: "KEY_VALUE_SET", id: "a", entityTypes: ["KEY"], text: "Colour",
  geometry: { boundingBox: { left: 0.15, top: 0.45, width: 0.28, height: 0.3 } }, relationships: [{ type: "VALUE", ids: ["b"] }] },
{ blockType: "KEY_VALUE_SET", id: "b", entityTypes: ["VALUE"], text: "red" }]).replaceAll('"', "&quot;");
const CATEGORIES = `categories="['Good', 'Bad', 'Neither']"`;

/** Each element: what is on the page, and what is done with it. */
const ELEMENTS = {
  "crowd-alert": [`<crowd-alert type="warning" dismissible>Ten minutes are left.</crowd-alert>`],
  "crowd-badge": [`<p><crowd-button id="box" style="display: inline-block">Messages</crowd-button><crowd-badge for="box" label="3"></crowd-badge></p>`],
  "crowd-bounding-box": tool("bounding-box", drag([55, 50], [165, 155]), drag([220, 90], [280, 170])),
  "crowd-button": [`<crowd-button variant="primary" icon="search">Look it up</crowd-button>
    <crowd-button href="https://example.com">A link</crowd-button>`],
  "crowd-card": [`<crowd-card heading="A meadow" image="${MEADOW}" style="width: 240px">With a house.</crowd-card>`],
  "crowd-checkbox": [`<crowd-checkbox name="a" checked>There is a house</crowd-checkbox>
    <crowd-checkbox name="b">There is a river</crowd-checkbox>`],
  "crowd-classifier": [`<crowd-classifier name="c" header="How does the writer feel?" ${CATEGORIES}>${TARGET}${SHORT}
    </crowd-classifier>`, check("Good")],
  "crowd-classifier-multi-select": [`<crowd-classifier-multi-select name="c" header="What is it about?"
    categories="['Time', 'Price']" exclusion-category="{ text: 'None of them' }">${TARGET}</crowd-classifier-multi-select>`, check("Time")],
  "crowd-entity-annotation": [`<crowd-entity-annotation name="e" header="Find people and dates" text="Ada met Charles in 1833."
    labels="[{'label': 'person', 'shortDisplayName': 'per'}, {'label': 'date'}]" initial-value="[{label: 'person', startOffset: 0,
    endOffset: 3}, {label: 'date', startOffset: 19, endOffset: 23}]"></crowd-entity-annotation>`],
  "crowd-fab": [`<crowd-fab icon="add" title="Add"></crowd-fab> <crowd-fab label="A" title="A"></crowd-fab>`],
  "crowd-form": [`<crowd-form><crowd-input name="q" label="What is in the picture?"></crowd-input></crowd-form>`],
  "crowd-icon-button": [`<crowd-icon-button icon="search" title="Search"></crowd-icon-button>
    <crowd-icon-button icon="star" title="Star"></crowd-icon-button>`],
  "crowd-image-classifier": [`<crowd-image-classifier name="c" src="${MEADOW}" header="Is the picture good?" ${CATEGORIES}>${SHORT}
    </crowd-image-classifier>`, check("Good")],
  "crowd-image-classifier-multi-select": [`<crowd-image-classifier-multi-select name="c" src="${MEADOW}" header="What is there?"
    categories="['House', 'Tree', 'River']"></crowd-image-classifier-multi-select>`, async (page) => {
    for (const name of ["House", "Tree"]) await check(name)(page);
  }],
  "crowd-input": [`<crowd-input name="q" label="What is in the picture?" value="A house"></crowd-input>
    <crowd-input name="n" type="number" label="How many trees?" value="1"></crowd-input>`],
  "crowd-instance-segmentation": tool("instance-segmentation", drag([70, 100], [140, 100], [140, 140], [70, 140]),
    drag([235, 115], [265, 115], [250, 130])),
  "crowd-instructions": [`<crowd-instructions link-text="Instructions" link-type="button"><short-summary>Say what you see.</short-summary>
    <detailed-instructions>At length.</detailed-instructions><positive-example>A house.</positive-example></crowd-instructions>`,
  press("Instructions")],
  "crowd-keypoint": tool("keypoint", clicks([105, 50], [60, 150]), clicks([250, 95])),
  "crowd-line": tool("line", drag([50, 90], [160, 90]), drag([250, 140], [250, 168])),
  "crowd-modal": [`<crowd-modal link-text="An example">A house with a red wall.</crowd-modal>`, press("An example")],
  "crowd-polygon": tool("polygon", clicks([50, 90], [105, 50], [160, 90], [150, 150], [60, 150], [50, 90])),
  "crowd-polyline": tool("polyline", clicks([50, 90], [105, 50], [160, 90], [160, 90]), clicks([10, 130], [350, 130], [350, 130])),
  "crowd-question-answer-generation": [`<crowd-question-answer-generation name="q" text="A cat sat on a mat." max-questions="2"
    question-tags='["easy", "hard"]'></crowd-question-answer-generation>`, async (page) => {
    await page.getByLabel("Question", { exact: true }).fill("Who sat?");
    await page.getByLabel("Answer").fill("A cat");
  }],
  "crowd-radio-button": [`<crowd-radio-group><crowd-radio-button name="y" value="yes" checked>Yes</crowd-radio-button>
    <crowd-radio-button name="n" value="no">No</crowd-radio-button></crowd-radio-group>`],
  "crowd-rekognition-detect-moderation-labels": [`<crowd-rekognition-detect-moderation-labels src="${MEADOW}" header="What applies?"
    exclusion-category="None" categories='[{ name: "Gore", parentName: "Violence" }, { name: "Weapons", parentName: "" }]'>
    </crowd-rekognition-detect-moderation-labels>`, check("None")],
  "crowd-semantic-segmentation": tool("semantic-segmentation", drag([70, 100], [140, 100], [140, 140], [70, 140]),
    drag([235, 115], [265, 115], [250, 130])),
  "crowd-slider": [`<crowd-slider name="s" label="How sure are you?" min="0" max="10" value="7" editable pin></crowd-slider>`],
  "crowd-slider-label": [`<crowd-slider name="s" label="How sure are you?" min="0" max="10" value="7"></crowd-slider>
    <crowd-slider-label><span>Not at all</span><span>Quite</span></crowd-slider-label>`],
  "crowd-tabs": [`<crowd-tabs><crowd-tab header="Picture">A house and a tree.</crowd-tab><crowd-tab header="Text">Words.</crowd-tab>
    </crowd-tabs>`],
  "crowd-text-area": [`<crowd-text-area name="t" label="Describe it" rows="2" max-length="80" char-counter value="A red house">
    </crowd-text-area>`],
  "crowd-text-ranking": [`<crowd-text-ranking name="r" text="Explain rain." responses='["Water falls.", "Clouds cool."]'
    ordinal-ranking-dimensions='[{"name":"Clarity","allowTie":true},{"name":"Tone","allowTie":false}]'></crowd-text-ranking>`],
  "crowd-textract-analyze-document": [`<crowd-textract-analyze-document src="${MEADOW}" header="Correct the values"
    initial-value="${BLOCKS}" no-key-edit no-geometry-edit></crowd-textract-analyze-document>`],
  "crowd-toast": [`<crowd-toast opened duration="0">Your answer was kept.</crowd-toast>`],
  "crowd-toggle-button": [`<crowd-toggle-button name="a" checked>Sharp</crowd-toggle-button>
    <crowd-toggle-button name="b">Dark</crowd-toggle-button>`],
  "iron-icon": [`<iron-icon icon="search"></iron-icon> <iron-icon icon="star"></iron-icon> <iron-icon icon="delete"></iron-icon>`],
};
// Shown in the picture of another one.
const WITHIN = { "crowd-radio-group": "crowd-radio-button", "crowd-tab": "crowd-tabs" };

/** The picture of an element in use. */
async function shot(inside, deed) {
  const page = await pages.open(`<style>html { font-size: 14px } body { margin: 0; width: fit-content; min-width: 250px }
    main { padding: 16px; max-width: 420px }</style>${CROWD}<script>
    document.addEventListener("all-crowd-elements-ready", () => document.documentElement.classList.add("ready"));
    </script><main>${inside}</main>`, pages.given, { viewport: { width: 460, height: 900 }, reducedMotion: "reduce" });
  await page.locator("html.ready").waitFor();
  await deed?.(page);
  assert.deepEqual(page.errors, []);
  for (const image of await page.locator("img").all()) await image.evaluate((one) => one.decode());
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  // A window or a toast has its place in the browser's window.
  const isWindow = await page.locator("dialog[open], crowd-toast").count();
  if (isWindow) await page.setViewportSize({ width: 460, height: inside.includes("crowd-toast") ? 100 : 240 });
  const { width, height } = isWindow ? page.viewportSize() : await page.locator("body").boundingBox();
  return page.screenshot({ clip: { x: 0, y: 0, width: Math.ceil(width), height: Math.ceil(height) } });
}

if (process.env.MTURK_LOCAL_UPDATE) mkdirSync(FOLDER, { recursive: true });
for (const [name, [inside, deed]] of Object.entries(ELEMENTS)) {
  test(`a picture of ${name}`, async () => {
    const png = smaller(await shot(inside, deed));
    assert.ok(png.length > 300);
    if (process.env.MTURK_LOCAL_UPDATE) writeFileSync(path.join(FOLDER, `${name}.png`), png);
  });
}

test("the book shows a picture of each element, all of them small", () => {
  const remarks = readFileSync(path.join(ROOT, "src/rules/question/remarks/elements.rs"), "utf8");
  const known = [...remarks.matchAll(/element\("([a-z-]+)"/g)].map(([, name]) => name);
  assert.deepEqual([...Object.keys(ELEMENTS), ...Object.keys(WITHIN)].sort(), known);
  const files = readdirSync(FOLDER);
  assert.deepEqual(files, Object.keys(ELEMENTS).map((name) => `${name}.png`).sort());
  const book = ["crowd-elements.md", "crowd-annotation.md"].map((page) => readFileSync(path.join(ROOT, "docs/src", page), "utf8")).join("");
  for (const file of files) assert.ok(book.includes(`(elements/${file})`), file);
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(FOLDER, file)).size, 0);
  assert.ok(bytes <= MOST, `${bytes} bytes`);
});

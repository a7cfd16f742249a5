// The tools that mark pictures and texts, in a browser: each is drawn with, edited, undone and submitted, and what is
// submitted is compared with the documented output.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { CROWD, Pages, whole } from "./crowd.js";
import { accepted, begun, browser, frameOf, html, market, worker } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [chrome, at] = await begun(browser(), market());
const [pages] = await begun(Pages.begin(chrome, at));

const picture = (width = 400, height = 300) => "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" ` +
  'fill="#cde"/><circle cx="50%" cy="50%" r="60" fill="#a52"/></svg>');
const SIZE = { height: 300, width: 400 };
const INSTRUCTIONS = `<short-instructions>In short.</short-instructions>
  <full-instructions header="At length">All of it.</full-instructions>`;

const element = (name, more = "", src = picture()) => `<crowd-${name} name="marks" header="Mark it" src="${src}"
  labels="['Cat', 'Dog', 'It\\'s neither']" ${more}>${INSTRUCTIONS}</crowd-${name}>`;

/** A page with this in it, whose elements are ready. */
async function open(inside, settings = {}) {
  const page = await pages.open(`<meta name="viewport" content="width=device-width"><script>
    document.addEventListener("all-crowd-elements-ready", () => document.documentElement.classList.add("ready"));
    </script>${CROWD}<main>${inside}</main>`, pages.given, { viewport: { width: 1000, height: 900 }, ...settings });
  await page.locator("html.ready").waitFor();
  return page;
}

/** A page with one tool in a form, whose picture is there. */
async function draw(name, more, settings) {
  const page = await open(`<crowd-form>${element(name, more)}</crowd-form>`, settings);
  await page.locator(".sheet").waitFor();
  await page.locator(".sheet").scrollIntoViewIfNeeded();
  return page;
}

/** Where this pixel of the picture is in the window. */
async function place(page, [x, y]) {
  return page.locator(".sheet").evaluate((sheet, [x, y]) => {
    const { left, top, width, height } = sheet.getBoundingClientRect();
    return [left + (x * width) / 400, top + (y * height) / 300];
  }, [x, y]);
}
async function click(page, ...points) {
  for (const point of points) await page.mouse.click(...(await place(page, point)));
}
async function drag(page, ...points) {
  const [first, ...rest] = await Promise.all(points.map((point) => place(page, point)));
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 3 });
  await page.mouse.up();
}
async function keys(page, ...all) {
  for (const key of all) await page.keyboard.press(key);
}
const label = (page, name) => page.getByRole("radio", { name, exact: true }).check();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const status = (page) => page.locator(".status").textContent();
const value = (page) => page.evaluate(() => document.querySelector("[name=marks]").value);

/** What the form hands in, by a click or after another deed: its answers. */
async function answers(page, deed = () => button(page, "Submit").click()) {
  const all = await pages.submitted(page, deed);
  assert.deepEqual(page.errors, []);
  return all;
}
async function submitted(page) {
  const { marks, ...rest } = await answers(page);
  assert.ok(Object.keys(rest).every((name) => name === "sure"), `its own tools are no answers: ${JSON.stringify(rest)}`);
  return marks;
}

/** Fails unless nothing is submitted, and this is said. */
async function refused(page, said) {
  await pages.refuses(page, () => button(page, "Submit").click());
  await page.locator(".status").filter({ hasText: said }).waitFor();
}

test("boxes: drawn, moved, resized, relabelled, undone, deleted", async () => {
  const page = await draw("bounding-box");
  await refused(page, "Mark at least one box");
  await drag(page, [10, 10], [60, 40]);
  assert.equal(await status(page), "Choose a label first.");
  await label(page, "Dog");
  await drag(page, [120, 90], [20, 30]);
  assert.deepEqual((await value(page)).boundingBoxes, [{ height: 60, label: "Dog", left: 20, top: 30, width: 100 }]);
  // Another one inside the first; a click inside chooses the upper one.
  await drag(page, [40, 50], [80, 80]);
  await click(page, [60, 60]);
  await drag(page, [60, 60], [70, 70]);
  await drag(page, [90, 90], [100, 85]);
  await button(page, "Undo").click();
  await button(page, "Undo").click();
  await button(page, "Redo").click();
  await page.getByLabel("Label of 1: Dog").selectOption("It's neither");
  await drag(page, [300, 200], [500, 400]);
  await button(page, "Delete 3: Dog").click();
  await keys(page, "Control+z");
  assert.equal((await value(page)).boundingBoxes.length, 3);
  await keys(page, "Control+y");
  const answer = await submitted(page);
  assert.equal(JSON.stringify(answer), JSON.stringify({
    boundingBoxes: [{ height: 60, label: "It's neither", left: 20, top: 30, width: 100 },
      { height: 30, label: "Dog", left: 50, top: 60, width: 40 }], inputImageProperties: SIZE }));
});

test("boxes of an earlier worker are shown, and whether they were changed", async () => {
  const given = `initial-value="[{label: 'Cat', left: 10, top: 20, width: 30, height: 40,},
    {'label': 'Horse', left: 1, top: 1, width: 5, height: 5}, ]"`;
  const page = await draw("bounding-box", given);
  const boxes = [{ height: 40, label: "Cat", left: 10, top: 20, width: 30 }];
  const before = { boundingBoxes: boxes, initialValueModified: false, inputImageProperties: SIZE };
  assert.deepEqual(await value(page), before);
  await drag(page, [10, 40], [30, 50]);
  assert.deepEqual(await submitted(page), { boundingBoxes: [{ ...boxes[0], left: 30, top: 30 }],
    initialValueModified: true, inputImageProperties: SIZE });
});

test("boxes: by the keyboard alone", async () => {
  const page = await draw("bounding-box");
  await page.locator(".sheet").focus();
  await keys(page, "2", "ArrowLeft", "ArrowUp", "Space", "ArrowRight", "ArrowDown", "Shift+ArrowDown", "Space");
  assert.deepEqual((await value(page)).boundingBoxes, [{ height: 11, label: "Dog", left: 190, top: 140, width: 10 }]);
  await keys(page, "1", "Space", "ArrowRight", "Escape", "Space", "ArrowRight", "ArrowDown", "Space");
  // Choose the first one in the list, move it, and pull a corner.
  await button(page, "1: Dog").focus();
  await keys(page, "Enter", "ArrowLeft", "Shift+ArrowUp", ".", "Shift+ArrowLeft");
  await button(page, "2: Cat").focus();
  await keys(page, "Space", "Delete");
  const answer = { boundingBoxes: [{ height: 11, label: "Dog", left: 179, top: 139, width: 11 }],
    inputImageProperties: SIZE };
  assert.deepEqual(await value(page), answer);
  await button(page, "Submit").focus();
  assert.deepEqual((await answers(page, () => keys(page, "Enter"))).marks, answer);
});

test("polygons: corners set, undone, no crossing, a corner moved and deleted", async () => {
  const page = await draw("polygon");
  await label(page, "Cat");
  await click(page, [50, 50], [150, 50], [150, 150]);
  await refused(page, "Finish the polygon");
  await click(page, [100, 20]);
  assert.equal(await status(page), "Lines of one polygon cannot cross.");
  await page.locator(".sheet").focus();
  await keys(page, "Control+z", "Control+y");
  await click(page, [50, 150], [50, 50]);
  await drag(page, [100, 50], [110, 60]);
  await drag(page, [160, 160], [200, 200]);
  await click(page, [60, 60]);
  await keys(page, "Delete");
  // Begun within another one, and finished by Enter.
  await label(page, "Dog");
  await click(page, [140, 130], [160, 130], [150, 150]);
  await keys(page, "Enter");
  await click(page, [300, 200], [320, 200]);
  await keys(page, "Escape");
  assert.deepEqual(await submitted(page), { inputImageProperties: SIZE, polygons: [
    { label: "Cat", vertices: [{ x: 160, y: 60 }, { x: 200, y: 200 }, { x: 60, y: 160 }] },
    { label: "Dog", vertices: [{ x: 140, y: 130 }, { x: 160, y: 130 }, { x: 150, y: 150 }] }] });
});

test("polylines: two corners or more, which may cross, finished by a click on the last", async () => {
  const page = await draw("polyline", `label-colors="['#ff0000']"
    initial-value="{polylines: [ // of before
      {label: 'Dog', vertices: [{x: 300, y: 10}, {x: 350, y: 20}]}]}"`);
  await label(page, "Cat");
  await click(page, [20, 20], [100, 20], [100, 100], [50, 10], [50, 10]);
  assert.equal(await page.locator("polyline").last().getAttribute("stroke"), "#ff0000");
  await click(page, [200, 200]);
  await button(page, "Finish").click();
  assert.equal(await status(page), "A polyline has at least 2 corners.");
  await click(page, [220, 250]);
  await button(page, "Finish").click();
  assert.deepEqual(await submitted(page), { initialValueModified: true, inputImageProperties: SIZE, polylines: [
    { label: "Dog", vertices: [{ x: 300, y: 10 }, { x: 350, y: 20 }] },
    { label: "Cat", vertices: [{ x: 20, y: 20 }, { x: 100, y: 20 }, { x: 100, y: 100 }, { x: 50, y: 10 }] },
    { label: "Cat", vertices: [{ x: 200, y: 200 }, { x: 220, y: 250 }] }] });
});

test("lines: from point to point", async () => {
  const page = await draw("line");
  await label(page, "Cat");
  await drag(page, [200, 100], [50, 60]);
  await drag(page, [10, 10], [20, 100]);
  await drag(page, [50, 60], [40, 70]);
  await click(page, [15, 55]);
  await drag(page, [10, 10], [5, 10]);
  await keys(page, "Escape", "Escape");
  assert.deepEqual(await submitted(page), { inputImageProperties: SIZE, lines: [
    { label: "Cat", vertices: [{ x: 190, y: 110 }, { x: 40, y: 70 }] },
    { label: "Cat", vertices: [{ x: 5, y: 10 }, { x: 20, y: 100 }] }] });
});

test("points: set, moved, and zoomed at", async () => {
  const page = await draw("keypoint", `initial-value="[{'label': 'Dog', 'x': 300, 'y': 20}]"`);
  await label(page, "Cat");
  await click(page, [100, 100], [30, 40]);
  await drag(page, [100, 100], [120, 130]);
  for (let i = 0; i < 3; i++) await button(page, "Zoom in").click();
  await click(page, [51, 52]);
  await button(page, "Fit").click();
  await click(page, [30, 40]);
  await keys(page, "Delete");
  assert.deepEqual(await submitted(page), { initialValueModified: true, inputImageProperties: SIZE, keypoints: [
    { label: "Dog", x: 300, y: 20 }, { label: "Cat", x: 120, y: 130 }, { label: "Cat", x: 51, y: 52 }] });
});

/** The pixels of a PNG as browsers write it: eight bits of red, green, blue and alpha. */
function pixels(data) {
  const bytes = Buffer.from(data, "base64");
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  assert.deepEqual([...bytes.subarray(24, 26)], [8, 6]);
  const parts = [];
  for (let from = 8; from < bytes.length; from += bytes.readUInt32BE(from) + 12) {
    if (bytes.toString("latin1", from + 4, from + 8) !== "IDAT") continue;
    parts.push(bytes.subarray(from + 8, from + 8 + bytes.readUInt32BE(from)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const line = width * 4;
  const rows = [Buffer.alloc(line)];
  for (let y = 0; y < height; y++) {
    const [kind, row] = [raw[y * (line + 1)], Buffer.from(raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1)))];
    for (let x = 0; x < line; x++) {
      const [left, up, corner] = [x < 4 ? 0 : row[x - 4], rows[y][x], x < 4 ? 0 : rows[y][x - 4]];
      const guess = left + up - corner;
      const far = (one) => Math.abs(guess - one);
      const near = [left, up, corner].reduce((best, one) => far(one) < far(best) ? one : best);
      row[x] += [0, left, up, (left + up) >> 1, near][kind];
    }
    rows.push(row);
  }
  const hex = (x, y) => rows[y + 1].toString("hex", x * 4, x * 4 + 4);
  const colours = new Set(Array.from({ length: width * height }, (_, at) => hex(at % width, Math.floor(at / width))));
  return { width, height, hex, colours: [...colours].sort() };
}

test("semantic segmentation: brush, area and eraser; a colour for each label", async () => {
  const page = await draw("semantic-segmentation");
  await refused(page, "Mark at least one area");
  await label(page, "Dog");
  await page.getByLabel("Size of the brush").fill("20");
  await drag(page, [50, 50], [150, 50]);
  await label(page, "Area");
  await label(page, "Cat");
  await click(page, [200, 100], [300, 100], [300, 200], [200, 200]);
  await refused(page, "Finish the area");
  await button(page, "Finish").click();
  await label(page, "Eraser");
  await drag(page, [250, 150], [250, 151]);
  await drag(page, [60, 50], [60, 51]);
  await button(page, "Undo").click();
  await label(page, "Brush");
  await label(page, "It's neither");
  await drag(page, [350, 250], [351, 250]);
  await button(page, "Delete It's neither").click();
  const { labeledImage, ...rest } = await submitted(page);
  assert.deepEqual(rest, { inputImageProperties: SIZE,
    labelMappings: { Dog: { color: "#ff7f0e" }, Cat: { color: "#1f77b4" } } });
  const png = pixels(labeledImage.pngImageData);
  assert.deepEqual([png.width, png.height], [400, 300]);
  assert.deepEqual(png.colours, ["00000000", "1f77b4ff", "ff7f0eff"]);
  const places = [[50, 50], [60, 50], [150, 58], [150, 62], [200, 100], [299, 199], [300, 200], [250, 150], [350, 250]];
  assert.deepEqual(places.map(([x, y]) => png.hex(x, y).slice(0, 2)),
    ["ff", "ff", "ff", "00", "1f", "1f", "00", "00", "00"]);
});

test("instance segmentation: a colour for each thing, begun from earlier work, by the keyboard", async () => {
  const page = await draw("instance-segmentation");
  await page.locator(".sheet").focus();
  await keys(page, "1", "Space", "ArrowRight", "Space");
  await button(page, "Add instance").focus();
  await keys(page, "Enter");
  await page.locator(".sheet").focus();
  await keys(page, "ArrowDown", "ArrowDown", "Space", "ArrowRight", "Space");
  await keys(page, "2", "ArrowDown", "ArrowDown", "Space", "Space");
  const instances = [{ color: "#1f77b4", label: "Cat" }, { color: "#ff7f0e", label: "Cat" },
    { color: "#2ca02c", label: "Dog" }];
  const first = await submitted(page);
  assert.deepEqual(Object.keys(first), ["inputImageProperties", "instances", "labeledImage"]);
  assert.deepEqual(first.instances, instances);
  const { pngImageData } = first.labeledImage;
  assert.deepEqual(pixels(pngImageData).colours, ["00000000", "1f77b4ff", "2ca02cff", "ff7f0eff"]);
  const given = JSON.stringify({ instances, src: `data:image/png;base64,${pngImageData}` });
  const again = await draw("instance-segmentation", `initial-value='${given}'`);
  await button(again, "Delete 2: Cat").click();
  await button(again, "Undo").click();
  await button(again, "Delete 3: Dog").click();
  const second = await submitted(again);
  assert.deepEqual([second.instances, second.initialValueModified], [instances.slice(0, 2), true]);
  assert.deepEqual(pixels(second.labeledImage.pngImageData).colours, ["00000000", "1f77b4ff", "ff7f0eff"]);
});

const TEXT = "Ada 😀 Lovelace met Charles\nBabbage in 1833.";
const LABELS = "[{'label': 'person', 'shortDisplayName': 'per', 'fullDisplayName': 'Person'}, {'label': 'date'}]";
const entity = (more = "") => `<crowd-entity-annotation name="marks" header="Find" labels="${LABELS}"
  text="${TEXT}" ${more}>${INSTRUCTIONS}<div id="additional"><crowd-checkbox name="sure">Sure</crowd-checkbox></div>
  </crowd-entity-annotation>`;

const DATED = `initial-value="[{label: 'date', startOffset: 38, endOffset: 42}]"`;

/** Selects a piece of the text with the mouse. */
async function pick(page, from, to) {
  const ends = await page.locator(".text").evaluate((area, [from, to]) => [from, to].map((at) => {
    const piece = [...area.querySelectorAll("[data-start]")].findLast((one) => Number(one.dataset.start) <= at);
    const range = new Range();
    range.setStart(piece.firstChild, at - Number(piece.dataset.start));
    const { left, top, height } = range.getBoundingClientRect();
    return [left, top + height / 2];
  }), [from, to]);
  await page.mouse.move(...ends[0]);
  await page.mouse.down();
  await page.mouse.move(...ends[1], { steps: 3 });
  await page.mouse.up();
  await page.waitForTimeout(30);
}

test("entities: with its own form, chosen with the mouse, whole or not at all", async () => {
  const page = await open(`${entity()}<script>
    document.addEventListener("all-crowd-elements-ready", () => document.querySelector("crowd-entity-annotation")
      .shadowRoot.querySelector("crowd-form").form.appendChild(additional));</script>`);
  await refused(page, "Mark at least one piece of the text");
  await pick(page, 0, 15);
  await label(page, "Person");
  assert.deepEqual((await value(page)).entities, [{ endOffset: 14, label: "person", startOffset: 0 }]);
  // What is chosen while a label is chosen gets it at once; spaces at its ends do not count.
  await pick(page, 19, 36);
  await pick(page, 30, 40);
  assert.equal(await status(page), "A piece can cover another piece completely, but not in part.");
  await keys(page, "Escape");
  await pick(page, 39, 43);
  await label(page, "date");
  await page.getByRole("button", { name: /^Remove person from Ada/ }).click();
  await button(page, "Undo").click();
  await page.getByRole("button", { name: /^Remove person from Charles/ }).click();
  await page.locator("crowd-checkbox input").check();
  const { marks, sure } = await answers(page);
  assert.deepEqual(marks, { entities: [{ endOffset: 14, label: "person", startOffset: 0 },
    { endOffset: 42, label: "date", startOffset: 38 }] });
  assert.deepEqual(sure, { on: true });
});

test("questions within a tool that brings its own form are answered with it", async () => {
  const page = await open(`<crowd-entity-annotation name="marks" labels="['a', 'b']" text="hello world">
    <crowd-input name="why" label="Why" required></crowd-input><textarea name="more">typed</textarea>
    </crowd-entity-annotation>`);
  await page.getByLabel("Nothing to label").check();
  // One of them is required.
  await pages.refuses(page, () => button(page, "Submit").click());
  await page.getByLabel("Why").fill("so");
  assert.deepEqual(await answers(page), { marks: { entities: [] }, why: "so", more: "typed" });
});

test("what a worker wrote stays when a picture or a script comes late", async () => {
  const page = await pages.open(`${CROWD}<crowd-form>${element("bounding-box", "", "/late.svg").replace("</crowd-bounding",
    "<worker-comment>Why?</worker-comment></crowd-bounding")}</crowd-form>`, pages.given, {}, async (page) => {
    await page.route("**/crowd-annotation.js", async (route) => {
      await page.getByRole("button", { name: "Submit" }).click();
      await page.getByText("the page is still loading <crowd-bounding-box>").waitFor();
      await route.continue();
    });
    await page.route("**/late.svg", async (route) => {
      await page.getByText("Add a comment.").first().click();
      await page.locator("textarea").fill("typed");
      await page.getByLabel("Nothing to label").check();
      const body = decodeURIComponent(picture().split(",")[1]);
      await route.fulfill({ contentType: "image/svg+xml", body });
    });
  });
  await page.locator(".sheet").waitFor();
  assert.deepEqual(await submitted(page), { boundingBoxes: [], inputImageProperties: SIZE, workerComment: "typed" });
});

test("entities: in a crowd-form, by the keyboard alone", async () => {
  const page = await open(`<crowd-form>${entity(DATED)}</crowd-form>`);
  await page.locator(".text").focus();
  await keys(page, "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1");
  await keys(page, "ArrowDown", "ArrowDown", "Shift+ArrowDown", "2", "Control+z");
  await keys(page, "Shift+End", "Enter", "Control+z", "Control+Home", "Delete");
  await keys(page, "Escape", "Home", "ArrowDown", "ArrowDown", "Shift+ArrowDown", "1");
  await button(page, "Submit").focus();
  assert.deepEqual((await answers(page, () => keys(page, "Enter"))).marks, { entities: [
    { endOffset: 14, label: "person", startOffset: 6 },
    { endOffset: 42, label: "date", startOffset: 38 }], initialValueModified: true });
});

test("a picture that is not there is told, and nothing is submitted", async () => {
  const page = await open(`<crowd-form>${element("bounding-box", "", "/none.png")}</crowd-form>`);
  await page.getByText("The picture could not be loaded: /none.png").first().waitFor();
  await refused(page, "The picture could not be loaded");
  // Another one is.
  await page.evaluate((src) => document.querySelector("crowd-bounding-box").setAttribute("src", src), picture());
  await page.locator(".sheet").waitFor();
  await page.getByLabel("Nothing to label").check();
  assert.deepEqual(await submitted(page), { boundingBoxes: [], inputImageProperties: SIZE });
});

test("labels can be changed by the page, and an element that comes later works", async () => {
  const page = await open("<crowd-form><crowd-input name='q'></crowd-input></crowd-form>");
  assert.ok(!(await page.evaluate(() => customElements.get("crowd-keypoint"))));
  const later = element("keypoint");
  await page.locator("crowd-input").evaluate((one, later) => one.insertAdjacentHTML("afterend", later), later);
  await page.locator(".sheet").waitFor();
  await page.locator("crowd-keypoint").evaluate((one) => { one.labels = []; });
  assert.equal(await page.getByRole("radio").count(), 0);
  await page.locator("crowd-keypoint").evaluate((one) => { one.labels = one.labels.concat(["New"]); });
  await click(page, [10, 20]);
  assert.deepEqual((await submitted(page)).keypoints, [{ label: "New", x: 10, y: 20 }]);
});

test("with fingers: one draws, two zoom and end nothing", async () => {
  const page = await draw("polygon", "", { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  const tap = async (point) => page.touchscreen.tap(...(await place(page, point)));
  await page.getByText("Cat", { exact: true }).tap();
  await tap([40, 60]);
  await tap([200, 60]);
  const before = await page.locator(".sheet").evaluate((sheet) => sheet.offsetWidth);
  assert.ok(before < 360, "the picture fits");
  const client = await page.context().newCDPSession(page);
  const touches = async (type, ...points) => client.send("Input.dispatchTouchEvent", { type, touchPoints:
    (await Promise.all(points.map((point) => place(page, point)))).map(([x, y], id) => ({ x, y, id })) });
  await touches("touchStart", [100, 100]);
  await touches("touchStart", [100, 100], [200, 100]);
  await touches("touchMove", [60, 100], [260, 100]);
  await touches("touchEnd");
  assert.ok(await page.locator(".sheet").evaluate((sheet, before) => sheet.offsetWidth > before * 1.2, before));
  await button(page, "Fit").tap();
  await tap([200, 200]);
  await button(page, "Finish").tap();
  const { polygons: [{ vertices }] } = await value(page);
  assert.equal(vertices.length, 3);
  for (const [at, [x, y]] of [[40, 60], [200, 60], [200, 200]].entries()) {
    assert.ok(Math.abs(vertices[at].x - x) < 3 && Math.abs(vertices[at].y - y) < 3, JSON.stringify(vertices));
  }
});

const BOXED = `initial-value="[{label: 'Cat', left: 10, top: 20, width: 30, height: 40}]"`;

test("every tool can be read, fits a phone, and has no fault that axe-core knows", async () => {
  const names = ["bounding-box", "polygon", "polyline", "line", "keypoint", "instance-segmentation",
    "semantic-segmentation"];
  const inside = `<h1>All</h1><crowd-form>${names.map((name) => element(name, BOXED)).join("")}</crowd-form>
    ${entity(DATED)}`;
  for (const settings of [{}, { colorScheme: "dark" }, { viewport: { width: 360, height: 740 }, isMobile: true }]) {
    const page = await open(`<style>:root { color-scheme: light dark }</style>${inside}`, settings);
    await page.locator(".sheet").nth(6).waitFor();
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`)), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    assert.deepEqual(page.errors, []);
  }
});

test("a disabled tool shows and changes nothing", async () => {
  const page = await draw("bounding-box", `disabled ${BOXED}`);
  await drag(page, [10, 40], [30, 50]);
  await page.locator(".sheet").focus();
  await keys(page, "1", "Space", "ArrowRight", "ArrowDown", "Space", "Delete");
  assert.deepEqual((await value(page)).boundingBoxes, [{ height: 40, label: "Cat", left: 10, top: 20, width: 30 }]);
});

test("in a HIT of the site", async () => {
  const script = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>';
  const inside = `${script}<crowd-form answer-format="flatten-objects"><crowd-bounding-box name="annotatedResult"
    labels='["Cat"]' src="${picture()}"></crowd-bounding-box></crowd-form>`;
  const hit = await at.hit(html(whole(inside), 700));
  const page = await accepted(await worker(chrome, at, "A1ANNA"), at, hit);
  const sheet = frameOf(page).locator(".sheet");
  await sheet.hover();
  const { x, y } = await sheet.boundingBox();
  await page.mouse.move(x + 20, y + 30);
  await page.mouse.down();
  await page.mouse.move(x + 70, y + 90, { steps: 3 });
  await page.mouse.up();
  await frameOf(page).getByRole("button", { name: "Delete 1: Cat" }).waitFor();
  await frameOf(page).getByRole("button", { name: "Submit" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(page.errors, []);
  const { Assignments: [{ Answer }] } = await at.call("ListAssignmentsForHIT", { HITId: hit.HITId });
  const fields = [...Answer.matchAll(/<QuestionIdentifier>([^<]*)<\/QuestionIdentifier><FreeText>([^<]*)</g)];
  const [[, name, boxes], ...size] = fields;
  assert.equal(name, "annotatedResult.boundingBoxes");
  // In a frame a pointer is rounded.
  assert.match(boxes, /^\[\{"height":60,"label":"Cat","left":(19|20),"top":(29|30),"width":50\}\]$/);
  assert.deepEqual(size.map(([, name, value]) => [name, value]), [
    ["annotatedResult.inputImageProperties.height", "300"], ["annotatedResult.inputImageProperties.width", "400"]]);
});

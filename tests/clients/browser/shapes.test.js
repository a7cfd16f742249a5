// Layouts and templates of every shape, as requesters wrote them for the closed site: made into HITs through a layout and
// through a batch, done in a browser, and submitted. Those without a form get the one that the requester site put around them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, begun, browser, document, frameOf, html, market, worker } from "./market.js";

const BOOTSTRAP = "https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css";
// A tenth of a second of silence.
const SILENCE = (() => {
  const bytes = Buffer.alloc(44 + 800, 128);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + 800, 4);
  bytes.write("WAVEfmt ", 8);
  for (const [value, at, size] of [[16, 16, 4], [1, 20, 2], [1, 22, 2], [8000, 24, 4], [8000, 28, 4], [1, 32, 2], [8, 34, 2]]) {
    bytes.writeUIntLE(value, at, size);
  }
  bytes.write("data", 36);
  bytes.writeUInt32LE(800, 40);
  return `data:audio/wav;base64,${bytes.toString("base64")}`;
})();

/** Each shape: its HTML, what a worker does in it, by which button, and the fields that arrive. */
const SHAPES = {
  "bare fields": {
    html: `<p>What is \${thing}?</p><select name="kind" aria-label="Kind"><option>plant</option><option>animal</option></select>
      <label><input type="radio" name="sure" value="yes">Yes</label><label><input type="radio" name="sure" value="no">No</label>
      <label><input type="checkbox" name="odd" value="on">Odd</label><textarea name="why" aria-label="Why"></textarea>`,
    async deed(frame) {
      await frame.getByText("What is a fox & co?").waitFor();
      await frame.getByLabel("Kind").selectOption("animal");
      await frame.getByLabel("Yes").check();
      await frame.getByLabel("Why").fill("It runs");
    },
    answer: document(["kind", "animal"], ["sure", "yes"], ["why", "It runs"]),
  },
  "Bootstrap 3": {
    html: `<link href="${BOOTSTRAP}" rel="stylesheet"><section class="container"><div class="panel panel-primary">
      <div class="panel-heading"><span class="glyphicon glyphicon-star"></span> <strong>\${thing}</strong></div>
      <div class="panel-body"><input class="form-control" name="name" required aria-label="Name"></div></div></section>`,
    async deed(frame) {
      const styles = await frame.locator(".panel-heading").evaluate(async (heading) => {
        await document.fonts.load("16px 'Glyphicons Halflings'");
        const [button, icon] = [document.getElementById("submitButton"), document.querySelector(".glyphicon")];
        return [getComputedStyle(heading).backgroundColor, getComputedStyle(button).backgroundColor, document.fonts.size,
          [...document.fonts].map((font) => font.status).join(), Math.round(icon.getBoundingClientRect().width)];
      });
      assert.deepEqual(styles, ["rgb(51, 122, 183)", "rgb(51, 122, 183)", 1, "loaded", 14]);
      await frame.getByLabel("Name").fill("Fox");
    },
    answer: document(["name", "Fox"]),
  },
  "a canvas": {
    html: `<canvas width="100" height="80" style="border: 1px solid"></canvas><input type="hidden" name="points" id="points">
      <input type="hidden" name="picture" id="picture"><script>
      const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d"), points = [];
      canvas.onclick = ({ offsetX, offsetY }) => {
        points.push([offsetX, offsetY]);
        pen.fillRect(offsetX, offsetY, 5, 5);
        document.getElementById("points").value = JSON.stringify(points);
        document.getElementById("picture").value = canvas.toDataURL().slice(0, 22);
      };</script>`,
    async deed(frame) {
      await frame.locator("canvas").click({ position: { x: 11, y: 21 } });
      await frame.locator("canvas").click({ position: { x: 51, y: 41 } });
    },
    answer: document(["points", "[[10,20],[50,40]]"], ["picture", "data:image/png;base64,"]),
  },
  tabs: {
    html: `<style>section { display: none } section.open { display: block }</style><a href="#one">One</a> <a href="#two">Two</a>
      <section id="one" class="open"><input name="a" aria-label="A"></section><section id="two"><input name="b" aria-label="B"></section>
      <script>for (const tab of document.querySelectorAll("a")) tab.onclick = () => {
        for (const one of document.querySelectorAll("section")) one.classList.toggle("open", "#" + one.id === tab.hash);
      };</script>`,
    async deed(frame) {
      await frame.getByLabel("A", { exact: true }).fill("first");
      await frame.getByRole("link", { name: "Two" }).click();
      await frame.getByLabel("B", { exact: true }).fill("second");
      assert.equal(await frame.getByLabel("A", { exact: true }).isVisible(), false);
    },
    answer: document(["a", "first"], ["b", "second"]),
  },
  audio: {
    html: `<audio controls src="${SILENCE}"></audio><input type="hidden" name="heard" id="heard"><input name="text" aria-label="Text">
      <button type="button" id="play">Play</button><script>
      const audio = document.querySelector("audio");
      document.getElementById("play").onclick = () => { audio.muted = true; audio.play() };
      audio.onended = () => { document.getElementById("heard").value = "whole"; audio.id = "ended" };</script>`,
    async deed(frame) {
      await frame.getByRole("button", { name: "Play" }).click();
      await frame.locator("#ended").waitFor();
      await frame.getByLabel("Text").fill("nothing");
    },
    answer: document(["heard", "whole"], ["text", "nothing"]),
  },
  "buttons of its own": {
    html: `<p>\${thing}</p><button name="choice" value="cat">Cat</button><button type="submit" name="choice" value="dog">Dog</button>
      <input type="button" value="Clear" onclick="document.getElementById('note').value = ''"><input name="note" id="note" value="x">`,
    async deed(frame) {
      await frame.getByRole("button", { name: "Clear" }).click();
    },
    button: "Dog",
    answer: document(["choice", "dog"], ["note", ""]),
  },
  "a form of its own": {
    html: `<form action="https://www.mturk.com/mturk/externalSubmit"><input name="assignmentId" id="assignmentId" type="hidden">
      <input name="own" aria-label="Own"><button>Hand in</button></form>
      <script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script><script>turkSetAssignmentID()</script>`,
    deed: (frame) => frame.getByLabel("Own").fill("mine"),
    button: "Hand in",
    answer: document(["own", "mine"]),
  },
  "<crowd-form>": {
    html: `<script src="https://assets.crowd.aws/crowd-html-elements-v2.js"></script><crowd-form><p>\${thing}</p>
      <crowd-input name="what" label="What" required></crowd-input></crowd-form>`,
    deed: (frame) => frame.getByLabel("What").fill("A fox"),
    answer: document(["taskAnswers", '[{"what":"A fox"}]']),
  },
};

const THING = "a fox &amp; co";
const [chrome, at] = await begun(browser(), market());
let count = 0;

/** HITs of this template, by each way that the requester site had. */
const WAYS = {
  async "a layout"(template) {
    const id = `3LAYOUT${count += 1}`;
    await at.control("POST", "/world?requester=test", { HITLayouts: [{ HITLayoutId: id, Name: id, HTMLContent: template }] });
    const given = template.includes("${thing}") ? [{ Name: "thing", Value: THING }] : [];
    return at.hit(undefined, { Title: id, HITLayoutId: id, HITLayoutParameters: given });
  },
  async "a batch"(template) {
    const Title = `Batch ${count += 1}`;
    const members = { Title, Description: "d", Reward: "0.05", Template: template, Data: `thing\n${THING}\n` };
    await at.control("POST", "/batches", members);
    const { HITs } = await at.call("ListHITs", { MaxResults: 100 });
    return HITs.find((hit) => hit.Title === Title);
  },
};

for (const [shape, { html, deed, button = "Submit", answer }] of Object.entries(SHAPES)) {
  for (const [way, made] of Object.entries(WAYS)) {
    test(`${shape}, through ${way}`, async () => {
      const hit = await made(html);
      const page = await worker(chrome, at, "A1ANNA");
      await accepted(page, at, hit);
      const frame = frameOf(page);
      await frame.getByRole("button", { name: button }).waitFor();
      await deed(frame);
      await frame.getByRole("button", { name: button, exact: true }).click();
      await page.getByText("Your work was submitted.").waitFor();
      await at.submittedWork(hit, ["A1ANNA", answer]);
      assert.deepEqual(page.errors, []);
      await page.context().close();
    });
  }
}

test("in a preview the button of the form that was put around says what to do", async () => {
  const hit = await WAYS["a layout"](SHAPES["bare fields"].html);
  const page = await worker(chrome, at, "A1ANNA");
  await page.goto(`${at.url}/projects/${hit.HITTypeId}/tasks`);
  const button = frameOf(page).getByRole("button", { name: "You must ACCEPT the HIT before you can submit the results." });
  await button.waitFor();
  assert.equal(await button.isDisabled(), true);
  await page.context().close();
});

test("HTML by the API stays as it is, and the strip says that it has no form", async () => {
  const hit = await at.hit(html("<!doctype html><title>t</title><input name=a aria-label=A>"), { Title: "Bare" });
  const page = await worker(chrome, at, "A1ANNA");
  await accepted(page, at, hit);
  await frameOf(page).getByLabel("A").fill("x");
  assert.equal(await frameOf(page).locator("form, button, [type=submit]").count(), 0);
  await page.locator("#strip summary").click();
  await page.locator("#strip").getByText("The page has no <form> and no <crowd-form>").waitFor();
  await page.context().close();
});

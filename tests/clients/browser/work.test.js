// People do HITs in a real browser; the Requester API then has what they entered, byte for byte.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begun, browser, classic, document, external, frameOf, html, market, requester, worker } from "./market.js";

const POPUP = `<!doctype html><button onclick="window.open('/task' + location.search)">Open</button>`;
const [chrome, site] = await begun(browser(), requester({ "/task": classic(), "/task/": classic(), "/popup": POPUP }));

/** A market for one test, and its end. */
async function inMarket(t, ...options) {
  const at = await market(...options);
  t.after(() => at.stop());
  return at;
}

/** Accepts the HIT that a preview shows, and waits for the page of work. */
const accept = async (page) => {
  await page.getByRole("button", { name: /^Accept/ }).click();
  await page.getByRole("button", { name: "Return" }).waitFor();
};

test("an ExternalQuestion: preview, accept, work, submit", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/task?a=1&b=#part`));
  const page = await worker(chrome, at, "A1ANNA");
  await page.getByRole("link", { name: hit.Title, exact: true }).click();
  await frameOf(page).getByText("preview").waitFor();
  const previewed = site.asked.at(-1);
  assert.equal(previewed.search, `?a=1&b=&assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=${hit.HITId}`);
  await page.getByRole("button", { name: "Accept this HIT" }).click();
  await frameOf(page).getByText("work of A1ANNA").waitFor();
  assert.equal(site.asked.at(-1).searchParams.get("turkSubmitTo"), at.url);
  await frameOf(page).locator("[name=label]").fill('cat & "dög" <b>');
  await frameOf(page).locator("[name=more]").fill("two\nlines");
  for (const box of await frameOf(page).locator("[name=sure]").all()) await box.check();
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  const expected = document(["label", 'cat &amp; "d&#246;g" &lt;b&gt;'], ["more", "two&#13;\nlines"], ["sure", "yes|very"]);
  await at.submittedWork(hit, ["A1ANNA", expected]);
  await page.goto(`${at.url}/dashboard`);
  assert.match(await page.locator(".figures").innerText(), /Submitted\s+1/);
});

test("a preview cannot be submitted", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/task`));
  const submitTo = `'${at.url}/mturk/externalSubmit'`;
  const own = await requester({ "/task": classic(submitTo) });
  t.after(() => own.stop());
  const other = await at.hit(external(`${own.url}/task`), { Title: "Other" });
  const page = await worker(chrome, at, "A1ANNA");
  await page.goto(`${at.url}/mturk/preview?groupId=${other.HITTypeId}`);
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await frameOf(page).getByText("This is a preview").waitFor();
  await at.submittedWork(other);
  await at.submittedWork(hit);
});

const FORM = `<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" id="assignmentId"><label>City <input name="city"></label><button>Send</button></form>
<script>document.getElementById('assignmentId').value = new URLSearchParams(location.search).get('assignmentId')</script>`;

test("an HTMLQuestion whose form posts to the closed service is submitted here", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(html(FORM, 0));
  const page = await worker(chrome, at, "A1ANNA");
  await accept(page);
  await frameOf(page).getByLabel("City").fill("Köln");
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  await at.submittedWork(hit, ["A1ANNA", document(["city", "K&#246;ln"])]);
});

test("a HIT is returned and accepted again", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/task`), { MaxAssignments: 1 });
  const page = await worker(chrome, at, "A1ANNA");
  await accept(page);
  await page.getByRole("button", { name: "Return" }).click();
  await page.getByText("You returned the HIT.").waitFor();
  assert.equal((await at.call("GetHIT", { HITId: hit.HITId })).HIT.NumberOfAssignmentsAvailable, 1);
  await page.getByRole("link", { name: "Find HITs" }).click();
  await accept(page);
  await frameOf(page).getByText("work of A1ANNA").waitFor();
  await at.submittedWork(hit);
  await frameOf(page).locator("[name=label]").fill("at last");
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  await at.submittedWork(hit, ["A1ANNA", document(["label", "at last"], ["more", ""])]);
});

test("with auto-accept one HIT follows the other", async (t) => {
  const at = await inMarket(t);
  const hits = [await at.hit(html(FORM)), await at.hit(html(FORM))];
  const page = await worker(chrome, at, "A1ANNA");
  await accept(page);
  await page.getByLabel("Auto-accept the next HIT").check();
  for (const city of ["Rome", "Oslo"]) {
    await frameOf(page).getByLabel("City").fill(city);
    const url = page.url();
    await frameOf(page).getByRole("button", { name: "Send" }).click();
    await page.waitForURL((now) => now.href !== url);
  }
  await page.getByText("There are no more of these HITs available.").waitFor();
  const [first, second] = ["Rome", "Oslo"].map((city) => [["A1ANNA", document(["city", city])]]);
  await at.submitted({ assignments: { [hits[0].HITId]: first, [hits[1].HITId]: second } });
});

test("of two workers at once one gets the last assignment", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/task`), { MaxAssignments: 1 });
  const both = [await worker(chrome, at, "A1ANNA"), await worker(chrome, at, "A2BEN")];
  await Promise.all(both.map((page) => page.getByRole("link", { name: hit.Title, exact: true }).click()));
  await Promise.all(both.map((page) => page.getByRole("button", { name: "Accept this HIT" }).click()));
  const none = "There are no more of these HITs available.";
  for (const page of both) await page.locator("#left, h1", { hasText: /Time left|no more of these/ }).first().waitFor();
  const seen = await Promise.all(both.map((page) => page.locator("main").innerText()));
  assert.equal(seen.filter((text) => text.includes(none)).length, 1, seen.join("\n---\n"));
  assert.equal(seen.filter((text) => text.includes("Time left")).length, 1);
  const first = seen.findIndex((text) => text.includes("Time left"));
  await frameOf(both[first]).locator("[name=label]").fill("mine");
  await frameOf(both[first]).getByRole("button", { name: "Send" }).click();
  await both[first].getByText("Your work was submitted.").waitFor();
  await at.submittedWork(hit, [["A1ANNA", "A2BEN"][first], document(["label", "mine"], ["more", ""])]);
});

test("the clock jumps while a worker is at work", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/task`), { MaxAssignments: 1, LifetimeInSeconds: 300 });
  const page = await worker(chrome, at, "A1ANNA");
  await accept(page);
  const left = page.getByRole("timer");
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent === "00:10:00");
  await at.control("POST", "/clock", { advance: "6m" });
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent === "00:04:00");
  await page.getByText("This HIT has expired").waitFor();
  assert.equal(await left.textContent(), "00:04:00");
  await at.control("POST", "/clock", { advance: "4m" });
  await page.getByText("The time for this assignment has run out.").waitFor();
  assert.equal(await page.locator("iframe").count(), 0);
  assert.equal(await left.isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "Return" }).count(), 0);
  assert.deepEqual(page.errors, []);
  await at.submittedWork(hit);
});

test("on a phone, four fifths of the screen belong to the task", async (t) => {
  const at = await inMarket(t);
  await at.hit(external(`${site.url}/task`), { Title: "Say in a few words what the picture of a small town by the river shows" });
  const viewport = { width: 360, height: 740 };
  const page = await worker(chrome, at, "A1ANNA", { viewport, isMobile: true, hasTouch: true });
  await accept(page);
  const { y, width } = await page.locator("iframe").boundingBox();
  assert.ok(y <= viewport.height / 5, `the task begins at ${y}`);
  assert.ok(width >= 0.9 * viewport.width, `the task is ${width} wide`);
  for (const part of [page.getByRole("timer"), page.getByLabel("Auto-accept"), page.getByRole("button", { name: "Return" })]) {
    const box = await part.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= viewport.width && box.y + box.height <= y, JSON.stringify(box));
  }
});

test("work that comes after its deadline is refused, and says so", async (t) => {
  const at = await inMarket(t, "--clock", "2026-01-01T00:00:00Z");
  const hit = await at.hit(external(`${site.url}/task`));
  const page = await worker(chrome, at, "A1ANNA");
  await page.route("**/mturk/clock**", (route) => route.abort());
  await accept(page);
  await frameOf(page).locator("[name=label]").fill("late");
  await at.control("POST", "/clock", { advance: "11m" });
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await frameOf(page).getByText("The time for this assignment has run out.").waitFor();
  await at.submittedWork(hit);
});

test("through the frame alone: work from the frame counts, work from a window of its own does not", async (t) => {
  const at = await inMarket(t, "--submit-through", "frame");
  const hit = await at.hit(external(`${site.url}/task`));
  const popup = await at.hit(external(`${site.url}/popup`), { Title: "In a window" });
  const page = await worker(chrome, at, "A1ANNA");
  await page.getByRole("button", { name: "Accept In a window" }).click();
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByRole("button", { name: "Open" }).click()]);
  await opened.locator("[name=label]").fill("lost");
  await opened.getByRole("button", { name: "Send" }).click();
  await opened.getByText("not in the frame of the HIT").waitFor();
  await at.submittedWork(popup);
  await page.goto(`${at.url}/projects`);
  await page.getByRole("button", { name: "Accept Label a picture" }).click();
  await frameOf(page).locator("[name=label]").fill('k\u00e9pt <"|">');
  await frameOf(page).locator("[name=more]").fill("two\nlines");
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  await at.submittedWork(hit, ["A1ANNA", document(["label", 'k&#233;pt &lt;"|"&gt;'], ["more", "two&#13;\nlines"])]);
});

test("by default work from a window of its own counts too", async (t) => {
  const at = await inMarket(t);
  const hit = await at.hit(external(`${site.url}/popup`));
  const page = await worker(chrome, at, "A1ANNA");
  await accept(page);
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByRole("button", { name: "Open" }).click()]);
  await opened.locator("[name=label]").fill("kept");
  await opened.getByRole("button", { name: "Send" }).click();
  await opened.getByRole("heading", { name: "Submitted" }).waitFor();
  await at.submittedWork(hit, ["A1ANNA", document(["label", "kept"], ["more", ""])]);
  await page.getByText("Your work was submitted.").waitFor();
});

test("a HIT is accepted and returned with the keyboard alone", async (t) => {
  const at = await inMarket(t);
  await at.hit(external(`${site.url}/task`), { Title: "By keyboard" });
  const page = await worker(chrome, at, "A3CARLA");
  const focused = () => page.evaluate(() => {
    const { activeElement: one } = document;
    return (one.ariaLabelledByElements ?? [one]).map((part) => part.textContent.trim()).join(" ");
  });
  const go = async (words) => {
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press("Tab");
      if ((await focused()).includes(words)) return page.keyboard.press("Enter");
    }
    assert.fail(`no way to ${words}`);
  };
  await go("Skip to the content");
  await go("Accept By keyboard");
  await page.getByRole("timer").waitFor();
  await go("Return");
  await page.getByText("You returned the HIT.").waitFor();
});

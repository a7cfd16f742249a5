// Every page as people see it, wide and on a phone, light and dark: pictures for people, and what a browser can check.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, classic, external, frameOf, html, market, picture, requester, worker } from "./market.js";

let chrome, site, at;
before(async () => {
  chrome = await browser();
  site = await requester({ "/task": classic() });
  at = await market();
});
after(async () => {
  await chrome.close();
  await site.stop();
  await at.stop();
});

const LOOKS = {
  wide: { viewport: { width: 1100, height: 760 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1100, height: 760 }, colorScheme: "dark" },
};

/** A market with something on each page; the addresses of the pages. */
async function fill() {
  await at.control("PUT", "/workers/A1ANNA", { Name: "Anna", Locale: { Country: "US", Subdivision: "WA" }, Masters: true });
  await at.control("PUT", "/workers/A2BEN", { Name: "Ben" });
  const label = await at.hit(external(`${site.url}/task`, 300), { MaxAssignments: 5 });
  for (let n = 0; n < 4; n++) await at.hit(external(`${site.url}/task`, 300), { MaxAssignments: 5 });
  await at.control("POST", "/clock", { advance: "2m" });
  const text = "Read a short passage and say in one sentence what it is about; a passage has two or three paragraphs.";
  const read = await at.hit(html("<h1>Read this</h1><p>It was a bright cold day in April.</p>"), { Title: "Summarise a passage", Description: text, Reward: "1.25" });
  await at.control("POST", "/clock", { advance: "2m" });
  await at.hit(html("<p>…</p>"), { Title: "Transcribe a very long recording of a conversation among several people who interrupt each other", Reward: "12.00", AssignmentDurationInSeconds: 86400 });
  for (const [n, deed] of [["1", "ApproveAssignment"], ["2", "RejectAssignment"], ["3", null]]) {
    const hit = await at.hit(html("<p>…</p>"), { Title: `Survey ${n}`, Reward: "0.50" });
    const work = await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1ANNA", Answers: { q: n } });
    if (deed) await at.call(deed, { AssignmentId: work.AssignmentId, RequesterFeedback: deed[0] === "A" ? "Thank you, well done." : "Question 3 was left out." });
  }
  await at.call("NotifyWorkers", { Subject: "New work", MessageText: "There are new pictures.\nThank you for the last ones.", WorkerIds: ["A1ANNA"] });
  const made = await at.call("CreateQualificationType", { Name: "Reads French", Description: "Reads a newspaper in French.", QualificationTypeStatus: "Active" });
  const knows = made.QualificationType.QualificationTypeId;
  const had = await at.call("CreateQualificationType", { Name: "Careful", Description: "Was careful before.", QualificationTypeStatus: "Active" });
  await at.call("AssociateQualificationWithWorker", { QualificationTypeId: had.QualificationType.QualificationTypeId, WorkerId: "A1ANNA", IntegerValue: 95 });
  const wanted = [{ QualificationTypeId: knows, Comparator: "GreaterThan", IntegerValues: [80] }, { QualificationTypeId: "00000000000000000071", Comparator: "EqualTo", LocaleValues: [{ Country: "US" }] }];
  const unmet = await at.hit(html("<p>Bonjour</p>"), { Title: "Correct a translation from French", QualificationRequirements: wanted });
  const held = await at.control("POST", "/workers/A1ANNA/accept", { HITId: label.HITId });
  return {
    start: "/", list: "/projects", none: "/projects?search=nothing+like+this", preview: `/projects/${read.HITGroupId}/tasks`,
    work: `/projects/${label.HITGroupId}/tasks/${label.HITId}?assignment_id=${held.AssignmentId}`,
    queue: "/tasks", dashboard: "/dashboard", qualifications: "/qualifications", qualification: `/qualifications/${knows}`,
    unmet: `/projects/${unmet.HITGroupId}/tasks`, messages: "/messages", day: "/status_details/2026-01-01", workers: "/workers",
    missing: "/no/such/page",
  };
}

test("pages fit, say what they are, and can be read", async (t) => {
  const pages = await fill();
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await worker(chrome, at, "A1ANNA", settings);
    const outside = [];
    page.on("request", (request) => {
      const ours = [at.url, site.url].some((known) => request.url().startsWith(known));
      if (!ours) outside.push(request.url());
    });
    const said = [];
    page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && said.push(message.text()));
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(at.url + path);
      if (name === "work") await frameOf(page).getByText("work of A1ANNA").waitFor();
      await picture(page, `${name}-${look}`);
      const found = await page.evaluate(look_at_page);
      assert.deepEqual(found.problems, [], `${name}, ${look}`);
      assert.equal(await page.locator("h1").count(), 1, `${name} has one heading`);
    }
    assert.deepEqual([outside, said], [[], []], look);
    await page.context().close();
  }
  t.diagnostic("pictures are in artefacts/pictures");
});

/** In the page: too wide, controls without a name, text that is too faint. */
function look_at_page() {
  const problems = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) problems.push(`${wide} pixels too wide`);
  for (const one of document.querySelectorAll("a, button, input:not([type=hidden]), select, iframe")) {
    const named = one.textContent.trim() || one.labels?.length || one.title || one.ariaLabel;
    if (!named) problems.push(`no name: ${one.outerHTML.slice(0, 80)}`);
  }
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = text;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !one.checkVisibility() || one.closest(":disabled")) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${one.textContent.trim().slice(0, 40)}`);
  }
  return { problems };
}

test("a HIT is accepted and returned with the keyboard alone", async () => {
  const page = await worker(chrome, at, "A3CARLA");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  const go = async (words) => {
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press("Tab");
      if ((await focused()).includes(words)) return page.keyboard.press("Enter");
    }
    assert.fail(`no way to ${words}`);
  };
  await go("Skip to the content");
  await go("Accept Label a picture");
  await page.getByRole("timer").waitFor();
  await go("Return");
  await page.getByText("You returned the HIT.").waitFor();
});

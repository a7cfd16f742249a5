// The worker's site in a browser: every page can be read and has the same width; from a submission to what was handed in.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { accepted, begun, browser, form, frameOf, html, market, picture, worker } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HTML = `<!doctype html><html lang="en"><head><title>Task</title></head><body><main><h1>Task</h1>
  <form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId" id="a">
  <label>Label <input name="label"></label><button>Send</button></form></main>
  <script>document.getElementById("a").value = new URLSearchParams(location.search).get("assignmentId");</script></body></html>`;
const QUESTION = form("<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>Which colour?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>");

const LOOKS = {
  wide: { viewport: { width: 1700, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

const [chrome, at] = await begun(browser(), market());

/** What axe-core finds in the page itself, the order of headings too, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const options = { resultTypes: ["violations"], iframes: false, rules: { "heading-order": { enabled: true } } };
  const found = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

test("right after a submission a worker sees what was handed in", async () => {
  const hit = await at.hit(html(HTML), { Title: "Handed in" });
  const page = await worker(chrome, at, "A1SEES");
  await accepted(page, at, hit);
  await frameOf(page).getByLabel("Label").fill("<b>cat</b>");
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  await page.getByRole("link", { name: "See what you handed in" }).click();
  await page.getByRole("heading", { name: "What you handed in" }).waitFor();
  await page.getByText("<b>cat</b>").waitFor();
  await page.getByRole("link", { name: "Your dashboard" }).click();
  await page.getByRole("link", { name: "2026-01-01" }).click();
  await page.getByRole("link", { name: "What you handed in" }).click();
  await page.getByText("<b>cat</b>").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("the environment of a program is copied with a click", async () => {
  const page = await worker(chrome, at, "A1COPY", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(at.url);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, new RegExp(`^export AWS_ENDPOINT_URL_MTURK=${at.url}\nexport AWS_DEFAULT_REGION=`));
  await page.context().close();
});

test("every page of it fits, can be read, is as wide as the others, and has no fault that axe-core knows", async (t) => {
  const full = await market();
  t.after(() => full.stop());
  const empty = await market();
  t.after(() => empty.stop());
  const hit = await full.hit(html(HTML));
  await full.control("POST", "/clock", { advance: "5m" });
  const newer = await full.hit(html(HTML));
  const asked = await full.hit(QUESTION, { Title: "A form", MaxAssignments: 1,
    QualificationRequirements: [{ QualificationTypeId: "00000000000000000040", Comparator: "GreaterThan", IntegerValues: [5] }] });
  const { AssignmentId } = await full.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1ANNA", Answers: { label: "cat" } });
  await full.control("POST", "/workers/A1ANNA/accept", { HITId: newer.HITId });
  await full.call("NotifyWorkers", { Subject: "Hello", MessageText: "More to come", WorkerIds: ["A1ANNA"] });
  const [group, closed] = [await full.group(hit), await full.group(asked)];
  const pages = ["/", "/projects", "/projects?submitted=1&assignment=" + AssignmentId, "/projects?search=nothing", `/projects/${group}/tasks`,
    `/projects/${closed}/tasks`, `/submitted/${AssignmentId}`, "/submitted/3NONE", "/tasks", "/dashboard", "/status_details/2026-01-01",
    "/qualifications", "/qualifications/00000000000000000040", "/messages", "/workers"];
  const bare = ["/", "/projects", "/tasks", "/dashboard", "/status_details/2026-01-01", "/qualifications", "/messages", "/workers"];
  const found = [];
  for (const [look, settings] of Object.entries(LOOKS)) {
    for (const [of, name, paths] of [[full, "full", pages], [empty, "empty", bare]]) {
      const page = await worker(chrome, of, "A1ANNA", settings);
      const begins = new Set();
      for (const path of paths) {
        await page.goto(of.url + path);
        found.push(...(await problems(page)).map((problem) => `${look} ${name} ${path}: ${problem}`));
        if (!path.includes("NONE")) begins.add(await page.evaluate(() => Math.round(document.querySelector("h1").getBoundingClientRect().left)));
      }
      if (begins.size !== 1) found.push(`${look} ${name}: pages begin at ${[...begins]}`);
      await page.goto(of.url);
      await picture(page, `start-${name}-${look}`);
      await page.context().close();
    }
  }
  assert.deepEqual(found, []);
});

// The requester's desk in a browser: from choosing a requester to the end of a HIT; seen wide, on a phone and in the dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { begun, browser, external, form, html, market, picture } from "./market.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = "/requester/";
const HOSTILE = `</h1><script>document.title="taken"</script><img src=x onerror="document.title='taken'">${"W".repeat(35)}`;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  night: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
};

const [chrome, at] = await begun(browser(), market());

/** A window on a page of a market's desk; what goes wrong in it is in `errors`. */
async function opened(of, address = DESK, settings = LOOKS.wide) {
  const context = await chrome.newContext(settings);
  await context.route((to) => to.hostname.endsWith(".example"), (route) => route.fulfill({ contentType: "text/html", body: "<title>t</title><p lang=en>The requester's own page</p>" }));
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.goto(of.url + address);
  return page;
}

/** What axe-core finds in the page itself, and how much too wide the page is. */
async function problems(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], iframes: false }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

test("by clicks from the start page to the end of a HIT", async () => {
  const hit = await at.hit(external("https://requester.example/task"), { RequesterAnnotation: "first run" });
  await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1ANNA", Answers: { label: "cat" } });
  const page = await opened(at, "/");
  await page.getByRole("link", { name: "Your HITs" }).click();
  await page.getByRole("heading", { name: "Which requester are you?" }).waitFor();
  await page.getByRole("button", { name: /^test/ }).click();
  await page.getByRole("heading", { name: "Your HITs" }).waitFor();
  await page.getByText("1 submitted").waitFor();
  await page.getByText("first run").waitFor();
  await page.getByRole("link", { name: "Label a picture" }).click();
  await page.frameLocator("#task").getByText("The requester's own page").waitFor();
  await page.getByLabel("More assignments").fill("9");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("That was not done.").waitFor();
  assert.equal(await page.getByLabel("More assignments").inputValue(), "9");
  await page.getByLabel("More assignments").fill("2");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("The HIT has more assignments now.").waitFor();
  await page.getByRole("button", { name: "Expire now" }).click();
  await page.getByText("The HIT has expired.").waitFor();
  assert.equal((await at.call("GetHIT", { HITId: hit.HITId })).HIT.HITStatus, "Reviewable");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Which requester are you?" }).waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("409")), []);
  await page.context().close();
});

test("by keyboard alone, and without scripts", async () => {
  const hit = await at.hit(external("https://requester.example/task"), { Title: "By keyboard" });
  const page = await opened(at, DESK, { ...LOOKS.wide, javaScriptEnabled: false });
  await page.getByLabel("Access key").focus();
  await page.keyboard.type("test");
  await page.keyboard.press("Enter");
  await page.getByLabel("Title, annotation or HIT id").focus();
  await page.keyboard.type("keyboard");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "By keyboard" }).press("Enter");
  await page.getByLabel("Extend by").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("2");
  await page.keyboard.press("Enter");
  await page.getByText("The HIT lasts longer now.").waitFor();
  await page.getByRole("button", { name: "Expire now" }).press("Enter");
  await page.getByText("The HIT has expired.").waitFor();
  await page.getByText("Delete it").press("Enter");
  await page.getByRole("button", { name: "Delete this HIT" }).press("Enter");
  await page.getByText("The HIT was deleted.").waitFor();
  assert.equal((await at.call("GetHIT", { HITId: hit.HITId })).HIT.HITStatus, "Disposed");
  await page.context().close();
});

test("in strict mode a secret is asked for, and one's own things are shown", async (t) => {
  const strict = await market("--auth", "strict", "--credential", "KNOWN:hush", "--admin-token", "admin");
  t.after(() => strict.stop());
  const page = await opened(strict);
  await page.getByLabel("Access key", { exact: true }).fill("KNOWN");
  await page.getByLabel("Secret access key").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("There is no requester with that access key and secret.").waitFor();
  assert.deepEqual(await problems(page), []);
  await picture(page, "desk-sign-in");
  await page.getByLabel("Secret access key").fill("hush");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "You have no HITs yet" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in as a requester" }).waitFor();
  // Who holds the admin token chooses.
  await page.getByRole("link", { name: "sign in to the console" }).click();
  await page.getByLabel("Admin token").fill("admin");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.goto(strict.url + DESK);
  await page.getByRole("link", { name: "Choose another requester" }).click();
  await page.getByRole("button", { name: /^KNOWN/ }).click();
  await page.getByRole("heading", { name: "You have no HITs yet" }).waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("403")), []);
  await page.context().close();
});

test("a HIT's own page can reach nothing of the desk", async () => {
  const attack = `<!doctype html><html><head><title>t</title></head><body><p>Here</p><script>
    try { parent.document.title = "taken"; } catch { document.body.append("shut "); }
    fetch("${at.url}/requester/hits").then((answer) => answer.text()).then((text) => document.body.append("read " + text.length), () => document.body.append("out"));
  </script></body></html>`;
  const hit = await at.hit(html(attack), { Title: HOSTILE });
  const page = await opened(at);
  await page.getByRole("button", { name: /^test/ }).click();
  await page.goto(`${at.url}/requester/hits/${hit.HITId}`);
  await page.frameLocator("#task").getByText("shut out").waitFor();
  assert.notEqual(await page.title(), "taken");
  await page.context().close();
});

test("counts of a HIT and new HITs appear without a reload", async () => {
  const hit = await at.hit(external("https://requester.example/task"), { Title: "Live", MaxAssignments: 1 });
  const list = await opened(at);
  await list.getByRole("button", { name: /^test/ }).click();
  const one = await list.context().newPage();
  await one.goto(`${at.url}/requester/hits/${hit.HITId}`);
  for (const page of [list, one]) await page.getByText("Changes appear here by themselves.").waitFor();
  await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: "A1ANNA", Answers: { label: "cat" } });
  const row = list.locator("li.hit", { hasText: "Live" });
  await row.getByText("1 submitted").waitFor();
  await row.locator(".tag", { hasText: "Reviewable" }).waitFor();
  await one.getByText("1 submitted").waitFor();
  await one.locator("#events").getByText("AssignmentSubmitted").waitFor();
  await at.hit(external("https://requester.example/task"), { Title: "Made meanwhile" });
  await list.getByText("1 new HIT:").waitFor();
  await list.getByRole("link", { name: "show them" }).click();
  await list.getByRole("link", { name: "Made meanwhile" }).waitFor();
  // Another tab of the same browser signs out.
  await list.getByText("Changes appear here by themselves.").waitFor();
  await one.getByRole("button", { name: "Sign out" }).click();
  await list.getByText("this browser signed out").waitFor();
  assert.deepEqual(list.errors, []);
  await list.context().close();
});

test("every page of it fits, can be read, and has no fault that axe-core knows", async (t) => {
  const full = await market();
  t.after(() => full.stop());
  const hit = await full.hit(external("https://requester.example/task"), { MaxAssignments: 9, RequesterAnnotation: "BatchId:7;OriginalHitTemplateId:921;" });
  for (const [number, WorkerId] of ["A1ANNA", "A1BERT", "A1CARL", "A1DORA"].entries()) {
    const { AssignmentId } = await full.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId, Answers: { label: "cat" } });
    if (number === 0) await full.call("ApproveAssignment", { AssignmentId });
    if (number === 1) await full.call("RejectAssignment", { AssignmentId, RequesterFeedback: "No" });
  }
  await full.control("POST", "/workers/A1EMIL/accept", { HITId: hit.HITId });
  const question = form("<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>Which colour is it?</Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question>");
  const asked = await full.hit(question, { Title: HOSTILE, Description: HOSTILE, RequesterAnnotation: HOSTILE, LifetimeInSeconds: 3600,
    QualificationRequirements: [{ QualificationTypeId: "00000000000000000071", Comparator: "In", LocaleValues: [{ Country: "US" }, { Country: "DE" }] }] });
  const done = await full.hit(external("https://requester.example/task"), { Title: "Over", LifetimeInSeconds: 60 });
  await full.control("POST", "/clock", { advance: "5m" });
  const found = [];
  const check = async (page, name) => {
    await picture(page, name);
    found.push(...(await problems(page)).map((problem) => `${name}: ${problem}`));
    found.push(...page.errors.splice(0).map((error) => `${name}: ${error}`));
  };
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(full, DESK, settings);
    await check(page, `desk-choose-${look}`);
    await page.getByRole("button", { name: /^test/ }).click();
    await page.getByText("1 in work").waitFor();
    await check(page, `desk-hits-${look}`);
    await page.goto(`${full.url}/requester/hits?search=nothing`);
    await check(page, `desk-none-${look}`);
    for (const [name, id] of [["external", hit.HITId], ["form", asked.HITId], ["over", done.HITId]]) {
      await page.goto(`${full.url}/requester/hits/${id}`);
      await check(page, `desk-hit-${name}-${look}`);
    }
    await page.getByText("Delete it").click();
    await page.getByRole("button", { name: "Delete this HIT" }).waitFor();
    await page.goto(`${full.url}/requester/hits/${hit.HITId}`);
    await page.getByText("Delete it").click();
    await page.getByRole("button", { name: "Delete this HIT" }).click();
    await page.getByText("That was not done.").waitFor();
    page.errors.length = 0;
    await check(page, `desk-refused-${look}`);
    await page.goto(`${full.url}/requester/hits/3NOBODY`);
    page.errors.length = 0;
    await check(page, `desk-missing-${look}`);
    await page.goto(`${full.url}/requester/choose`);
    await page.getByLabel("Access key").fill("NEW");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "You have no HITs yet" }).waitFor();
    await check(page, `desk-empty-${look}`);
    await page.context().close();
  }
  assert.deepEqual(found, []);
});

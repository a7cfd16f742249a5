// The console in a browser: calls as they come, what opens, what the forms do; seen wide, on a phone and in the dark.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { PICTURES, ROOT, begun, browser, external, market, picture } from "./market.js";
import { smaller } from "./smaller.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CONSOLE = "/requester/console";
const HOSTILE = `</pre><script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">${"W".repeat(300)}\r\n"'`;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  night: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
};

const [chrome, at] = await begun(browser(), market());

/** A window on a page of a market's console; what goes wrong in it is in `errors`. */
async function opened(of, address = "", settings = LOOKS.wide) {
  const context = await chrome.newContext(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.goto(of.url + CONSOLE + address);
  return page;
}

const refused = (of, operation, body) => assert.rejects(of.call(operation, body));
const row = (page, operation) => page.locator(".call", { hasText: operation });

/** What axe-core finds, and how much too wide the page is. */
async function problems(page) {
  // The page's policy lets no script of others in; the test's comes by the debugger.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
  return [...violations, ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}

test("calls appear as they are answered, open in place, and wait while it is paused", async () => {
  const page = await opened(at);
  await at.hit(external("https://requester.example/task"));
  await row(page, "CreateHIT").first().waitFor();
  assert.equal(await page.locator("#no-calls").isVisible(), false);
  await refused(at, "GetHIT", { HITId: HOSTILE });
  const failed = row(page, "GetHIT").first();
  await failed.waitFor();
  // By keyboard alone.
  await failed.locator("summary").focus();
  await page.keyboard.press("Enter");
  await failed.locator("article").getByText("Refused by the rule").waitFor();
  assert.equal(await page.title(), "Console · mturk-local");
  await page.getByRole("button", { name: "Pause" }).click();
  await at.call("GetAccountBalance", {});
  await page.getByText("Paused").waitFor();
  assert.equal(await row(page, "GetAccountBalance").count(), 0);
  await page.getByRole("button", { name: "Pause" }).click();
  await row(page, "GetAccountBalance").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("a filter holds for calls that come later", async () => {
  const page = await opened(at, "?error=any");
  await at.call("ListHITs", {});
  await refused(at, "GetAssignment", { AssignmentId: "3NONE" });
  await row(page, "GetAssignment").first().waitFor();
  assert.equal(await row(page, "ListHITs").count(), 0);
  await page.getByRole("link", { name: /GetHIT/ }).click();
  await page.waitForURL(/error=[^&]+&operation=GetHIT/);
  assert.equal(await page.locator("#operation").inputValue(), "GetHIT");
  assert.equal(await page.locator(".call").count(), 1);
  await page.context().close();
});

test("the charts and the clock move by themselves", async () => {
  const page = await opened(at);
  const before = await page.locator("#traffic desc").textContent();
  await at.call("ListBonusPayments", { HITId: (await at.call("ListHITs", {})).HITs[0].HITId });
  await page.waitForFunction((old) => document.querySelector("#traffic desc").textContent !== old, before);
  await at.control("POST", "/clock", { advance: "1d" });
  await page.waitForFunction(() => document.getElementById("console-clock").textContent.startsWith("2026-01-02"));
  await page.context().close();
});

test("without scripts everything can be done", async () => {
  const page = await opened(at, "", { ...LOOKS.wide, javaScriptEnabled: false });
  await page.getByLabel("Keep the market as").fill("before");
  await page.getByRole("button", { name: "Keep", exact: true }).press("Enter");
  await page.getByText("The market was kept as a snapshot.").waitFor();
  await page.getByLabel("Advance by").fill("30d");
  await page.getByRole("button", { name: "Advance" }).press("Enter");
  await page.getByText("fall", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Move it" }).press("Enter");
  await page.getByText("The clock was moved").waitFor();
  await page.getByRole("button", { name: "Restore before" }).press("Enter");
  await page.getByText("replaces everything").waitFor();
  await page.getByRole("button", { name: "Restore it" }).press("Enter");
  await page.getByText("The snapshot is in place of the market.").waitFor();
  await page.getByText("Add a rule").press("Enter");
  await page.getByLabel("Error", { exact: true }).last().fill("Odd");
  await page.getByRole("button", { name: "Add the rule" }).press("Enter");
  await page.getByText("That was not done.").waitFor();
  assert.equal(await page.locator("input#Error").inputValue(), "Odd");
  await page.locator("input#Error").fill("ThrottlingException");
  await page.getByRole("button", { name: "Add the rule" }).press("Enter");
  await page.getByText("The rule was added.").waitFor();
  await refused(at, "ListHITs", {});
  await page.goto(at.url + CONSOLE);
  await page.locator(".call summary").first().press("Enter");
  await page.getByRole("link", { name: /Open call/ }).first().press("Enter");
  await page.getByRole("heading", { name: /Call \d+: ListHITs/ }).waitFor();
  await page.getByText("Refused by the rule: Fault").waitFor();
  await page.context().close();
  await at.control("DELETE", "/faults");
});

test("robots and webhooks are added, seen and removed", async (t) => {
  const own = await market("--allow-outbound", "127.0.0.1:9");
  t.after(() => own.stop());
  await own.hit(external("https://requester.example/task"));
  const page = await opened(own);
  await page.getByText("Add robots").press("Enter");
  await page.getByLabel("Name of the crowd").fill("evening");
  await page.getByLabel("Workers", { exact: true }).fill("0");
  await page.getByLabel("Other members").fill('"Return": 0.5');
  await page.getByRole("button", { name: "Add the robots" }).click();
  await page.getByText("must be between 1 and 100000").waitFor();
  assert.equal(await page.getByLabel("Other members").inputValue(), '"Return": 0.5');
  await page.getByLabel("Workers", { exact: true }).fill("2");
  await page.getByRole("button", { name: "Add the robots" }).click();
  await page.getByText("The robots were added.").waitFor();
  await own.control("POST", "/clock", { advance: "1s" });
  await page.goto(own.url + CONSOLE);
  const robots = page.getByRole("region", { name: "Robots" });
  await robots.getByText("Accepted 2 · submitted 0").waitFor();
  await robots.getByText("Next step at").waitFor();
  await robots.getByRole("button", { name: "Remove evening" }).click();
  await page.getByText("The crowd was removed.").waitFor();
  await own.control("POST", "/robots", [{ Workers: 1 }, { Workers: 2 }]);
  await page.goto(own.url + CONSOLE);
  await page.getByRole("button", { name: "Remove all robots" }).click();
  await page.getByRole("button", { name: "Remove them" }).click();
  await page.getByText("All robots were removed.").waitFor();

  await page.getByText("Add a webhook").press("Enter");
  await page.getByLabel("URL").fill("http://127.0.0.1:9/hook");
  await page.getByLabel("HITCreated").check();
  await page.getByRole("button", { name: "Add the webhook" }).click();
  await page.getByText(/whsec_/).waitFor();
  await own.hit(external("https://requester.example/other"));
  const webhooks = page.getByRole("region", { name: "Webhooks" });
  while ((await own.control("GET", "/webhooks")).Webhooks[0].Failures === undefined);
  await page.goto(own.url + CONSOLE);
  assert.equal(await page.getByText(/whsec_/).count(), 0);
  await webhooks.getByText(/attempts? failed/).waitFor();
  await webhooks.getByRole("button", { name: "Retry http://127.0.0.1:9/hook" }).click();
  await page.getByText("The webhook is tried again now.").waitFor();
  await webhooks.getByRole("button", { name: "Remove http://127.0.0.1:9/hook" }).click();
  await page.getByText("The webhook was removed.").waitFor();
  assert.deepEqual(page.errors.filter((error) => !error.includes("400")), []);
  await page.context().close();
});

test("with an admin token a browser signs in once", async (t) => {
  const shut = await market("--admin-token", "hush");
  t.after(() => shut.stop());
  const page = await opened(shut, "?error=any");
  await page.getByLabel("Admin token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("That is not the admin token.").waitFor();
  assert.deepEqual(await problems(page), []);
  await picture(page, "console-sign-in");
  page.errors.length = 0;
  await page.getByLabel("Admin token").fill("hush");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/console\?error=any$/);
  await page.getByRole("button", { name: "Freeze it" }).or(page.getByRole("button", { name: "Let it run" })).click();
  await page.getByRole("status").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(shut.url + CONSOLE);
  await page.getByLabel("Admin token").waitFor();
  assert.deepEqual(page.errors, []);
  await page.context().close();
});

test("every page of it fits, can be read, and has no fault that axe-core knows", async (t) => {
  const full = await market();
  t.after(() => full.stop());
  const made = [];
  for (const [n, Title] of ["Label a picture", "Transcribe a receipt", "Rate a page"].entries()) {
    made.push(await full.hit(external(`https://requester.example/${n}`), { Title }));
  }
  for (const WorkerId of ["A1ANNA", "A1BERT"]) {
    await full.control("POST", `/hits/${made[0].HITId}/submissions`, { WorkerId, Answers: { label: "cat" } });
  }
  await full.call("ListAssignmentsForHIT", { HITId: made[0].HITId });
  await full.control("POST", "/faults", { Operation: "SendBonus", Error: "ThrottlingException", Times: 2 });
  await full.control("POST", "/robots", { Name: "W".repeat(100), Workers: 2, HITs: { Title: "Rate a page".repeat(10) } });
  await full.control("POST", "/robots", { Name: "far", Answers: { "*": { Http: "http://far.example/" } } });
  await full.control("POST", "/webhooks", { Url: `http://far.example/${"W".repeat(300)}`, Events: ["AssignmentSubmitted", "HITReviewable"] });
  await full.control("POST", "/snapshots/loaded");
  await refused(full, "SendBonus", { WorkerId: "A1ANNA", AssignmentId: "3NONE", BonusAmount: "0.10", Reason: "Good", UniqueRequestToken: "1" });
  await refused(full, "ListHITs", { MaxResults: 101 });
  await refused(full, "GetHIT", { HITId: "3NOBODY" });
  await full.call("GetAccountBalance", {});
  const found = [];
  const check = async (page, name) => {
    await picture(page, name);
    found.push(...(await problems(page)).map((problem) => `${name}: ${problem}`));
    found.push(...page.errors.splice(0).map((error) => `${name}: ${error}`));
  };
  const hostile = async () => {
    await refused(full, "CreateHIT", { Title: HOSTILE, Description: HOSTILE.repeat(20) });
    return (await full.control("GET", "/requests")).Requests.at(-1).Number;
  };
  let last = 0;
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(full, "", settings);
    await row(page, "GetHIT").first().locator("summary").click();
    await page.locator("article h2").first().waitFor();
    await check(page, `console-${look}`);
    if (look === "wide") {
      const kept = smaller(await page.screenshot({ path: path.join(PICTURES, "console.png") }));
      assert.ok(kept.length < 150_000);
      // With MTURK_LOCAL_UPDATE the picture of the book is this one.
      if (process.env.MTURK_LOCAL_UPDATE) writeFileSync(path.join(ROOT, "docs/src/console.png"), kept);
    }
    await page.context().close();
  }
  last = await hostile();
  for (const [look, settings] of Object.entries(LOOKS)) {
    const page = await opened(full, `/calls/${last}`, settings);
    await check(page, `console-call-${look}`);
    assert.match(await page.title(), /^Call \d+/);
    await page.goto(full.url + CONSOLE);
    await page.getByText("Add a rule").click();
    await page.locator("input#Error").fill(HOSTILE.replace(/[\r\n]/g, ""));
    await page.getByRole("button", { name: "Add the rule" }).click();
    await page.getByText("That was not done.").waitFor();
    page.errors.length = 0;
    await check(page, `console-refused-${look}`);
    await page.goto(full.url + CONSOLE);
    await page.getByLabel("Advance by").fill("30d");
    await page.getByRole("button", { name: "Advance" }).click();
    await page.getByRole("heading", { name: "Move the clock?" }).waitFor();
    await check(page, `console-question-${look}`);
    await page.goto(full.url + CONSOLE);
    await page.getByText("Add robots").click();
    await page.getByText("Add a webhook").click();
    await page.getByLabel("URL").fill("http://far.example/");
    await page.getByRole("button", { name: "Add the webhook" }).click();
    await page.getByText(/whsec_/).waitFor();
    await page.getByText("Add robots").click();
    await page.getByText("Add a webhook").click();
    await check(page, `console-webhook-${look}`);
    await page.context().close();
  }
  assert.deepEqual(found, []);
});

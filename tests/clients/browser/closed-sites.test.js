// HTML of a HIT whose scripts send work to the closed service's sites, at addresses that they put together: it arrives here.
// Where it cannot, the page says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pages } from "./crowd.js";
import { accepted, begun, browser, document, external, frameOf, html, market, worker } from "./market.js";

const [chrome, at] = await begun(browser(), market());
const [pages] = await begun(Pages.begin(chrome, at));

const DONE = document(["label", "done"]);

/** HTML with a form whose action is missing, a button besides, and a script that knows where the closed service took work. */
const page = (script, { form = "", head = "" } = {}) => `<!doctype html><title>t</title>${head}
  <form method="post" ${form}><input type="hidden" name="assignmentId"><input name="label" value="done" aria-label="Label">
  <button id="send">Send</button></form><button type="button" id="other">Other</button><p id="told"></p>
  <script>
  const there = ["https:/", ["www", "mturk", "com"].join("."), "mturk", "externalSubmit"].join("/");
  const task = document.forms[0], other = document.getElementById("other"), told = document.getElementById("told");
  const id = task.assignmentId.value = new URLSearchParams(location.search).get("assignmentId");
  const query = "?assignmentId=" + id + "&label=done";
  ${script}</script>`;

let count = 0;
/** The page of a worker who does this HTML. */
async function atWork(content) {
  const hit = await at.hit(html(content), { Title: `Task ${count += 1}` });
  const page = await worker(chrome, at, "A1ANNA");
  await accepted(page, at, hit);
  page.hit = hit;
  return page;
}
const click = (page, name) => frameOf(page).getByRole("button", { name, exact: true }).click();

/** Fails unless exactly this was handed in. */
async function arrived(page, ...works) {
  await at.submittedWork(page.hit, ...works.map((work) => ["A1ANNA", work]));
  await page.context().close();
}

const FORMS = {
  "an action that a script sets": ["task.action = there", "Send"],
  "an action that a script sets at the last moment": ["task.onsubmit = () => { task.action = there }", "Send"],
  "an action set in a listener that stops the event": [
    "task.addEventListener('submit', (e) => e.stopPropagation()); task.setAttribute('action', there)", "Send"],
  "a form that a script submits": ["other.onclick = () => { task.action = there; task.submit() }", "Other"],
  "a form whose field is called submit": [
    "task.insertAdjacentHTML('beforeend', '<input type=hidden name=submit disabled>'); task.action = there;" +
    "other.onclick = () => HTMLFormElement.prototype.submit.call(task)", "Other"],
  "a form that a script makes": [`other.onclick = () => {
    document.body.insertAdjacentHTML("beforeend", '<form method="post" action="' + there + '"></form>');
    document.forms[1].append(...task.querySelectorAll("input")); document.forms[1].submit() }`, "Other"],
  "the action of a button": ["document.getElementById('send').formAction = there", "Send"],
  "a form for the whole window": ["task.action = there", "Send", { form: 'target="_top"' }],
  "a form for the page around it": ["task.action = there", "Send", { head: '<base target="_parent">' }],
  "a button for the whole window": [
    "task.action = there; document.getElementById('send').setAttribute('formtarget', '_TOP')", "Send"],
  "a form of old for the whole window": ["", "Send",
    { form: 'target="_top" action="https://workersandbox.mturk.com/mturk/externalSubmit"' }],
  "a link": [`document.body.insertAdjacentHTML("beforeend", '<a target="_top" href="' + there + query.replace("&", "&amp;") + '">Go</a>');
    other.onclick = () => document.querySelector("a").click()`, "Other"],
  "a window in place of the page around it": ["other.onclick = () => open(there + query, '_top')", "Other"],
  "a page that replaces what it calls": [`Element.prototype.setAttribute = Element.prototype.getAttribute = () => { throw 0 };
    window.URL = Reflect.apply = null; task.action = there`, "Send", { form: 'target="_top"' }],
};
for (const [name, [script, button, more]] of Object.entries(FORMS)) {
  test(`submitted by ${name}`, async () => {
    const worker = await atWork(page(script, more));
    await click(worker, button);
    await worker.getByText("Your work was submitted.").waitFor();
    assert.deepEqual(worker.errors, []);
    await arrived(worker, DONE);
  });
}

const BODY = "new URLSearchParams({ assignmentId: id, label: 'done' })";
const CALLS = {
  fetch: `fetch(there, { method: "POST", mode: "no-cors", body: ${BODY} }).then(() => { told.textContent = "sent" })`,
  "fetch of a request": `fetch(new Request(new URL(there), { method: "POST", mode: "no-cors", body: ${BODY} }))
    .then(() => { told.textContent = "sent" })`,
  XMLHttpRequest: `const x = new XMLHttpRequest(); x.open("POST", there); x.onloadend = () => { told.textContent = "sent" };
    x.send(${BODY})`,
  sendBeacon: `told.textContent = navigator.sendBeacon(there, ${BODY}) ? "sent" : "refused"`,
};
for (const [name, call] of Object.entries(CALLS)) {
  test(`sent by ${name}`, async () => {
    const worker = await atWork(page(`other.onclick = () => { ${call} }`));
    await click(worker, "Other");
    await frameOf(worker).getByText("sent").waitFor();
    await arrived(worker, DONE);
  });
}

test("a window of its own hands in, too", async () => {
  const worker = await atWork(page("other.onclick = () => open(there + query)"));
  const [opened] = await Promise.all([worker.context().waitForEvent("page"), click(worker, "Other")]);
  await opened.getByRole("heading", { name: "Submitted" }).waitFor();
  await arrived(worker, DONE);
});

test("where a page has an origin, a script may set its location", async () => {
  const tab = await pages.open(`<script src="/assets/closed-sites.js" data-submit-to="${pages.origin}"></script>
    <button>Go</button><script>document.querySelector("button").onclick = () => {
      location.href = ["https:/", ["www", "mturk", "com"].join("."), "mturk", "externalSubmit?assignmentId=3A&label=done"].join("/");
    };</script>`);
  await tab.getByRole("button", { name: "Go" }).click();
  await tab.waitForURL(`${pages.origin}/mturk/externalSubmit?assignmentId=3A&label=done`);
  assert.deepEqual(tab.errors, []);
});

const LOST = {
  "a form for another host": ["task.action = 'https://elsewhere.example/take'", "Send",
    /Nothing was submitted: a script of this page sends its form to https:\/\/elsewhere\.example/],
  "a form for another page of the closed site": ["task.action = there.replace('externalSubmit', 'accept')", "Send",
    /Nothing was submitted: a script of this page sends its form to https:\/\/www\.mturk\.com/],
  "a form for the whole window, elsewhere": ["task.action = '/tasks'; task.target = '_top'", "Send",
    /This page wants to replace the page around it/],
  "a link for the whole window": ["other.outerHTML = '<a target=_top href=/tasks role=button>Other</a>'", "Other",
    /This page wants to replace the page around it/],
  "a script that replaces the whole window": ["other.onclick = () => { top.location.href = there + query }", "Other",
    /A script of this page wants to replace the page around it/],
};
for (const [name, [script, button, said]] of Object.entries(LOST)) {
  test(`told, since it cannot be sent: ${name}`, async () => {
    const worker = await atWork(page(script));
    await click(worker, button);
    await frameOf(worker).getByRole("alert").filter({ hasText: said }).waitFor();
    assert.match(worker.url(), /assignment_id=/);
    await arrived(worker);
  });
}

test("what is no work for the closed site goes where the page says", async () => {
  const worker = await atWork(page(`
    task.action = "https://www.mturk.com/";
    task.onsubmit = (e) => { e.preventDefault(); told.textContent = task.action };
    other.onclick = () => task.requestSubmit()`));
  await click(worker, "Other");
  await frameOf(worker).getByText(/https:\/\/www\.mturk\.com\/$/).waitFor();
  assert.equal(await frameOf(worker).getByRole("alert").count(), 0);
  await arrived(worker);
});

test("of a page on another site that posts to the closed one the strip tells", async () => {
  const hit = await at.hit(external("http://localhost:9/task"), { Title: "Elsewhere" });
  const page = await worker(chrome, at, "A1ANNA");
  await accepted(page, at, hit);
  await page.locator("#strip summary").click();
  await page.getByText(/posts to www\.mturk\.com gets lost/).waitFor();
  await page.context().close();
});

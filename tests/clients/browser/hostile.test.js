// HTML that came with a HIT tries to get out of its frame, and gets nowhere.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, document, frameOf, html, market, worker } from "./market.js";

let chrome;
before(async () => (chrome = await browser()));
after(() => chrome.close());

/** A task page with this script in its HIT, and what the script told. */
async function at(t, script) {
  const on = await market();
  t.after(() => on.stop());
  const content = `<p id="told">…</p><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
    <input type="hidden" name="assignmentId"><input name="label" value="done"><button>Send</button></form>
    <script>
    const told = (text) => document.getElementById('told').textContent = text;
    const here = new URLSearchParams(location.search);
    document.forms[0].assignmentId.value = here.get('assignmentId');
    const tried = (deed) => { try { return String(deed()) } catch (e) { return e.name } };
    ${script}</script>`;
  const hit = await on.hit(html(content));
  const page = await worker(chrome, on, "A1ANNA");
  await page.getByRole("button", { name: /^Accept/ }).click();
  await page.locator("iframe#task").waitFor();
  return { on, hit, page, told: frameOf(page).locator("#told") };
}

test("the page around it, its cookies and its storage are out of reach", async (t) => {
  const { told } = await at(t, `told([
    tried(() => parent.document.title), tried(() => top.location.href), tried(() => document.cookie),
    tried(() => localStorage.length), tried(() => origin),
    tried(() => parent.frames[0] === window), tried(() => parent.next)].join(' '))`);
  await assert.doesNotReject(told.filter({ hasText: "SecurityError" }).waitFor());
  const [title, href, cookie, storage, origin, , next] = (await told.textContent()).split(" ");
  assert.deepEqual([title, href, cookie, storage, origin, next],
    ["SecurityError", "SecurityError", "SecurityError", "SecurityError", "null", "SecurityError"]);
});

test("it cannot leave its frame", async (t) => {
  const { page, told } = await at(t, `
    told([tried(() => { top.location = 'https://evil.example/' }), tried(() => { top.location.replace('about:blank') })].join(' '));
    const a = document.createElement('a'); a.href = 'about:blank#out'; a.target = '_top'; document.body.append(a); a.click();
    const f = document.createElement('form'); f.action = '/tasks'; f.target = '_top'; document.body.append(f); f.submit();`);
  await told.filter({ hasText: "SecurityError SecurityError" }).waitFor();
  assert.match(page.url(), /\/projects\/.*assignment_id=/);
  await page.getByRole("timer").waitFor();
});

test("the control API and the worker's pages give it nothing", async (t) => {
  const { on, hit, page, told } = await at(t, `
    const ask = (path, more) => fetch(path, more).then((a) => a.text()).then((x) => 'read', (e) => e.name);
    const post = { method: 'POST', body: '{"empty":true}', headers: { 'content-type': 'text/plain' } };
    const blind = (path, more) => fetch(path, { mode: 'no-cors', credentials: 'include', ...more }).then((a) => a.type, (e) => e.name);
    Promise.all([ask('/_mturk/world'), ask('/_mturk/clock'), ask('/tasks?format=json'), ask('/dashboard?format=json'),
      ask('/_mturk/reset', post), blind('/_mturk/reset', post), blind('/workers', { method: 'POST', body: new URLSearchParams({ workerId: 'A9EVIL' }) }),
      blind('/projects/' + here.get('group') + '/tasks/accept_random?workerId=A9EVIL'),
      blind(here.get('task') + '', { method: 'POST', body: new URLSearchParams({ _method: 'delete' }) })])
      .then((all) => told(all.join(' ')));`);
  await told.filter({ hasText: "TypeError" }).waitFor();
  const results = (await told.textContent()).split(" ");
  assert.deepEqual(results.slice(0, 5), Array(5).fill("TypeError"));
  assert.equal((await on.call("GetHIT", { HITId: hit.HITId })).HIT.NumberOfAssignmentsPending, 1);
  await page.goto(`${on.url}/tasks`);
  assert.match(await page.locator(".who").innerText(), /A1ANNA/);
});

test("a link on it cannot accept for the worker", async (t) => {
  const { on, hit, page } = await at(t, "");
  const other = await on.hit(html("<p>Other</p>"), { Title: "Other" });
  const url = `${on.url}/projects/${other.HITGroupId}/tasks/accept_random?workerId=A1ANNA`;
  await frameOf(page).locator("body").evaluate((body, url) => {
    const a = document.createElement("a");
    Object.assign(a, { href: url, target: "_blank", textContent: "Free money" });
    body.append(a);
  }, url);
  const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByText("Free money").click()]);
  await opened.getByRole("heading", { name: "Other" }).waitFor();
  assert.equal((await on.call("GetHIT", { HITId: other.HITId })).HIT.NumberOfAssignmentsPending, 0);
  assert.ok(hit.HITId);
});

test("another HIT cannot be framed or read by it", async (t) => {
  const { on, page, told } = await at(t, "");
  const other = await on.hit(html("<p id=secret>Other</p>"), { Title: "Other" });
  const framed = await frameOf(page).locator("body").evaluate(async (body, path) => {
    const frame = document.createElement("iframe");
    const loaded = new Promise((done) => (frame.onload = done));
    frame.src = path;
    body.append(frame);
    await loaded;
    return fetch(path).then(() => "read", (e) => e.name);
  }, `/mturk/frame/${other.HITId}`);
  assert.equal(framed, "TypeError");
  assert.equal(await frameOf(page).frameLocator("iframe").locator("#secret").count(), 0);
  await told.waitFor();
});

test("endless dialogs do not hold the worker", async (t) => {
  const { on, hit, page } = await at(t, `setInterval(() => { alert('stay'); confirm('stay'); prompt('stay') }, 20);
    addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'stay' });`);
  let dialogs = 0;
  page.on("dialog", (dialog) => { dialogs += 1; dialog.dismiss(); });
  await page.getByRole("button", { name: "Return" }).click();
  await page.getByText("You returned the HIT.").waitFor();
  assert.equal(dialogs, 0);
  assert.equal((await on.call("GetHIT", { HITId: hit.HITId })).HIT.NumberOfAssignmentsPending, 0);
});

test("an endless loop does not hold the worker", async (t) => {
  const { on, hit, page } = await at(t, `setTimeout(() => { for (;;); }, 500)`);
  await page.getByRole("button", { name: "Return" }).click();
  await page.getByText("You returned the HIT.").waitFor();
  assert.equal((await on.call("GetHIT", { HITId: hit.HITId })).HIT.NumberOfAssignmentsPending, 0);
});

test("what it tells the page around it hands in nothing but its own work", async (t) => {
  const { on, hit, page, told } = await at(t, `
    for (const data of ['{', 'null', '{"assignmentId":"3OTHER","answer":[["q","x"]]}', { assignmentId: here.get('assignmentId'), answer: [['q', 'x']] },
      JSON.stringify({ assignmentId: here.get('assignmentId'), submitted: true })]) parent.postMessage(data, '*');
    told('sent');`);
  await told.filter({ hasText: "sent" }).waitFor();
  await page.getByRole("timer").waitFor();
  assert.deepEqual(await on.answers(hit), []);
  await frameOf(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(await on.answers(hit), [document(["label", "done"])]);
});

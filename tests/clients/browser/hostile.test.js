// HTML that came with a HIT tries to get out of its frame, and gets nowhere.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NAMED, begun, browser, document, frameOf, html, market } from "./market.js";

const [chrome] = await begun(browser());

// To loopback and to https browsers say what sent them; a lab's server has a name of its own, and plain http.
for (const host of ["127.0.0.1", NAMED]) describe(`on ${host}`, () => {
  /**
   * A task page with this script in its HIT, and what the script told. The script is made from what there is: `own`,
   * the group of its HIT, and `victim`, another HIT, which a requester of its own made.
   */
  async function at(t, script) {
    const on = await market("--allow-host", NAMED);
    on.site = on.url.replace("127.0.0.1", host);
    t.after(() => on.stop());
    const victim = await on.hit(html("<p id=secret>Other</p>"), { Title: "Other", MaxAssignments: 1 });
    victim.group = await on.group(victim);
    const values = { Title: "Hostile", Description: "x", Reward: "0.05", AssignmentDurationInSeconds: 600 };
    const { HITTypeId } = await on.call("CreateHITType", values);
    const content = `<p id="told">…</p><form method="post" action="https://www.mturk.com/mturk/externalSubmit">
      <input type="hidden" name="assignmentId"><input name="label" value="done"><button>Send</button></form>
      <script>
      const site = '${on.site}';
      const told = (text) => document.getElementById('told').textContent = text;
      const here = new URLSearchParams(location.search);
      const id = here.get('assignmentId'), task = '/projects/${HITTypeId}/tasks/' + here.get('hitId');
      document.forms[0].assignmentId.value = id;
      const tried = (deed) => { try { return String(deed()) } catch (e) { return e.name } };
      ${typeof script === "function" ? script(victim) : script}</script>`;
    const asked = { HITTypeId, MaxAssignments: 3, LifetimeInSeconds: 86400, Question: html(content) };
    const { HIT: hit } = await on.call("CreateHITWithHITType", asked);
    const context = await chrome.newContext({ viewport: { width: 1100, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    await page.goto(`${on.site}/workers`);
    // As the form of that page does: an address alone switches nobody under such a name.
    await page.evaluate(() => fetch("/workers", { method: "POST", body: new URLSearchParams({ workerId: "A1ANNA" }) }));
    await page.goto(`${on.site}/projects/${HITTypeId}/tasks`);
    await page.getByRole("button", { name: "Accept this HIT" }).click();
    await page.getByRole("timer").waitFor();
    const id = new URL(page.url()).searchParams.get("assignment_id");
    return { on, hit, id, victim, page, told: frameOf(page).locator("#told") };
  }

  /** Nothing of the market changed: the HIT is in Anna's hands, the other one is free, and Anna is at work here. */
  async function unharmed({ on, hit, id, victim, page }) {
    const standing = async (of) => {
      const { HIT } = await on.call("GetHIT", { HITId: of.HITId });
      return [HIT.NumberOfAssignmentsAvailable, HIT.NumberOfAssignmentsPending, HIT.NumberOfAssignmentsCompleted];
    };
    assert.deepEqual([await standing(hit), await standing(victim)], [[2, 1, 0], [1, 0, 0]]);
    await on.submitted({ assignments: { [hit.HITId]: [], [victim.HITId]: [] } });
    const known = (await on.control("GET", "/workers")).Workers.map((one) => one.WorkerId);
    assert.deepEqual(known, ["A1ANNA"]);
    await page.goto(`${on.site}/tasks`);
    assert.match(await page.locator(".who").innerText(), /A1ANNA/);
    assert.equal(await page.locator(`main a[href*="${id}"]`).count(), 2);
  }

  test("the page around it, its cookies and its storage are out of reach", async (t) => {
    const { told } = await at(t, `told([
      tried(() => parent.document.title), tried(() => top.location.href), tried(() => document.cookie),
      tried(() => localStorage.length), tried(() => origin),
      tried(() => parent.frames[0] === window), tried(() => parent.next)].join(' '))`);
    await told.filter({ hasText: "SecurityError" }).waitFor();
    const [no, frames] = ["SecurityError", "true"];
    const all = (await told.textContent()).split(" ");
    const kept = host === NAMED ? [no, no, "null"] : ["", "0", all[4]];
    assert.deepEqual(all, [no, no, ...kept, frames, no]);
    if (host !== NAMED) assert.match(all[4], /^http:\/\/r-a\w+\.localhost:\d+$/);
  });

  test("it cannot leave its frame", async (t) => {
    const { page, told } = await at(t, `
      told([tried(() => { top.location = 'https://evil.example/' }), tried(() => { top.location.replace('about:blank') })].join(' '));
      const a = document.createElement('a'); a.href = 'about:blank#out'; a.target = '_top'; document.body.append(a); a.click();
      const f = document.createElement('form'); f.action = '/tasks'; f.target = '_top'; document.body.append(f); f.submit();`);
    await told.filter({ hasText: "SecurityError SecurityError" }).waitFor();
    assert.match(page.url(), /\/projects\/.*assignment_id=/);
    await page.getByRole("timer").waitFor();
    assert.equal(page.context().pages().length, 1);
  });

  test("the control API and the worker's pages give it nothing, and do nothing for it", async (t) => {
    const all = await at(t, (victim) => `
      const ask = (path, more) => fetch(site + path, more).then((a) => a.text()).then((x) => 'read', (e) => e.name);
      const plain = (body) => ({ method: 'POST', body, headers: { 'content-type': 'text/plain' } });
      const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) });
      const blind = (path, more) => fetch(site + path, { mode: 'no-cors', credentials: 'include', ...more }).then((a) => a.type, (e) => e.name);
      const other = '/projects/${victim.group}/tasks', reset = '{"empty":true}';
      const accept = JSON.stringify({ HITId: '${victim.HITId}' });
      Promise.all([ask('/_mturk/world'), ask('/_mturk/clock'), ask('/_mturk/workers'), ask('/tasks?format=json'),
        ask('/dashboard?format=json'), ask(other + '?format=json'), ask(task + '?assignment_id=' + id + '&format=json'),
        ask('/mturk/clock?assignment_id=' + id), ask('/_mturk/reset', plain(reset)),
        blind('/_mturk/reset', plain(reset)), blind('/_mturk/workers/A9EVIL/accept', plain(accept)),
        blind('/_mturk/assignments/' + id + '/return', plain('{}')), blind('/workers', form({ workerId: 'A9EVIL' })),
        blind('/workers', form({ new: '1' })), blind(other + '/accept_random?workerId=A9EVIL'),
        blind(other + '/accept_random', form({})), blind(other + '/${victim.HITId}/accept', form({})),
        blind('/mturk/previewandaccept?groupId=${victim.group}&workerId=A9EVIL'),
        blind(task + '?assignment_id=' + id, form({ _method: 'delete' })),
        blind(task + '/submit?assignment_id=' + id, form({ label: 'stolen' }))])
        .then((all) => told(all.join(' ')));`);
    await all.told.filter({ hasText: /TypeError|read|opaque/ }).waitFor();
    const results = (await all.told.textContent()).split(" ");
    // What reads is stopped by the browser. What is sent blindly is told nothing, and the server does nothing.
    assert.deepEqual(results, [...Array(9).fill("TypeError"), ...Array(11).fill("opaque")]);
    await unharmed(all);
  });

  test("pictures, styles, frames and forms of it do nothing either", async (t) => {
    const all = await at(t, (victim) => `
      const paths = ['/projects/${victim.group}/tasks/accept_random?workerId=A9EVIL',
        '/mturk/previewandaccept?groupId=${victim.group}&workerId=A9EVIL', '/projects?workerId=A9EVIL'].map((path) => site + path);
      const made = (name, attributes) => new Promise((done) => {
        const one = Object.assign(document.createElement(name), { onload: () => done('loaded'), onerror: () => done('refused'), ...attributes });
        document.body.append(one);
      });
      const posted = (action, fields) => new Promise((done) => {
        const frame = Object.assign(document.createElement('iframe'), { name: 'f' + Math.random(), src: 'about:blank' });
        const form = Object.assign(document.createElement('form'), { method: 'post', action: site + action, target: frame.name });
        for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement('input'), { name, value }));
        document.body.append(frame, form);
        frame.onload = () => done('answered');
        addEventListener('securitypolicyviolation', () => done('blocked'), { once: true });
        form.submit();
      });
      Promise.all([...paths.map((src) => made('img', { src })), ...paths.map((src) => made('script', { src })),
        ...paths.map((href) => made('link', { rel: 'stylesheet', href })), ...paths.map((src) => made('iframe', { src })),
        posted('/projects/${victim.group}/tasks/accept_random', {}), posted('/workers', { workerId: 'A9EVIL' }),
        posted(task + '?assignment_id=' + id, { _method: 'delete' })]).then((all) => told(all.join(' ')));`);
    // Forms with an origin may be sent to it, and nowhere else.
    const end = host === NAMED ? "answered" : "blocked";
    await all.told.filter({ hasText: end }).waitFor();
    const results = (await all.told.textContent()).split(" ");
    assert.deepEqual(results, [...Array(9).fill("refused"), ...Array(3).fill("loaded"), ...Array(3).fill(end)]);
    await unharmed(all);
  });

  test("a window that it opens changes nothing", async (t) => {
    const all = await at(t, (victim) => `
      const b = document.createElement('button');
      b.textContent = 'Win';
      b.onclick = () => { open(site + '/projects/${victim.group}/tasks/accept_random?workerId=A9EVIL'); told('opened') };
      document.body.append(b);`);
    const { page, victim } = all;
    const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByText("Win").click()]);
    await opened.getByRole("heading", { name: victim.Title }).waitFor();
    // Another site's page opened it, so the choice of a worker is not sent.
    assert.match(await opened.locator(".who").innerText(), /Choose a worker/);
    await unharmed(all);
  });

  test("no window that it opens, by a script or a form, changes anything anywhere", async (t) => {
    const all = await at(t, (victim) => `
      const gets = ['/mturk/previewandaccept?groupId=${victim.group}&workerId=A9EVIL', '/projects?workerId=A9EVIL',
        '/projects/${victim.group}/tasks/accept_random', '/workers?workerId=A9EVIL&new=1', '/requester/sign-out'];
      const posts = [['/workers', 'workerId'], ['/projects/${victim.group}/tasks/accept_random', 'x'],
        ['/projects/${victim.group}/tasks/${victim.HITId}/accept', 'x'], [task + '?assignment_id=' + id, '_method'],
        [task + '/submit?assignment_id=' + id, 'label'], ['/requester/choose', 'key'], ['/requester/console/do/reset', 'x'],
        ['/_mturk/reset', 'x'], ['/', 'x']];
      const made = (name, members) => Object.assign(document.createElement(name), members);
      const button = (textContent, deed) => document.body.append(made('button', { textContent, onclick: deed }));
      addEventListener('securitypolicyviolation', () => told('blocked'));
      button('Open', () => { told('…'); open(site + gets.shift()); told(gets.length ? 'more' : 'all') });
      button('Post', () => {
        told('…');
        const [action, name] = posts.shift();
        const form = made('form', { method: 'post', action: site + action, target: '_blank' });
        form.append(made('input', { name, value: name === '_method' ? 'delete' : 'A9EVIL' }));
        document.body.append(form);
        form.submit();
      });`);
    const { page, told } = all;
    const opens = async (name) => {
      const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByText(name, { exact: true }).click()]);
      await opened.waitForLoadState();
      await opened.close();
    };
    for (let count = 0; count < 5; count += 1) await opens("Open");
    for (let count = 0; count < 9; count += 1) {
      if (host === NAMED) {
        await opens("Post");
        continue;
      }
      await frameOf(page).getByText("Post", { exact: true }).click();
      await told.filter({ hasText: "blocked" }).waitFor();
    }
    await unharmed(all);
  });

  test("a link on it cannot accept for the worker", async (t) => {
    const all = await at(t, "");
    const { on, page, victim } = all;
    const url = `${on.site}/projects/${victim.group}/tasks/accept_random?workerId=A1ANNA`;
    await frameOf(page).locator("body").evaluate((body, url) => {
      const a = document.createElement("a");
      Object.assign(a, { href: url, target: "_blank", textContent: "Free money" });
      body.append(a);
    }, url);
    const [opened] = await Promise.all([page.context().waitForEvent("page"), frameOf(page).getByText("Free money").click()]);
    await opened.getByRole("heading", { name: "Other" }).waitFor();
    await unharmed(all);
  });

  test("another HIT cannot be framed or read by it", async (t) => {
    const { on, page } = await at(t, "");
    const values = { Title: "Another's", Description: "x", Reward: "0.05", AssignmentDurationInSeconds: 600,
      LifetimeInSeconds: 86400, Question: html("<p id=secret>Other</p>") };
    const { HIT: other } = await on.call("CreateHIT", values, "OTHER");
    const opened = await page.context().newPage();
    await opened.goto(`${on.site}/projects/${other.HITTypeId}/tasks`);
    const address = await opened.locator("#task").evaluate((frame) => frame.src);
    await frameOf(opened).locator("#secret").waitFor();
    const framed = await frameOf(page).locator("body").evaluate(async (body, path) => {
      const frame = document.createElement("iframe");
      const loaded = new Promise((done) => (frame.onload = done));
      frame.src = path;
      body.append(frame);
      await loaded;
      return fetch(path).then(() => "read", (e) => e.name);
    }, address);
    assert.equal(framed, "TypeError");
    assert.equal(await frameOf(page).frameLocator("iframe").locator("#secret").count(), 0);
  });

  test("endless dialogs do not hold the worker", async (t) => {
    const { on, hit, page } = await at(t, `const most = ${host === NAMED ? Infinity : 9};
      let count = 0;
      setInterval(() => { if ((count += 3) <= most) { alert('stay'); confirm('stay'); prompt('stay') } }, 20);
      addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'stay' });`);
    let dialogs = 0;
    page.on("dialog", (dialog) => { dialogs += 1; dialog.dismiss(); });
    await page.getByRole("button", { name: "Return" }).click();
    await page.getByText("You returned the HIT.").waitFor();
    if (host === NAMED) assert.equal(dialogs, 0);
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
      for (const data of ['{', 'null', '{"assignmentId":"3OTHER","answer":[["q","x"]]}', { assignmentId: id, answer: [['q', 'x']] },
        JSON.stringify({ assignmentId: id, submitted: true })]) parent.postMessage(data, '*');
      told('sent');`);
    await told.filter({ hasText: "sent" }).waitFor();
    await page.getByRole("timer").waitFor();
    await on.submittedWork(hit);
    await frameOf(page).getByRole("button", { name: "Send" }).click();
    await page.getByText("Your work was submitted.").waitFor();
    await on.submittedWork(hit, ["A1ANNA", document(["label", "done"])]);
  });
});

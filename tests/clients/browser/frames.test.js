// HTML of a HIT has a host name of its own: storage and dialogs work in it, and nothing of the site is within its reach.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FRAMES, NAMED, accepted, begun, browser, document as answerOf, frameOf, freePort, html, market, worker,
} from "./market.js";

const [chrome, at] = await begun(browser(), market("--allow-host", NAMED));

const FORM = `<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
  <input type="hidden" name="assignmentId"><input name="label" value="done"><button>Send</button></form>
  <p id="told">…</p><script>
  document.forms[0].assignmentId.value = new URLSearchParams(location.search).get('assignmentId');
  const told = (text) => document.getElementById('told').textContent = text;
  const tried = async (deed) => { try { return String(await deed()) } catch (e) { return e.name } };`;

let count = 0;
const members = (script) => {
  count += 1;
  return { Title: `Frames ${count}`, Description: "x", Reward: "0.05", MaxAssignments: 3, LifetimeInSeconds: 86400,
    AssignmentDurationInSeconds: 600, Question: html(`${FORM}${script}</script>`) };
};

/** What the script of a HIT told in its frame, and the page around it. */
async function done(t, script) {
  const { HIT: hit } = await at.call("CreateHIT", members(script));
  const page = await worker(chrome, at, "A1ANNA");
  t.after(() => page.context().close());
  await accepted(page, at, hit);
  return { hit, page, told: frameOf(page).locator("#told") };
}

test("each kind of storage works, and outlasts the page", async (t) => {
  const script = `(async () => {
    const all = [];
    const before = localStorage.getItem('kept') ?? 'nothing';
    localStorage.setItem('kept', 'here');
    all.push(before, await tried(() => { sessionStorage.setItem('a', '1'); return sessionStorage.getItem('a') }));
    all.push(await tried(() => new Promise((done, failed) => {
      const asked = indexedDB.open('d');
      asked.onsuccess = () => done(asked.result.name);
      asked.onerror = () => failed(asked.error);
    })));
    all.push(await tried(async () => (await caches.open('c')) && 'cache'));
    all.push(await tried(() => typeof navigator.mediaDevices.getUserMedia), location.hostname.split('.')[1]);
    told(all.join(' '));
  })();`;
  const { page, told } = await done(t, script);
  await told.filter({ hasText: "nothing 1 d cache function localhost" }).waitFor();
  await page.reload();
  await told.filter({ hasText: "here 1 d cache function localhost" }).waitFor();
  assert.deepEqual(page.errors, []);
});

test("a page asks before it submits, and says what is missing", async (t) => {
  const script = `document.forms[0].onsubmit = () => {
    if (document.forms[0].label.value !== 'red') { alert('Please fill in the colour.'); return false; }
    return confirm('Sure?');
  };`;
  const { hit, page } = await done(t, script);
  const said = [];
  page.on("dialog", (dialog) => {
    said.push([dialog.type(), dialog.message()]);
    return said.length === 2 ? dialog.dismiss() : dialog.accept();
  });
  const send = frameOf(page).getByRole("button", { name: "Send" });
  await send.click();
  await frameOf(page).locator("[name=label]").fill("red");
  await send.click();
  await at.submittedWork(hit);
  await send.click();
  await page.getByText("Your work was submitted.").waitFor();
  assert.deepEqual(said, [["alert", "Please fill in the colour."], ["confirm", "Sure?"], ["confirm", "Sure?"]]);
  await at.submittedWork(hit, ["A1ANNA", answerOf(["label", "red"])]);
});

test("the site, its cookies and another requester's storage are out of reach", async (t) => {
  const script = `(async () => {
    document.cookie = 'mine=1; SameSite=None; Secure';
    document.cookie = 'planted=1; Domain=localhost; Path=/';
    localStorage.setItem('secret', 'of one requester');
    const all = [await tried(() => parent.document.title), await tried(() => top.location.href),
      await tried(() => { top.location = 'https://evil.example/' }), await tried(() => parent.localStorage),
      await tried(() => fetch('${at.url}/_mturk/world').then((a) => a.text())),
      await tried(() => fetch('/projects').then((a) => a.status)), await tried(() => fetch('/', { method: 'POST' }).then((a) => a.status)),
      await tried(() => navigator.serviceWorker.register('/assets/report.js', { scope: '/mturk/frame/' })),
      await tried(() => navigator.serviceWorker.register(URL.createObjectURL(new Blob([''], { type: 'text/javascript' }))))];
    told(all.join(' '));
  })();`;
  const { page, told } = await done(t, script);
  await told.filter({ hasText: "Error" }).waitFor();
  const no = "SecurityError";
  assert.deepEqual((await told.textContent()).split(" "),
    [no, no, no, no, "TypeError", "404", "404", "TypeError", "TypeError"]);
  const planted = (await page.context().cookies()).filter(({ name }) => name === "planted");
  assert.deepEqual(planted, [], "no cookie for every name of this machine");
});

test("requesters do not share storage", async (t) => {
  const page = await worker(chrome, at, "A1ANNA");
  t.after(() => page.context().close());
  const told = [];
  for (const key of ["ONE", "TWO", "ONE"]) {
    const { HIT: hit } = await at.call("CreateHIT", members(`
      told('was ' + (localStorage.getItem('whose') ?? 'empty')); localStorage.setItem('whose', '${key}');`), key);
    await accepted(page, at, hit);
    told.push(await frameOf(page).locator("#told").textContent());
  }
  assert.deepEqual(told, ["was empty", "was empty", "was ONE"]);
});

test("under another name of the server a page has no origin, and the strip says what will not work", async (t) => {
  const { HIT: hit } = await at.call("CreateHIT", members("tried(() => localStorage.length).then(told); confirm('Sure?');"));
  const page = await worker(chrome, { ...at, site: at.url.replace("127.0.0.1", NAMED) }, "A1ANNA");
  t.after(() => page.context().close());
  await page.goto(`${at.url.replace("127.0.0.1", NAMED)}/projects/${hit.HITTypeId}/tasks`);
  await frameOf(page).getByText("SecurityError").waitFor();
  await page.getByText("For the requester").click();
  await page.getByText("These do not work here, because this page has no origin: localStorage, confirm.").waitFor();
});

for (const [name, host, each] of [["one name", FRAMES, false], ["a name for each requester", `*.${FRAMES}`, true]]) {
  test(`--frame-url with ${name} serves frames of a site that has another name`, async (t) => {
    const port = await freePort();
    const own = await market("--listen", `127.0.0.1:${port}`, "--allow-host", NAMED, "--frame-url", `http://${host}:${port}`);
    t.after(() => own.stop());
    const site = `http://${NAMED}:${port}`;
    const page = await worker(chrome, { ...own, site }, "A1ANNA");
    t.after(() => page.context().close());
    await page.goto(`${site}/workers`);
    await page.evaluate(() => fetch("/workers", { method: "POST", body: new URLSearchParams({ workerId: "A1ANNA" }) }));
    const told = [];
    for (const key of ["test", "OTHER"]) {
      const { HIT: hit } = await own.call("CreateHIT", members(`
        told('was ' + (localStorage.getItem('whose') ?? 'empty')); localStorage.setItem('whose', '${key}');`), key);
      await page.goto(`${site}/projects/${hit.HITTypeId}/tasks`);
      await frameOf(page).getByText("was").waitFor();
      told.push(await frameOf(page).locator("#told").textContent());
      await page.getByRole("button", { name: "Accept this HIT" }).click();
      await page.getByRole("timer").waitFor();
      await frameOf(page).getByRole("button", { name: "Send" }).click();
      await page.getByText("Your work was submitted.").waitFor();
    }
    assert.deepEqual(told, ["was empty", each ? "was empty" : "was test"]);
    await page.goto(`http://${each ? `r-a.${FRAMES}` : FRAMES}:${port}/projects`);
    await page.getByText("Nothing else is there.").waitFor();
    assert.deepEqual(page.errors, []);
  });
}

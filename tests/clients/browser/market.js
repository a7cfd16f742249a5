// Starts the program under test, asks its APIs, and serves pages as a requester would.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";

export const ROOT = path.resolve(import.meta.dirname, "../../..");
const BINARY = process.env.MTURK_LOCAL_BIN ?? path.join(ROOT, "target/release/mturk-local");
const PYTHON = process.env.MTURK_LOCAL_PYTHON ?? path.join(ROOT, ".venv/bin/python");
export const PICTURES = path.join(ROOT, "artefacts/pictures");
/** A name that only the tests' browser knows: for this machine, though browsers cannot tell. */
export const NAMED = "lab.test";
/** And another one, of a domain of its own. */
export const FRAMES = "frames.test";
const isHere = ({ hostname }) =>
  ["127.0.0.1", NAMED].includes(hostname) || /(^|\.)(localhost|frames\.test)$/.test(hostname);
const NAMESPACES = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas";

/** A port of this machine that nobody has. */
export async function freePort() {
  const server = http.createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A market of its own, whose clock stands at the beginning of 2026 unless it is told otherwise. */
export async function market(...options) {
  const frozen = options.includes("--clock") ? [] : ["--clock", "2026-01-01T00:00:00Z", "--freeze"];
  const listen = options.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const args = [...listen, "--seed", "1", "-q", ...frozen, ...options];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MTURK_LOCAL_")));
  const child = spawn(BINARY, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((found, failed) => {
    child.on("exit", (code) => failed(new Error(`mturk-local ended with ${code}`)));
    child.stdout.on("data", (line) => found(/ready on (\S+)/.exec(line)[1]));
  });
  return new Market(url, child);
}

/** The signature of a requester without a secret, which nobody verifies. */
const signedBy = (key) => `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/mturk-requester/aws4_request, ` +
  `SignedHeaders=host, Signature=${"0".repeat(64)}`;

class Market {
  constructor(url, child) {
    this.url = url;
    // Where browsers find it.
    this.site = url;
    this.child = child;
  }

  async stop() {
    this.child.removeAllListeners("exit");
    const ended = new Promise((done) => this.child.on("exit", done));
    this.child.kill("SIGTERM");
    await ended;
  }

  /** An operation of the Requester API, by the requester with this access key. */
  async call(operation, body, key = "test") {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `MTurkRequesterServiceV20170117.${operation}`,
      ...(key === "test" ? {} : { authorization: signedBy(key), "x-amz-date": "20260101T000000Z" }),
    };
    const answer = await fetch(`${this.url}/`, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${operation}: ${JSON.stringify(told)}`);
    return told;
  }

  /** The control API. */
  async control(method, path, body) {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(`${this.url}/_mturk${path}`, { method, body: sent });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(told)}`);
    return told;
  }

  /** Creates a HIT. */
  async hit(question, members = {}) {
    const hit = {
      Title: "Label a picture",
      Description: "Say what the picture shows",
      Keywords: "picture, label",
      Reward: "0.05",
      MaxAssignments: 3,
      LifetimeInSeconds: 86400,
      AssignmentDurationInSeconds: 600,
      Question: question,
      ...members,
    };
    return (await this.call("CreateHIT", hit)).HIT;
  }

  /** A HIT's group. */
  async group(hit) {
    return (await this.call("GetHIT", { HITId: hit.HITId })).HIT.HITGroupId;
  }

  /** Fails unless boto3 lists exactly this; see submitted.py. */
  async submitted(expected) {
    const listed = await new Promise((done) => {
      const script = path.join(import.meta.dirname, "submitted.py");
      const child = execFile(PYTHON, [script, this.url], (failed, out, said) => done(failed ? said || String(failed) : ""));
      child.stdin.end(JSON.stringify(expected));
    });
    if (listed) throw new Error(listed);
  }

  /** Fails unless boto3 lists exactly this work on a HIT: pairs of a worker and an answer document. */
  submittedWork(hit, ...works) {
    return this.submitted({ assignments: { [hit.HITId]: works } });
  }
}

export const external = (url, height = 400) =>
  `<ExternalQuestion xmlns="${NAMESPACES}/2006-07-14/ExternalQuestion.xsd">` +
  `<ExternalURL>${url.replaceAll("&", "&amp;")}</ExternalURL><FrameHeight>${height}</FrameHeight></ExternalQuestion>`;

export const html = (content, height = 400) =>
  `<HTMLQuestion xmlns="${NAMESPACES}/2011-11-11/HTMLQuestion.xsd">` +
  `<HTMLContent><![CDATA[${content}]]></HTMLContent><FrameHeight>${height}</FrameHeight></HTMLQuestion>`;

export const form = (content) =>
  `<QuestionForm xmlns="${NAMESPACES}/2017-11-06/QuestionForm.xsd">${content}</QuestionForm>`;

/** The document of these answers: of each, its question and what stands in it. */
export function answers(...all) {
  const head =
    '<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers ' +
    `xmlns="${NAMESPACES}/2005-10-01/QuestionFormAnswers.xsd">`;
  const answer = ([name, inside]) => `<Answer><QuestionIdentifier>${name}</QuestionIdentifier>${inside}</Answer>`;
  return `${head}${all.map(answer).join("")}</QuestionFormAnswers>`;
}

export const text = (value) => `<FreeText>${value}</FreeText>`;

/** The answer document of these fields, as the closed service wrote it. */
export const document = (...fields) => answers(...fields.map(([name, value]) => [name, text(value)]));

/** A requester's own server: `pages` by path; what was asked is kept in `asked`. */
export async function requester(pages) {
  const asked = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://requester");
    asked.push(url);
    const page = pages[url.pathname];
    response.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(typeof page === "function" ? page(url) : (page ?? "none"));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://localhost:${server.address().port}`;
  return { url, asked, stop: () => new Promise((done) => server.close(done) && server.closeAllConnections()) };
}

/** A page as requesters of old wrote it: it reads its parameters and posts a form. */
export const classic = (submitTo = "p.get('turkSubmitTo') + '/mturk/externalSubmit'") => `<!doctype html>
<title>Task</title><h1>What is in the picture?</h1>
<form method="post"><input type="hidden" name="assignmentId"><input name="label"><textarea name="more"></textarea>
<input type="checkbox" name="sure" value="yes"><input type="checkbox" name="sure" value="very"><button>Send</button></form>
<p id="state"></p>
<script>
const p = new URLSearchParams(location.search), form = document.forms[0];
form.assignmentId.value = p.get('assignmentId');
form.action = ${submitTo};
document.getElementById('state').textContent =
  p.get('assignmentId') === 'ASSIGNMENT_ID_NOT_AVAILABLE' ? 'preview' : 'work of ' + p.get('workerId');
</script>`;

/** A browser; one for all tests of a file. */
export async function browser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    // In place of playwright's own list, which switches off that a frame's storage is kept apart.
    "--disable-features=Translate,HttpsUpgrades",
    `--host-resolver-rules=MAP ${NAMED} 127.0.0.1, MAP *.${FRAMES} 127.0.0.1, MAP ${FRAMES} 127.0.0.1`];
  const executablePath = process.env.MTURK_LOCAL_CHROMIUM ?? "/usr/bin/chromium";
  const env = { ...process.env, HOME: mkdtempSync(path.join(tmpdir(), "chromium-")) };
  const started = await chromium.launch({ executablePath, args, env });
  const page = await started.newPage();
  waitForDrawing(page.locator("body").constructor.prototype);
  await page.close();
  return started;
}

/** What all tests of a file share: begun before them, and ended behind the last. */
export async function begun(...beginnings) {
  after(async () => {
    for (const { value } of await Promise.allSettled(beginnings)) await (value?.stop ?? value?.close)?.call(value);
  });
  return Promise.all(beginnings);
}

const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window !== top))));

/** Lets the mouse wait until a frame is drawn: before that, Chromium gives a click in it to the page around it. */
function waitForDrawing(locators) {
  for (const name of ["click", "check", "uncheck", "setChecked", "hover"]) {
    const act = locators[name];
    locators[name] = async function (...args) {
      if (await this.evaluate(drawn)) await this.page().evaluate(drawn);
      return act.apply(this, args);
    };
  }
}

/** A browser window of one worker. What would leave this machine goes nowhere. */
export async function worker(of, at, workerId, more = {}) {
  const context = await of.newContext({ viewport: { width: 1100, height: 800 }, ...more });
  await context.route((to) => !isHere(to), (route) => route.abort());
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  await page.goto(`${at.site}/projects?workerId=${workerId}`);
  return page;
}

/** Accepts a HIT, or the next one of a HIT type, at once; its page. */
export async function accepted(page, at, { HITTypeId }) {
  await page.goto(`${at.url}/projects/${HITTypeId}/tasks/accept_random`);
  await page.getByRole("timer").waitFor();
  return page;
}

/** Keeps a picture of a page, for people. */
export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
}

/** The work frame of a task page. */
export const frameOf = (page) => page.frameLocator("iframe#task");

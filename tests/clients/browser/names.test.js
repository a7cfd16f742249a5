// Fields and pictures that have the names of what scripts ask a form and a document for: nothing of
// the work is lost, however it is submitted.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT, begun, browser, document, html, market, worker } from "./market.js";

const [chrome, posting, framing] = await begun(browser(), market(), market("--submit-through", "frame"));

/** Every name that stands behind a dot or in quotation marks in a script of the program. */
function names() {
  const scripts = ["assets", "crowd"].flatMap((folder) => {
    const whole = path.join(ROOT, "src/site", folder);
    return readdirSync(whole).filter((name) => name.endsWith(".js")).map((name) => path.join(whole, name));
  });
  const text = scripts.map((script) => readFileSync(script, "utf8")).join("\n");
  const found = [...text.matchAll(/\.([a-z]\w*)|"([a-z]\w*)"/gi)].map((match) => match[1] ?? match[2]);
  const more = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "item", "length", "namedItem",
    "target", "enctype", "encoding", "noValidate", "parentNode", "ownerDocument", "nodeName", "cookie", "write"];
  const reserved = ["assignmentId", "hitId", "workerId", "turkSubmitTo"];
  return [...new Set([...found, ...more])].filter((name) => !reserved.includes(name));
}

const NAMES = names();
const FIELDS = NAMES.map((name) => `<input name="${name}" value="${name}!">`).join("");
const PICTURES = NAMES.map((name) => `<img name="${name}" alt="">`).join("");
const CLICK = `<script>
  const go = () => HTMLElement.prototype.click.call(Document.prototype.getElementById.call(document, "go"));
  addEventListener("load", () => setTimeout(go, 100));
</script>`;
const values = NAMES.map((name) => [name, `${name}!`]);
const asJson = `[{${values.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}]`;

const external = (fields, pictures) => `${pictures}
  <script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
  <form id="mturk_form" method="post"><input type="hidden" name="assignmentId" id="assignmentId">${fields}
  <input type="submit" id="go"></form><script>turkSetAssignmentID();</script>${CLICK}`;
const nameless = (fields, pictures) => `${pictures}
  <script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
  <form name="mturk_form" method="post">${fields}<input type="submit" id="go"></form>
  <script>turkSetAssignmentID();</script>${CLICK}`;
const crowd = (format) => (fields, pictures) => `${pictures}
  <script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
  <crowd-form ${format}>${fields}<crowd-button form-action="submit" id="go">Send</crowd-button></crowd-form>${CLICK}`;

const PAGES = [
  ["externalHIT_v1.js", external, values],
  ["externalHIT_v1.js without an assignmentId", nameless, values],
  ["crowd-form", crowd(""), [["taskAnswers", asJson]]],
  ["crowd-form in flat fields", crowd('answer-format="flatten-objects"'), values],
];

/** Each page hands itself in; boto3 then has every field. */
async function handsIn(market, [title, page, fields], pictures) {
  const content = `<!doctype html><html lang="en"><body>${page(FIELDS, pictures)}</body></html>`;
  const hit = await market.hit(html(content), { Title: `${title} ${pictures.length}` });
  const window = await worker(chrome, market, "A1ANNA");
  await window.goto(`${market.url}/projects/${hit.HITTypeId}/tasks/accept_random`);
  await window.getByText("Your work was submitted.").waitFor();
  await market.submittedWork(hit, ["A1ANNA", document(...fields)]);
}

for (const [mode, at] of [["post", posting], ["frame", framing]]) {
  for (const page of PAGES) {
    test(`--submit-through ${mode}: ${page[0]}, with fields of every name`, () => handsIn(at, page, ""));
    test(`--submit-through ${mode}: ${page[0]}, with pictures of every name`, () => handsIn(at, page, PICTURES));
  }
}

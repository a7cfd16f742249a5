// A qualification test, taken on the site: who passes may do the HIT, who fails may not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accepted, answers, begun, browser, document, form, frameOf, html, market, text, worker } from "./market.js";

const chosen = (one) => `<SelectionIdentifier>${one}</SelectionIdentifier>`;
const selection = (id, shown) => `<Selection><SelectionIdentifier>${id}</SelectionIdentifier><Text>${shown}</Text></Selection>`;
const TEST = form(`<Overview><Title>Capitals</Title><Text>Two questions.</Text></Overview>
  <Question><QuestionIdentifier>france</QuestionIdentifier><IsRequired>true</IsRequired>
    <QuestionContent><Text>What is the capital of France?</Text></QuestionContent>
    <AnswerSpecification><SelectionAnswer><StyleSuggestion>radiobutton</StyleSuggestion>
      <Selections>${selection("paris", "Paris")}${selection("rome", "Rome")}</Selections></SelectionAnswer></AnswerSpecification></Question>
  <Question><QuestionIdentifier>why</QuestionIdentifier>
    <QuestionContent><Text>How do you know?</Text></QuestionContent>
    <AnswerSpecification><FreeTextAnswer><NumberOfLinesSuggestion>1</NumberOfLinesSuggestion></FreeTextAnswer></AnswerSpecification></Question>`);
const KEY = `<AnswerKey xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd">
  <Question><QuestionIdentifier>france</QuestionIdentifier><AnswerOption><SelectionIdentifier>paris</SelectionIdentifier>
  <AnswerScore>1</AnswerScore></AnswerOption></Question><QualificationValueMapping><PercentageMapping>
  <MaximumSummedScore>1</MaximumSummedScore></PercentageMapping></QualificationValueMapping></AnswerKey>`;

const [chrome, at] = await begun(browser(), market());

async function type(name, members) {
  const asked = { Name: name, Description: "Knows capitals.", QualificationTypeStatus: "Active", Test: TEST, TestDurationInSeconds: 300, ...members };
  return (await at.call("CreateQualificationType", asked)).QualificationType.QualificationTypeId;
}

/** Asks for the qualification on its page, and is at its test. */
async function ask(page, type) {
  await page.goto(`${at.url}/qualifications/${type}`);
  await page.getByRole("button", { name: "Take the test" }).click();
  await page.getByRole("heading", { name: "Capitals", exact: true, level: 2 }).waitFor();
}

async function take(page, type, capital, why) {
  await ask(page, type);
  await page.getByLabel(capital).check();
  await page.locator("[name=Answer_2]").fill(why);
  await page.getByRole("button", { name: "Submit the test" }).click();
  await page.waitForURL((url) => url.pathname === `/qualifications/${type}`);
}

test("who passes the test does the HIT, who fails is refused", async () => {
  const knows = await type("Knows capitals", { AnswerKey: KEY });
  const wanted = [{ QualificationTypeId: knows, Comparator: "GreaterThan", IntegerValues: [50], ActionsGuarded: "Accept" }];
  const content = `<form method="post" action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId">
    <label>City <input name="city"></label><button>Send</button></form>
    <script>document.forms[0].assignmentId.value = new URLSearchParams(location.search).get("assignmentId")</script>`;
  const hit = await at.hit(html(content), { QualificationRequirements: wanted });
  const anna = await worker(chrome, at, "A1ANNA");
  await take(anna, knows, "Paris", "I live there");
  await anna.getByText("Your test was scored. Your value is 100.").waitFor();
  assert.match(await anna.locator(".figures").innerText(), /Your value\s+100/);
  await accepted(anna, at, hit);
  await frameOf(anna).getByLabel("City").fill("Paris");
  await frameOf(anna).getByRole("button", { name: "Send" }).click();
  await anna.getByText("Your work was submitted.").waitFor();
  const ben = await worker(chrome, at, "A2BEN");
  await take(ben, knows, "Rome", "");
  await ben.getByText("Your test was scored. Your value is 0.").waitFor();
  assert.match(await ben.locator(".figures").innerText(), /Your value\s+0/);
  await ben.goto(`${at.url}/projects/${hit.HITTypeId}/tasks`);
  assert.equal(await ben.getByRole("button", { name: /^Accept/ }).count(), 0);
  await ben.getByText("Not met:").waitFor();
  await ben.goto(`${at.url}/projects/${hit.HITTypeId}/tasks/accept_random`);
  await ben.getByRole("alert").waitFor();
  assert.equal((await at.call("GetHIT", { HITId: hit.HITId })).HIT.NumberOfAssignmentsPending, 0);
  await at.submitted({
    assignments: { [hit.HITId]: [["A1ANNA", document(["city", "Paris"])]] },
    scores: { [knows]: { A1ANNA: 100, A2BEN: 0, A3CARLA: null } },
    requests: { [knows]: [] },
  });
});

test("a test without an answer key goes to the requester as it was filled in", async () => {
  const judged = await type("Judged by a person", {});
  const page = await worker(chrome, at, "A1ANNA");
  await take(page, judged, "Rome", "An “old” map & a guess");
  await page.getByText(/^You have submitted the test at .* Its requester decides\.$/).waitFor();
  const expected = answers(["france", chosen("rome")], ["why", text("An &#8220;old&#8221; map &amp; a guess")]);
  await at.submitted({ requests: { [judged]: [["A1ANNA", expected]] }, scores: { [judged]: { A1ANNA: null } } });
});

test("what is left out of a test is told, and nothing is submitted", async () => {
  const strict = await type("Strict", { AnswerKey: KEY });
  const page = await worker(chrome, at, "A1ANNA");
  await ask(page, strict);
  await page.getByRole("button", { name: "Submit the test" }).click();
  assert.equal(await page.textContent("#Answer_1_problem"), "This field is required.");
  await at.submitted({ scores: { [strict]: { A1ANNA: null } }, requests: { [strict]: [] } });
});

test("a test that comes too late does not count", async () => {
  const hurried = await type("Hurried", { AnswerKey: KEY });
  const page = await worker(chrome, at, "A1ANNA");
  await page.route("**/mturk/clock**", (route) => route.abort());
  await ask(page, hurried);
  await page.getByLabel("Paris").check();
  await at.control("POST", "/clock", { advance: "6m" });
  await page.getByRole("button", { name: "Submit the test" }).click();
  await page.getByRole("alert").waitFor();
  await at.submitted({ scores: { [hurried]: { A1ANNA: null } }, requests: { [hurried]: [] } });
});

test("the clock jumps while a worker is at a test", async () => {
  const watched = await type("Watched", { AnswerKey: KEY });
  const page = await worker(chrome, at, "A1ANNA");
  await ask(page, watched);
  const shows = (text) => page.waitForFunction((text) => document.querySelector("[role=timer]").textContent === text, text);
  await shows("00:05:00");
  await at.control("POST", "/clock", { advance: "2m" });
  await shows("00:03:00");
  await at.control("POST", "/clock", { advance: "3m" });
  await page.getByText(/^The time for your test ran out at .* Nothing was submitted\.$/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Submit the test" }).count(), 0);
  await at.submitted({ scores: { [watched]: { A1ANNA: null } }, requests: { [watched]: [] } });
});

// A market with something on every page of the worker's site, and how each page and state of it is reached.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { external, form, frameOf, html } from "./market.js";

const LONG = "https://requester.example/a/very/long/address/" + "without-any-place-to-break".repeat(6) + "?and=more";
const UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2);
const EVERY_KIND = await readFile(new URL("form.xml", import.meta.url), "utf8");
const PLAIN = html("<h1>Read this</h1><p>It was a bright cold day in April.</p>");
const selection = (id, shown) => `<Selection><SelectionIdentifier>${id}</SelectionIdentifier><Text>${shown}</Text></Selection>`;
const TEST = form(`<Overview><Title>Reading French</Title><Text>One question.</Text></Overview>
  <Question><QuestionIdentifier>q</QuestionIdentifier><IsRequired>true</IsRequired>
  <QuestionContent><Text>What does “le dépanneur” mean in Québec?</Text></QuestionContent>
  <AnswerSpecification><SelectionAnswer><StyleSuggestion>radiobutton</StyleSuggestion><Selections>${selection("shop", "A corner shop")}
  ${selection("mechanic", "A mechanic")}</Selections></SelectionAnswer></AnswerSpecification></Question>`);
const KEY = `<AnswerKey xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd"><Question>
  <QuestionIdentifier>q</QuestionIdentifier><AnswerOption><SelectionIdentifier>shop</SelectionIdentifier><AnswerScore>1</AnswerScore></AnswerOption>
  </Question><QualificationValueMapping><PercentageMapping><MaximumSummedScore>1</MaximumSummedScore></PercentageMapping></QualificationValueMapping></AnswerKey>`;
const CROWD = html(`<!DOCTYPE html><html><body><script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
  <crowd-instructions link-text="All instructions"><short-summary>Say what is on the table.</short-summary>
    <detailed-instructions>Name the largest thing.</detailed-instructions></crowd-instructions>
  <crowd-input name="object" label="Object" required></crowd-input>
  <crowd-text-area name="more" label="Anything else" rows="3"></crowd-text-area>
  <crowd-checkbox name="sure">I am sure</crowd-checkbox>
  <crowd-radio-group><crowd-radio-button name="day" value="day">By day</crowd-radio-button>
    <crowd-radio-button name="night" value="night">By night</crowd-radio-button></crowd-radio-group>
  <crowd-slider name="clear" label="How clear is it?" min="0" max="10"></crowd-slider>
  <crowd-classifier name="mood" categories="['Glad', 'Sad']" header="What is the mood?"><classification-target>“What a day!”</classification-target>
    <short-instructions>Read, then choose.</short-instructions><full-instructions>Think of the writer.</full-instructions></crowd-classifier>
  </crowd-form></body></html>`, 0);

const ANNA = "A1ANNA";
const FORGETFUL = "A5FORGETS";

/** Work of Anna's that its requester judged, at length too. */
async function judged(at) {
  for (const [title, deed, feedback] of [
    ["Survey 1", "ApproveAssignment", "Thank you, well done."],
    ["Survey 2", "RejectAssignment", `Question 3 was left out; see ${LONG}`],
    [UNBROKEN.slice(0, 120), "ApproveAssignment", "See the address. ".repeat(40) + LONG],
    ["Survey 4", null, null],
  ]) {
    const hit = await at.hit(PLAIN, { Title: title, Reward: "0.50" });
    const work = await at.control("POST", `/hits/${hit.HITId}/submissions`, { WorkerId: ANNA, Answers: { q: "1" } });
    if (deed) await at.call(deed, { AssignmentId: work.AssignmentId, RequesterFeedback: feedback });
    if (title === "Survey 2") {
      const bonus = { WorkerId: ANNA, AssignmentId: work.AssignmentId, BonusAmount: "1.50" };
      await at.call("SendBonus", { ...bonus, Reason: `For the patience. ${LONG}` });
      await at.call("SendBonus", { ...bonus, BonusAmount: "0.25", Reason: "You found the mistake. ".repeat(30) });
      var rejected = `/projects/${await at.group(hit)}/tasks/${hit.HITId}?assignment_id=${work.AssignmentId}`;
    }
  }
  return rejected;
}

async function types(at) {
  const make = async (Name, Description, more = {}) => {
    const asked = { Name, Description, QualificationTypeStatus: "Active", ...more };
    return (await at.call("CreateQualificationType", asked)).QualificationType.QualificationTypeId;
  };
  const tested = { Test: TEST, TestDurationInSeconds: 1800, AnswerKey: KEY };
  const french = await make("Reads French", "Reads a newspaper in French.", tested);
  const asked = await make("Trusted", "Did good work before. ".repeat(20));
  const careful = await make("Careful", `Was careful before. ${UNBROKEN}`);
  await at.call("AssociateQualificationWithWorker", { QualificationTypeId: careful, WorkerId: ANNA, IntegerValue: 95 });
  await at.control("POST", `/workers/${ANNA}/qualifications/${asked}/request`);
  return { french, asked, careful };
}

/** Fills the market; what is to be looked at: an address, or a deed that ends on the page. */
export async function states(at, site) {
  await at.control("PUT", `/workers/${ANNA}`, { Name: "Anna", Locale: { Country: "US", Subdivision: "WA" }, Masters: true });
  await at.control("PUT", "/workers/A2BEN", { Name: "Ben" });
  const rejected = await judged(at);
  const mail = (Subject, MessageText) => at.call("NotifyWorkers", { Subject, MessageText, WorkerIds: [ANNA] });
  await mail("New work", "There are new pictures.\nThank you for the last ones.");
  await mail(LONG.slice(0, 200), `Look at ${LONG}\n${"There is much to say. ".repeat(40)}`);
  await at.control("POST", "/clock", { advance: "2m" });
  let open;
  for (let n = 0; n < 5; n++) open = await at.hit(external(`${site.url}/task`, 300), { MaxAssignments: 5 });
  await at.control("POST", "/clock", { advance: "2m" });
  const text = "Read a short passage and say in one sentence what it is about; a passage has two or three paragraphs.";
  const read = await at.hit(PLAIN, { Title: "Summarise a passage", Description: text, Reward: "1.25" });
  await at.control("POST", "/clock", { advance: "2m" });
  const title = "Transcribe a very long recording of a conversation among several people who interrupt each other";
  await at.hit(PLAIN, { Title: title, Reward: "12.00", AssignmentDurationInSeconds: 86400 });
  const unbroken = await at.hit(PLAIN, { Title: UNBROKEN.slice(0, 125), Description: LONG, Keywords: UNBROKEN });
  const { french, asked, careful } = await types(at);
  const wanted = [{ QualificationTypeId: french, Comparator: "GreaterThan", IntegerValues: [80] },
    { QualificationTypeId: "00000000000000000071", Comparator: "In", LocaleValues: [{ Country: "US" }, { Country: "CA" }] }];
  const unmet = await at.hit(PLAIN, { Title: "Correct a translation from French", QualificationRequirements: wanted });
  const label = await at.hit(external(`${site.url}/task`, 300), { MaxAssignments: 50, Title: "Label pictures of a town" });
  const every = await at.hit(EVERY_KIND, { Title: "Every kind of question" });
  await at.hit(EVERY_KIND, { Title: "Every kind of question" });
  const crowd = await at.hit(CROWD, { Title: "What is on the table?", MaxAssignments: 50 });
  const once = await at.hit(PLAIN, { Title: "Short work", AssignmentDurationInSeconds: 30, MaxAssignments: 50 });
  const taken = await at.control("POST", `/workers/${FORGETFUL}/accept`, { HITId: once.HITId });
  const returned = await at.control("POST", "/workers/A6RETURNS/accept", { HITId: once.HITId });
  await at.control("POST", `/assignments/${returned.AssignmentId}/return`, {});
  await at.control("POST", "/clock", { advance: "31s" });
  const over = await at.hit(PLAIN, { Title: "Soon over", LifetimeInSeconds: 30 });
  const late = await at.control("POST", `/workers/${ANNA}/accept`, { HITId: over.HITId });
  await at.control("POST", "/clock", { advance: "31s" });
  const task = async (hit, { AssignmentId }) => `/projects/${await at.group(hit)}/tasks/${hit.HITId}?assignment_id=${AssignmentId}`;
  const preview = (hit) => `/projects/${hit.HITTypeId}/tasks`;
  const hold = async (hit) => task(hit, await at.control("POST", `/workers/${ANNA}/accept`, { HITId: hit.HITId }));
  const sample = await at.hit(external("https://mturk-local.invalid/samples/reaction-times", 0), { Title: "A minute of reaction times" });
  const [work, filling, elements] = [await hold(label), await hold(every), await hold(crowd)];
  const experiment = await hold(sample);

  const submit = (page) => page.getByRole("button", { name: "Submit", exact: true }).click();
  const test = async (page, answer) => {
    await page.goto(`${at.url}/qualifications/${french}`);
    await page.getByRole("button", { name: "Take the test" }).click();
    await page.getByText("One question.").waitFor();
    if (!answer) return;
    await page.getByLabel(answer).check();
    await page.getByRole("button", { name: "Submit the test" }).click();
    await page.waitForURL((url) => url.pathname === `/qualifications/${french}`);
  };
  const as = (page, workerId, path) => page.goto(`${at.url}${path}${path.includes("?") ? "&" : "?"}workerId=${workerId}`);
  const posted = async (page, workerId) => {
    const { AssignmentId } = await at.control("POST", `/workers/${workerId}/accept`, { HITId: label.HITId });
    await page.goto(`${at.url}/mturk/externalSubmit?assignmentId=${AssignmentId}&label=cat`);
    await page.getByRole("heading", { name: "Submitted" }).waitFor();
  };
  const addresses = {
    start: "/", list: "/projects", none: "/projects?search=nothing+like+this", preview: preview(read),
    "preview-unbroken": preview(unbroken), "preview-unmet": preview(unmet), "preview-form": preview(every),
    queue: "/tasks", dashboard: "/dashboard", day: "/status_details/2026-01-01", "day-empty": "/status_details/2025-12-31",
    submitted: rejected, bonus: "/bonuses/2", qualifications: "/qualifications", "qualification-test": `/qualifications/${french}`,
    "qualification-pending": `/qualifications/${asked}`, "qualification-held": `/qualifications/${careful}`,
    "qualification-system": "/qualifications/00000000000000000071", messages: "/messages", message: "/messages/2",
    workers: "/workers", missing: "/no/such/page", "bad-day": "/status_details/yesterday",
    "accept-refused": `/projects/${unmet.HITTypeId}/tasks/accept_random`, "accept-gone": `/projects/${over.HITTypeId}/tasks/accept_random`,
    "not-yours": await task(once, taken), expired: await task(over, late),
    "frame-no-assignment": "/mturk/externalSubmit?q=1", "frame-unknown": `/mturk/externalSubmit?assignmentId=${UNBROKEN}`,
    "frame-returned": `/mturk/externalSubmit?assignmentId=${returned.AssignmentId}&q=1`,
  };
  const deeds = {
    work: async (page) => {
      await page.goto(at.url + work);
      await frameOf(page).getByText(`work of ${ANNA}`).waitFor();
    },
    "work-form": (page) => page.goto(at.url + filling),
    "work-form-problems": async (page) => {
      await page.goto(at.url + filling);
      await page.fill("[name=Answer_1]", "a");
      await submit(page);
      await page.evaluate(() => document.querySelector("form.question").submit());
      await page.waitForURL(/\/submit\?/);
      assert.ok((await page.locator(".has-problem").count()) > 2);
    },
    "work-crowd": async (page) => {
      await page.goto(at.url + elements);
      await frameOf(page).getByRole("button", { name: "Submit" }).waitFor();
      await frameOf(page).getByLabel("Object").focus();
    },
    "work-sample": async (page) => {
      await page.goto(at.url + experiment);
      await frameOf(page).getByText("Ready?").waitFor();
    },
    "frame-preview": async (page) => {
      await page.goto(at.url + preview(open));
      await frameOf(page).getByText("preview", { exact: true }).waitFor();
      await frameOf(page).locator("form").evaluate((form, url) => (form.action = url), `${at.url}/mturk/externalSubmit`);
      await frameOf(page).getByRole("button", { name: "Send" }).click();
      await frameOf(page).getByText("This is a preview").waitFor();
    },
    "frame-submitted": (page, look) => posted(page, `A7${look.toUpperCase()}`),
    "frame-twice": async (page, look) => {
      await posted(page, `A8${look.toUpperCase()}`);
      await page.reload();
      await page.getByRole("alert").waitFor();
    },
    abandoned: async (page) => as(page, FORGETFUL, await task(once, taken)),
    returned: async (page) => as(page, "A6RETURNS", await task(once, returned)),
    nobody: async (page) => {
      await page.context().clearCookies();
      await page.goto(`${at.url}/tasks`);
      await page.getByRole("alert").waitFor();
    },
    "queue-empty": (page) => as(page, "A4NEW", "/tasks"),
    "dashboard-empty": (page) => as(page, "A4NEW", "/dashboard"),
    "messages-empty": (page) => as(page, "A4NEW", "/messages"),
    test: async (page, look) => {
      await as(page, `A3${look.toUpperCase()}`, "/qualifications");
      await test(page);
    },
    "test-passed": async (page, look) => {
      await as(page, `A3${look.toUpperCase()}PASS`, "/qualifications");
      await test(page, "A corner shop");
    },
    "test-failed": async (page, look) => {
      await as(page, `A3${look.toUpperCase()}FAIL`, "/qualifications");
      await test(page, "A mechanic");
    },
  };
  return { addresses, deeds };
}

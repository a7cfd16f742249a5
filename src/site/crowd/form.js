// crowd-form: the form around all fields.

import { parameters, submitTo } from "./address.js";
import { collect, flat, innerForms, looseFields } from "./answers.js";
import { DOCUMENT, FORM, make, whenParsed } from "./dom.js";
import { refusal, unknown } from "./unknown.js";

const PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE";
const BUTTONS = "crowd-button[form-action=submit i], [type=submit i], input[type=image i], " +
  "button:not([type=button i], [type=reset i])";

customElements.define("crowd-form", class extends HTMLElement {
  connectedCallback() { whenParsed(() => this.wrap()); }
  wrap() {
    if (this.form || !this.isConnected) return;
    this.form = make("form", { method: "post", action: `${submitTo()}/mturk/externalSubmit` });
    FORM.append(this.form, ...this.childNodes);
    if (FORM.find(this.form, BUTTONS).length === 0) {
      FORM.append(this.form, make("crowd-button", { "form-action": "submit", variant: "primary" }, "Submit"));
    }
    this.append(this.form);
    // A field of that name keeps it.
    for (const form of this.forms) Reflect.set(form, "submit", () => this.submit());
    this.isPreview = parameters.get("assignmentId") === PREVIEW;
    if (this.isPreview) this.preview(FORM.find(this.form, BUTTONS));
    FORM.listen(this.form, "formdata", (event) => this.fill(event.formData));
    // Before and behind whatever the page does with the event, which may stop it. It leaves no shadow tree.
    const root = this.getRootNode() === document ? window : this.getRootNode();
    root.addEventListener("submit", (event) => this.begins(event), { capture: true });
    root.addEventListener("submit", (event) => this.ends(event));
    // What goes wrong while the page looks at the event: its check did not end.
    window.addEventListener("error", () => {
      if (!this.event?.eventPhase) return;
      this.event.preventDefault();
      this.say("Nothing was submitted: a script of this page failed while it checked the answers.");
    });
  }
  get forms() { return [this.form, ...innerForms(this.form)]; }
  // Whether a form within would load another page in place of this one.
  wouldLeave(form) { return FORM.has(this.form, form) && FORM.attribute(form, "target") === null; }
  preview(buttons) {
    const prompt = "You must ACCEPT the HIT before you can submit the results.";
    for (const button of buttons) {
      button.disabled = true;
      if (button.localName === "input") button.value = prompt;
      else button.textContent = prompt;
    }
  }
  begins(event) {
    const form = event.target;
    if (form !== this.form) {
      if (this.wouldLeave(form)) this.join(form);
      return;
    }
    this.say("");
    this.event = event;
    if (this.isPreview || this.isRefused() || !this.areInnerValid()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }
  ends(event) {
    if (event.target !== this.form || event.defaultPrevented || parameters.has("turkSubmitTo")) return;
    event.preventDefault();
    this.show();
  }
  // A form within that is submitted submits the whole, if the page lets it.
  join(form) {
    FORM.set(form, "method", "dialog");
    FORM.listen(form, "submit", (event) => {
      if (!event.defaultPrevented) setTimeout(() => this.requestSubmit());
    }, { once: true });
  }
  // Whether there is an element that takes no answer here, which is then said.
  isRefused() {
    const elements = unknown().filter((element) => FORM.has(this.form, element));
    if (elements.length > 0) this.say(refusal(elements));
    return elements.length > 0;
  }
  areInnerValid() {
    return innerForms(this.form).every((form) => FORM.attribute(form, "novalidate") !== null || FORM.report(form)) &&
      looseFields(this.form).every((field) => field.reportValidity());
  }
  say(text) {
    if (!text && !this.said) return;
    this.said ??= make("p", { class: "crowd-problem", role: "alert" });
    if (!this.said.isConnected) FORM.append(this.form, this.said);
    this.said.textContent = text;
  }
  // Outside a HIT there is nowhere to submit to: the answer is shown on top of the page.
  show() {
    const shown = DOCUMENT.find(".crowd-output") ?? make("pre", { class: "crowd-output" });
    shown.textContent = JSON.stringify([collect(this.form)]);
    DOCUMENT.body().prepend(shown);
  }
  // One field holds all answers, or, with answer-format="flatten-objects", each has its own.
  fill(data) {
    for (const name of new Set(data.keys())) data.delete(name);
    data.set("assignmentId", parameters.get("assignmentId") ?? "");
    const answers = collect(this.form);
    const fields = this.getAttribute("answer-format") === "flatten-objects" ? flat(answers, "", [])
      : [["taskAnswers", JSON.stringify([answers])]];
    for (const [name, value] of fields) data.append(name, value);
  }
  // Assumed: as for a form of the browser's own, nothing is checked, and no event tells of it.
  submit() {
    if (!this.form || this.isPreview || this.isRefused()) return;
    if (parameters.has("turkSubmitTo")) FORM.submit(this.form);
    else this.show();
  }
  requestSubmit() { FORM.request(this.form); }
  reset() { for (const form of this.forms) FORM.reset(form); }
});

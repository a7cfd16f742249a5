// crowd-form: the form around all fields.

import { parameters, submitTo } from "./address.js";
import { collect, flat } from "./answers.js";
import { DOCUMENT, FORM, make, whenParsed } from "./dom.js";

const PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE";

customElements.define("crowd-form", class extends HTMLElement {
  connectedCallback() { whenParsed(() => this.wrap()); }
  wrap() {
    if (this.form || !this.isConnected) return;
    this.form = make("form", { method: "post", action: `${submitTo()}/mturk/externalSubmit` });
    FORM.append(this.form, ...this.childNodes);
    const buttons = "crowd-button[form-action=submit], crowd-button[type=submit], [type=submit], " +
      "button:not([type])";
    if (FORM.find(this.form, buttons).length === 0) {
      FORM.append(this.form, make("crowd-button", { "form-action": "submit", variant: "primary" }, "Submit"));
    }
    this.append(this.form);
    if (parameters.get("assignmentId") === PREVIEW) this.preview(FORM.find(this.form, buttons));
    FORM.listen(this.form, "formdata", (event) => this.fill(event.formData));
    // Behind whatever the page does with the event, which may stop it. It does not leave a shadow tree.
    const root = this.getRootNode();
    (root === document ? window : root).addEventListener("submit", (event) => {
      if (event.target === this.form && !event.defaultPrevented && !parameters.has("turkSubmitTo")) {
        event.preventDefault();
        this.show();
      }
    });
  }
  preview(buttons) {
    const prompt = "You must ACCEPT the HIT before you can submit the results.";
    for (const button of buttons) {
      button.disabled = true;
      if (button.localName === "input") button.value = prompt;
      else button.textContent = prompt;
    }
    FORM.listen(this.form, "submit", (event) => event.preventDefault(), { capture: true });
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
  submit() { FORM.submit(this.form); }
  requestSubmit() { FORM.request(this.form); }
  reset() { FORM.reset(this.form); }
});

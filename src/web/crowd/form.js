// The form, its buttons, and what is submitted.

customElements.define("crowd-button", class extends Field {
  static observedAttributes = ["disabled"];

  build() {
    this.inner = make("button", { type: "button" }, make("slot"));
    this.shadowRoot.append(this.inner);
    this.addEventListener("click", (event) => {
      if (this.disabled) return event.stopImmediatePropagation();
      // What the page itself does with a click comes first.
      setTimeout(() => {
        if (event.defaultPrevented) return;
        if (this.action === "submit") FORM.request(this.form);
        if (this.action === "reset") FORM.reset(this.form);
      });
    });
  }
  get action() { return this.getAttribute("form-action") ?? this.getAttribute("type") ?? "none"; }
  get answer() { return undefined; }
  update() { this.inner.disabled = this.disabled; }
});

// All answers of a form as one object.
const collect = (form) => {
  // Without a prototype every name is one of an answer, "__proto__" too.
  const answers = Object.create(null);
  const merge = (name, part) => { answers[name] = { ...answers[name], ...part }; };
  for (const field of FORM.fields(form)) {
    const name = field.name;
    if (!name || RESERVED.includes(name) || field.matches(":disabled, fieldset, button, object")) continue;
    if (field instanceof Field) {
      const { answer } = field;
      if (answer !== null && typeof answer === "object") merge(name, answer);
      else if (answer !== undefined) answers[name] = answer;
    } else if (field.type === "checkbox" || field.type === "radio") {
      merge(name, { [field.value]: field.checked });
    } else if (field.type === "select-multiple") {
      answers[name] = [...field.selectedOptions].map((option) => option.value);
    } else if (field.type !== "submit" && field.type !== "file") {
      answers[name] = field.value;
    }
  }
  return answers;
};

const flat = (value, path, fields) => {
  if (value !== null && typeof value === "object") {
    for (const [key, part] of Object.entries(value)) flat(part, path ? `${path}.${key}` : key, fields);
  } else {
    fields.push([path, String(value)]);
  }
  return fields;
};

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
    // Behind whatever the page does with the event, which may stop it.
    window.addEventListener("submit", (event) => {
      if (event.target === this.form && !event.defaultPrevented && !parameters.has("turkSubmitTo")) {
        event.preventDefault();
        this.show();
      }
    });
  }
  preview(buttons) {
    const said = "You must ACCEPT the HIT before you can submit the results.";
    for (const button of buttons) {
      button.disabled = true;
      if (button.localName === "input") button.value = said;
      else button.textContent = said;
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

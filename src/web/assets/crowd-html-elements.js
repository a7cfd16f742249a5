// Elements of the kind that pages of tasks are made of: a form, its fields, classifiers, instructions.
// Written for mturk-local; names, attributes and what is submitted are those that such pages rely on.
"use strict";
(() => {
  if (customElements.get("crowd-form")) return;

  const ORIGIN = document.currentScript ? new URL(document.currentScript.src).origin : location.origin;
  const PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE";
  const RESERVED = ["assignmentId", "hitId", "workerId", "turkSubmitTo"];
  const STYLE = `
    :host { display: block; margin: .75rem 0; font: inherit; }
    :host([hidden]) { display: none; }
    label { display: block; }
    label > span { display: block; margin-bottom: .25rem; }
    label > span:empty { display: none; }
    .line { display: flex; gap: .5rem; align-items: baseline; padding: .2rem 0; }
    label.line > span { margin: 0; min-width: 0; }
    input:not([type=radio], [type=checkbox], [type=range]), textarea {
      font: inherit; padding: .4rem .55rem; border: 1px solid #6f757b; border-radius: .35rem;
      width: 100%; max-width: 40rem; box-sizing: border-box; }
    input[type=range] { width: min(100% - 3rem, 30rem); vertical-align: middle; margin: 0 .5rem 0 0; }
    input[type=radio], input[type=checkbox] { flex: none; margin: 0; }
    button { font: inherit; padding: .45rem 1rem; border: 1px solid #0b57d0; border-radius: .35rem;
      background: #fff; color: #0b57d0; cursor: pointer; }
    :host([variant=primary]) button { background: #0b57d0; color: #fff; }
    :host([variant=link]) button { border-color: transparent; text-decoration: underline; }
    button:disabled { opacity: .5; cursor: default; }
    :host(:focus-visible) { outline: none; }
    :focus-visible, :host([role=radio]:focus-visible) { outline: 2px solid #0b57d0; outline-offset: 2px; }
    fieldset { border: 1px solid #c8ccd0; border-radius: .35rem; margin: 0; padding: .75rem 1rem; min-width: 0; }
    legend { font-weight: 600; padding: 0 .35rem; }
    img { display: block; max-width: 100%; max-height: 70vh; margin-bottom: .5rem; }
    details { margin: .5rem 0; } summary { cursor: pointer; }`;

  // What a page says of its own looks comes first: nothing is weaker than this.
  const page = new CSSStyleSheet();
  page.replaceSync(":where(html) { font-family: system-ui, sans-serif; line-height: 1.45; }");
  document.adoptedStyleSheets.push(page);

  // Calls `deed` when the element's children are there.
  const whenParsed = (deed) =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", deed, { once: true })
      : queueMicrotask(deed);

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  };

  // A list as pages write it: JSON, or with single quotation marks.
  const list = (text) => {
    try {
      return JSON.parse(text ?? "[]").map(String);
    } catch {
      const items = text.matchAll(/'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/g);
      return [...items].map((item) => (item[1] ?? item[2]).replace(/\\(.)/g, "$1"));
    }
  };

  const parameters = new URLSearchParams(location.search);
  const submitTo = () => {
    const host = parameters.get("turkSubmitTo") ?? "";
    return /^(https?:)?\/\//.test(host) ? host.replace(/\/+$/, "") : ORIGIN;
  };

  // What every field has: a name, a value for a plain form, and one for a crowd-form.
  class Field extends HTMLElement {
    static formAssociated = true;

    constructor() {
      super();
      this.internals = this.attachInternals();
      this.attachShadow({ mode: "open", delegatesFocus: this.delegates });
      this.shadowRoot.append(make("style", {}, STYLE));
    }
    get delegates() { return true; }
    get name() { return this.getAttribute("name") ?? ""; }
    get form() { return this.internals.form; }
    get disabled() { return this.hasAttribute("disabled"); }
    set disabled(value) { this.toggleAttribute("disabled", Boolean(value)); }
    get required() { return this.hasAttribute("required"); }
    get validity() { return this.internals.validity; }
    get validationMessage() { return this.internals.validationMessage; }
    checkValidity() { return this.internals.checkValidity(); }
    reportValidity() { return this.internals.reportValidity(); }
    get _submittableValue() { return this.answer; }
    connectedCallback() {
      if (!this.built) {
        this.built = true;
        this.build();
      }
      this.update();
    }
    attributeChangedCallback() { if (this.built) this.update(); }
    formResetCallback() { this.reset?.(); this.update(); }
    // Tells the form the value, and what is wrong with it.
    keep(value, problem, anchor) {
      this.internals.setFormValue(value);
      this.internals.setValidity(problem ? { customError: true } : {}, problem, anchor);
    }
    changed(type) {
      this.update();
      this.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }

  // A field around one of the browser's own.
  class Wrapped extends Field {
    static observedAttributes = ["disabled", "required", "label", "placeholder"];

    build() {
      this.inner = this.control();
      this.caption = make("span");
      const label = make("label", {}, this.caption, this.inner);
      this.shadowRoot.append(label);
      this.inner.addEventListener("input", () => this.update());
      this.inner.addEventListener("change", () => this.changed("change"));
      this.reset();
    }
    get value() { return this.inner?.value ?? this.getAttribute("value") ?? ""; }
    set value(value) {
      if (!this.built) return void this.setAttribute("value", value);
      this.inner.value = value;
      this.update();
    }
    get answer() { return this.value; }
    reset() { this.inner.value = this.getAttribute("value") ?? this.initial ?? ""; }
    update() {
      this.caption.textContent = this.getAttribute("label") ?? "";
      this.inner.disabled = this.disabled;
      this.inner.required = this.required;
      this.inner.placeholder = this.getAttribute("placeholder") ?? "";
      this.inner.setCustomValidity("");
      const pattern = this.getAttribute("allowed-pattern");
      const odd = pattern && this.value && [...this.value].some((c) => !new RegExp(pattern).test(c));
      const own = odd ? "Some characters are not allowed." : this.inner.validationMessage;
      this.keep(this.value, own && (this.getAttribute("error-message") || own), this.inner);
    }
  }

  const limits = (element, names) => Object.fromEntries(names.map((name) =>
    [name.replace("-", ""), element.getAttribute(name)]));

  customElements.define("crowd-input", class extends Wrapped {
    control() {
      const type = this.getAttribute("type") ?? "text";
      const known = ["text", "number", "email", "url", "tel", "password", "date", "time"];
      const input = make("input", { type: known.includes(type) ? type : "text",
        ...limits(this, ["min", "max", "step", "max-length", "min-length"]) });
      // As in a form of the browser's own, Enter hands in.
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) this.form?.requestSubmit();
      });
      return input;
    }
  });

  customElements.define("crowd-text-area", class extends Wrapped {
    control() {
      return make("textarea", { rows: this.getAttribute("rows") ?? "4", ...limits(this, ["max-length"]) });
    }
  });

  customElements.define("crowd-slider", class extends Wrapped {
    get initial() { return this.getAttribute("min") ?? "0"; }
    control() {
      this.shown = make("output");
      return make("input", { type: "range", ...limits(this, ["min", "max", "step"]) });
    }
    build() {
      super.build();
      this.inner.after(this.shown);
    }
    get answer() { return Number(this.value); }
    update() {
      super.update();
      this.shown.value = this.value;
    }
  });

  customElements.define("crowd-checkbox", class extends Field {
    static observedAttributes = ["disabled", "required", "checked"];

    build() {
      this.inner = make("input", { type: "checkbox" });
      this.shadowRoot.append(make("label", { class: "line" }, this.inner, make("span", {}, make("slot"))));
      this.inner.addEventListener("change", () => this.changed("change"));
      this.reset();
    }
    reset() { this.inner.checked = this.hasAttribute("checked"); }
    get checked() { return this.inner?.checked ?? this.hasAttribute("checked"); }
    set checked(value) {
      if (!this.built) return void this.toggleAttribute("checked", Boolean(value));
      this.inner.checked = value;
      this.update();
    }
    get value() { return this.getAttribute("value") ?? "on"; }
    get answer() { return { [this.value]: this.checked }; }
    attributeChangedCallback(name) {
      if (name === "checked" && this.built) this.reset();
      super.attributeChangedCallback();
    }
    update() {
      this.inner.disabled = this.disabled;
      const missing = this.required && !this.checked;
      this.keep(this.checked ? this.value : null, missing ? "Check this box to go on." : "", this.inner);
    }
  });

  customElements.define("crowd-radio-button", class extends Field {
    static observedAttributes = ["checked", "disabled"];

    get delegates() { return false; }
    build() {
      const mark = make("span", { "aria-hidden": "true" });
      this.mark = mark;
      this.first = this.checked;
      this.shadowRoot.append(make("span", { class: "line" }, mark, make("span", {}, make("slot"))));
      this.setAttribute("role", "radio");
      this.addEventListener("click", () => this.choose());
      this.addEventListener("keydown", (event) => this.typed(event));
    }
    reset() { this.checked = this.first; }
    get group() { return this.closest("crowd-radio-group"); }
    get checked() { return this.hasAttribute("checked"); }
    set checked(value) { this.toggleAttribute("checked", Boolean(value)); }
    get value() { return this.getAttribute("value") ?? "on"; }
    get answer() { return { [this.value]: this.checked }; }
    choose() {
      if (this.disabled || this.group?.disabled || this.checked) return;
      this.checked = true;
      this.dispatchEvent(new Event("change", { bubbles: true }));
    }
    typed(event) {
      if (event.key === " ") {
        event.preventDefault();
        return this.choose();
      }
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const all = this.group?.buttons.filter((one) => !one.disabled) ?? [];
      if (!step || all.length === 0) return;
      event.preventDefault();
      const next = all[(all.indexOf(this) + step + all.length) % all.length];
      next.choose();
      next.focus();
    }
    update() {
      this.mark.textContent = this.checked ? "◉" : "○";
      this.setAttribute("aria-checked", String(this.checked));
      this.keep(this.checked ? this.value : null, "");
      if (this.checked) {
        this.group?.buttons.forEach((one) => { if (one !== this) one.checked = false; });
      }
      if (this.group) this.group.update();
      else this.tabIndex = 0;
    }
  });

  customElements.define("crowd-radio-group", class extends HTMLElement {
    static formAssociated = true;
    internals = this.attachInternals();

    get buttons() { return [...this.querySelectorAll("crowd-radio-button")]; }
    get disabled() { return this.hasAttribute("disabled"); }
    connectedCallback() {
      this.setAttribute("role", "radiogroup");
      whenParsed(() => this.update());
    }
    // One button of a group is reached by Tab: the chosen one, or the first.
    update() {
      const reached = this.buttons.find((one) => one.checked) ?? this.buttons.find((one) => !one.disabled);
      for (const one of this.buttons) one.tabIndex = one === reached ? 0 : -1;
      const missing = this.hasAttribute("required") && !this.buttons.some((one) => one.checked);
      this.internals.setValidity(missing ? { valueMissing: true } : {}, missing ? "Choose one of these." : "",
        reached);
    }
  });

  // Content, instructions, and one category to choose.
  class Classifier extends Field {
    static observedAttributes = ["categories", "header", "src"];

    build() {
      this.head = make("legend");
      this.choices = make("div", { role: "radiogroup" });
      this.target = make("div", {}, make("slot", { name: "classification-target" }));
      const full = make("details", {}, make("summary", {}, "View full instructions"),
        make("slot", { name: "full-instructions" }));
      this.shadowRoot.append(make("fieldset", {}, this.head, make("slot", { name: "short-instructions" }), full,
        this.target, this.choices));
      const place = () => {
        for (const child of this.children) child.slot = child.localName;
        full.hidden = !this.querySelector("full-instructions");
      };
      whenParsed(place);
      new MutationObserver(place).observe(this, { childList: true });
      this.choices.addEventListener("change", () => this.changed("change"));
    }
    get label() { return this.choices?.querySelector(":checked")?.value; }
    get value() { return { label: this.label }; }
    get answer() { return this.value; }
    reset() { this.choices.replaceChildren(); }
    update() {
      this.head.textContent = this.getAttribute("header") ?? "";
      const wanted = list(this.getAttribute("categories"));
      const shown = [...this.choices.querySelectorAll("input")].map((input) => input.value);
      if (wanted.join("\n") !== shown.join("\n")) {
        this.choices.replaceChildren(...wanted.map((category) => make("label", { class: "line" },
          make("input", { type: "radio", name: "category", value: category }), category)));
      }
      const source = this.getAttribute("src");
      if (source !== null && this.picture?.getAttribute("src") !== source) {
        this.picture?.remove();
        this.picture = make("img", { src: source, alt: this.getAttribute("header") ?? "" });
        this.target.prepend(this.picture);
      }
      const missing = this.label === undefined ? "Choose a category." : "";
      this.keep(this.label ?? null, missing, this.choices.querySelector("input") ?? this.choices);
    }
  }
  customElements.define("crowd-classifier", Classifier);
  customElements.define("crowd-image-classifier", class extends Classifier {});

  customElements.define("crowd-instructions", class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const region = (name, title) => make("section", { id: name }, ...(title ? [make("h3", {}, title)] : []),
        make("slot", { name }));
      const more = make("details", {}, make("summary", {}, this.getAttribute("link-text") ?? "Instructions"),
        region("detailed-instructions"), region("full-instructions"),
        region("positive-example", "Good example"), region("negative-example", "Bad example"));
      this.attachShadow({ mode: "open" });
      this.shadowRoot.append(make("style", {}, STYLE), region("short-summary"), region("short-instructions"), more);
      whenParsed(() => {
        for (const child of this.children) child.slot = child.localName;
        const empty = (section) => !this.querySelector(`:scope > ${section.id}`);
        for (const section of this.shadowRoot.querySelectorAll("section")) section.hidden = empty(section);
      });
    }
  });

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
          if (this.action === "submit") this.form?.requestSubmit();
          if (this.action === "reset") this.form?.reset();
        });
      });
    }
    get action() { return this.getAttribute("form-action") ?? this.getAttribute("type") ?? "none"; }
    get answer() { return undefined; }
    update() { this.inner.disabled = this.disabled; }
  });

  // All answers of a form as one object.
  const collect = (form) => {
    const answers = {};
    const merge = (name, part) => { answers[name] = { ...answers[name], ...part }; };
    for (const field of HTMLFormElement.prototype.__lookupGetter__("elements").call(form)) {
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
      this.form.append(...this.childNodes);
      const buttons = "crowd-button[form-action=submit], crowd-button[type=submit], [type=submit], " +
        "button:not([type])";
      if (!this.form.querySelector(buttons)) {
        this.form.append(make("crowd-button", { "form-action": "submit", variant: "primary" }, "Submit"));
      }
      this.append(this.form);
      if (parameters.get("assignmentId") === PREVIEW) this.preview(this.form.querySelectorAll(buttons));
      this.form.addEventListener("formdata", (event) => this.fill(event.formData));
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
      this.form.addEventListener("submit", (event) => event.preventDefault(), { capture: true });
    }
    // Outside a HIT there is nowhere to submit to: the answer is shown on top of the page.
    show() {
      const shown = document.querySelector(".crowd-output") ?? make("pre", { class: "crowd-output" });
      shown.textContent = JSON.stringify([collect(this.form)]);
      document.body.prepend(shown);
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
    submit() { this.form?.submit(); }
    requestSubmit() { this.form?.requestSubmit(); }
    reset() { this.form?.reset(); }
  });
})();

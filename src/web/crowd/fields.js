// Fields: text, numbers, boxes to check, and buttons of which one is chosen.

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
      if (event.key === "Enter" && !event.isComposing) FORM.request(this.form);
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

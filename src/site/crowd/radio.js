// crowd-radio-button and crowd-radio-group: buttons of which one is chosen.

import { STEPS, make, whenParsed } from "./dom.js";
import { Field } from "./field.js";

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
    const step = STEPS[event.key];
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

// Amazon documents no attribute of it, and did not enforce `required`.
customElements.define("crowd-radio-group", class extends HTMLElement {
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
  }
});

// crowd-checkbox: a box to check.

import { make } from "./dom.js";
import { Field } from "./field.js";

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

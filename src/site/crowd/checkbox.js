// crowd-checkbox: a box to check. crowd-toggle-button: the same as a switch.

import { make } from "./dom.js";
import { Field } from "./field.js";

class Checkbox extends Field {
  static observedAttributes = ["disabled", "required", "checked", "name", "aria-label"];

  get role() { return null; }
  build() {
    this.inner = make("input", { type: "checkbox", role: this.role });
    this.text = make("slot");
    this.shadowRoot.append(make("label", { class: "line" }, this.inner, make("span", {}, this.text)));
    this.inner.addEventListener("change", () => this.changed("change"));
    this.text.addEventListener("slotchange", () => this.update());
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
    const spoken = this.getAttribute("aria-label") || (this.textContent.trim() ? "" : this.name);
    if (spoken) this.inner.setAttribute("aria-label", spoken);
    else this.inner.removeAttribute("aria-label");
    const missing = this.required && !this.checked;
    this.keep(this.checked ? this.value : null, missing ? this.missing : "", this.inner);
  }
  get missing() { return "Check this box to go on."; }
}
customElements.define("crowd-checkbox", Checkbox);
customElements.define("crowd-toggle-button", class extends Checkbox {
  get role() { return "switch"; }
  get missing() { return "Switch this on to go on."; }
});

// crowd-button: submits or resets its form, or does what the page says.

import { FORM, make } from "./dom.js";
import { Field } from "./field.js";

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

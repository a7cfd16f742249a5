// A field around one of the browser's own.

import { make } from "./dom.js";
import { Field } from "./field.js";

export class Wrapped extends Field {
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

export const limits = (element, names) => Object.fromEntries(names.map((name) =>
  [name.replace("-", ""), element.getAttribute(name)]));

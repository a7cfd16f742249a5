// A field around one of the browser's own.

import { make } from "./dom.js";
import { Field } from "./field.js";
import { whenReady } from "./ready.js";

export class Wrapped extends Field {
  static observedAttributes = ["disabled", "required", "label", "placeholder", "error-message", "char-counter"];

  build() {
    this.inner = this.control();
    this.caption = make("span");
    this.problem = make("span", { class: "problem", role: "alert" });
    this.counter = make("span", { class: "counter" });
    const below = make("span", { class: "below" }, this.problem, this.counter);
    this.shadowRoot.append(make("label", {}, this.caption, this.inner), below);
    this.inner.addEventListener("beforeinput", (event) => {
      if (!this.allows(event.data ?? "")) event.preventDefault();
    });
    this.inner.addEventListener("input", () => {
      this.isTouched = true;
      this.update();
    });
    this.inner.addEventListener("change", () => this.changed("change"));
    this.reset();
    if (!["false", null].includes(this.getAttribute("auto-focus"))) whenReady(() => this.inner.focus());
  }
  get value() { return this.inner?.value ?? this.getAttribute("value") ?? ""; }
  set value(value) {
    if (!this.built) return void this.setAttribute("value", value);
    this.inner.value = value;
    this.update();
  }
  get answer() { return this.value; }
  reset() {
    this.isTouched = false;
    this.inner.value = this.getAttribute("value") ?? this.initial ?? "";
  }
  // Whether each of these characters is one that may be typed.
  allows(text) {
    const pattern = this.getAttribute("allowed-pattern");
    try {
      return !pattern || [...text].every((character) => new RegExp(pattern).test(character));
    } catch {
      return true;
    }
  }
  update() {
    const label = this.getAttribute("label") ?? "";
    const placeholder = this.getAttribute("placeholder") ?? "";
    this.caption.textContent = label;
    this.inner.disabled = this.disabled;
    this.inner.required = this.required;
    this.inner.placeholder = placeholder;
    if (!label) this.inner.setAttribute("aria-label", this.getAttribute("aria-label") || placeholder || this.name);
    else this.inner.removeAttribute("aria-label");
    this.inner.setCustomValidity("");
    const own = this.allows(this.value) ? this.inner.validationMessage : "Some characters are not allowed.";
    const problem = own && (this.getAttribute("error-message") || own);
    this.problem.textContent = this.hasAttribute("auto-validate") && this.isTouched ? problem : "";
    const most = this.getAttribute("max-length");
    const length = this.value.length;
    this.counter.textContent = !this.hasAttribute("char-counter") ? "" : most ? `${length}/${most}` : String(length);
    this.keep(this.posted ?? this.value, problem, this.inner);
  }
}

export const limits = (element, names) => Object.fromEntries(names.map((name) =>
  [name.replace("-", ""), element.getAttribute(name)]));

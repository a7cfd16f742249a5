// crowd-slider: a number between two ends. crowd-slider-label: what stands beside one.

import { make } from "./dom.js";
import { Drawn } from "./drawn.js";
import { Wrapped, limits } from "./wrapped.js";

const LIMITS = ["min", "max", "step"];

customElements.define("crowd-slider", class extends Wrapped {
  static observedAttributes = [...super.observedAttributes, "editable", "pin", "aria-label"];

  get initial() { return this.getAttribute("min") ?? "0"; }
  control() { return make("input", { type: "range", ...limits(this, LIMITS) }); }
  build() {
    super.build();
    this.shown = make("output");
    this.number = make("input", { type: "number", ...limits(this, LIMITS) });
    this.shadowRoot.querySelector("label").after(make("span", { class: "value" }, this.shown, this.number));
    this.number.addEventListener("change", () => {
      this.inner.value = this.number.value;
      this.changed("change");
    });
  }
  get answer() { return Number(this.value); }
  update() {
    super.update();
    if (!this.shown) return;
    const isEditable = this.hasAttribute("editable"), isPinned = this.hasAttribute("pin");
    this.shown.value = this.value;
    this.shown.hidden = isEditable && !isPinned;
    this.shown.className = isPinned ? "pin" : "";
    const { min, max } = this.inner;
    this.shown.style.setProperty("--at", String((this.value - (min || 0)) / ((max || 100) - (min || 0) || 1)));
    this.number.hidden = !isEditable;
    this.number.disabled = this.disabled;
    this.number.value = this.value;
    this.number.setAttribute("aria-label", `${this.getAttribute("label") || this.name}: number`);
  }
});

// Assumed: Amazon's samples use it, and do not say what it does.
customElements.define("crowd-slider-label", class extends Drawn {
  build() { this.shadowRoot.append(make("div", { class: "ends" }, make("slot"))); }
});

// crowd-slider: a number between two ends.

import { make } from "./dom.js";
import { Wrapped, limits } from "./wrapped.js";

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

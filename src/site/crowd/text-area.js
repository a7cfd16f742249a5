// crowd-text-area: several lines of text.

import { make } from "./dom.js";
import { Wrapped, limits } from "./wrapped.js";

customElements.define("crowd-text-area", class extends Wrapped {
  control() {
    return make("textarea", { rows: this.getAttribute("rows") ?? "4", ...limits(this, ["max-length"]) });
  }
});

// crowd-text-area: several lines of text. It grows with them.

import { make } from "./dom.js";
import { Wrapped, limits } from "./wrapped.js";

customElements.define("crowd-text-area", class extends Wrapped {
  control() {
    const rows = Number(this.getAttribute("rows")) || 4;
    const most = Number(this.getAttribute("max-rows"));
    const lines = (count) => `calc(${count}lh + .9rem)`;
    const area = make("textarea", { rows: String(rows), ...limits(this, ["max-length"]) });
    area.style.minHeight = lines(most ? Math.min(rows, most) : rows);
    if (most) area.style.maxHeight = lines(most);
    return area;
  }
});

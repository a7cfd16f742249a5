// crowd-input: a line of text, a number, a date.

import { FORM, make } from "./dom.js";
import { Wrapped, limits } from "./wrapped.js";

customElements.define("crowd-input", class extends Wrapped {
  control() {
    const type = this.getAttribute("type") ?? "text";
    const known = ["text", "number", "email", "url", "tel", "password", "date", "time"];
    const input = make("input", { type: known.includes(type) ? type : "text",
      ...limits(this, ["min", "max", "step", "max-length", "min-length"]) });
    // As in a form of the browser's own, Enter hands in.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) FORM.request(this.form);
    });
    return input;
  }
});

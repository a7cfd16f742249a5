// crowd-input: a line of text, a number, a date, a file.

import { FORM, formOf, make } from "./dom.js";
import { Wrapped, limits } from "./wrapped.js";

const TYPES = ["text", "number", "email", "url", "tel", "password", "search", "date", "time", "month", "week",
  "datetime-local", "color", "file"];

customElements.define("crowd-input", class extends Wrapped {
  control() {
    const type = (this.getAttribute("type") ?? "text").toLowerCase();
    const input = make("input", { type: TYPES.includes(type) ? type : "text", accept: this.getAttribute("accept"),
      ...limits(this, ["min", "max", "step", "max-length", "min-length"]) });
    // As in a form of the browser's own, Enter hands in.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && input.type !== "file") FORM.request(formOf(this));
    });
    return input;
  }
  get file() { return this.inner?.files?.[0]; }
  // A plain form posts the file.
  get posted() { return this.file; }
  // Assumed: of a file, a crowd-form has the name.
  get answer() { return this.inner?.type === "file" ? this.file?.name : this.value; }
  reset() {
    if (this.inner.type === "file") this.inner.value = "";
    else super.reset();
  }
});

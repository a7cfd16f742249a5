// crowd-text-ranking: answers to a text, each ranked in several dimensions.

import { make } from "./dom.js";
import { list, named } from "./loose.js";
import { Tool } from "./tool.js";

customElements.define("crowd-text-ranking", class extends Tool {
  static observedAttributes = [...super.observedAttributes, "text", "responses", "ordinal-ranking-dimensions"];

  draw() {
    this.text = make("p", { class: "text" });
    this.table = make("div");
    this.body.append(this.text, this.table);
    this.table.addEventListener("change", () => this.changed("change"));
  }
  get responses() { return list(this.getAttribute("responses")).map(String); }
  get dimensions() { return list(this.getAttribute("ordinal-ranking-dimensions")); }
  reset() {
    super.reset();
    this.read = null;
  }
  update() {
    super.update();
    this.text.textContent = this.getAttribute("text") ?? "";
    const given = `${this.getAttribute("responses")}\n${this.getAttribute("ordinal-ranking-dimensions")}`;
    if (given !== this.read) this.fill();
    this.read = given;
    const missing = this.selects.find((select) => !select.value);
    const tied = this.tied();
    const untied = tied ? "Two responses cannot have the same rank here." : "";
    this.keep(JSON.stringify(this.answer ?? null), missing ? "Rank each response." : untied,
      missing ?? tied ?? this.table);
  }
  get selects() { return [...this.table.querySelectorAll("select")]; }
  fill() {
    const { responses, dimensions } = this;
    const choose = (dimension, at) => make("label", { class: "line" }, `${named(dimension)}: `, make("select",
      { "data-dimension": named(dimension), "aria-label": `${named(dimension)}, response ${at + 1}` },
      make("option", { value: "" }, "–"),
      ...responses.map((_, rank) => make("option", { value: String(rank + 1) }, String(rank + 1)))));
    this.table.replaceChildren(...responses.map((response, at) => make("div", { class: "card" },
      make("strong", {}, `Response ${at + 1}`), make("p", { class: "text" }, response),
      ...dimensions.map((dimension) => choose(dimension, at)))));
  }
  ranks(dimension) { return this.selects.filter((select) => select.dataset.dimension === named(dimension)); }
  // A rank that stands twice where it may not.
  tied() {
    for (const dimension of this.dimensions.filter((one) => one?.allowTie !== true)) {
      const seen = new Set();
      for (const select of this.ranks(dimension)) {
        if (select.value && seen.has(select.value)) return select;
        seen.add(select.value);
      }
    }
    return undefined;
  }
  // Assumed: of each dimension the ranks, 1 the best, in the order of the responses.
  get answer() {
    if (this.selects.every((select) => !select.value)) return undefined;
    return Object.fromEntries(this.dimensions.map((dimension) =>
      [named(dimension), this.ranks(dimension).map((select) => Number(select.value) || null)]));
  }
});

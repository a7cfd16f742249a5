// crowd-classifier and crowd-image-classifier: content, and one category to choose; with
// "-multi-select" several. crowd-rekognition-detect-moderation-labels is one of these.

import { make } from "./dom.js";
import { list, loose, named } from "./loose.js";
import { Tool } from "./tool.js";

class Classifier extends Tool {
  static observedAttributes = [...super.observedAttributes, "categories", "exclusion-category"];

  get kind() { return "radio"; }
  get empty() { return "Choose a category."; }
  draw() {
    this.choices = make("div", { role: this.kind === "radio" ? "radiogroup" : "group" });
    this.body.append(make("slot", { name: "classification-target" }), this.choices);
    this.choices.addEventListener("change", () => this.changed("change"));
  }
  get categories() { return list(this.getAttribute("categories")); }
  set categories(value) { this.setAttribute("categories", typeof value === "string" ? value : JSON.stringify(value)); }
  get inputs() { return [...this.choices?.querySelectorAll("input[name=category]") ?? []]; }
  get chosen() { return this.inputs.filter((input) => input.checked).map((input) => input.value); }
  set chosen(values) {
    for (const input of this.inputs) input.checked = values.includes(input.value);
    this.update();
  }
  get label() { return this.chosen[0]; }
  get value() { return this.label ?? ""; }
  set value(value) { this.chosen = [value?.label ?? value]; }
  get answer() { return this.label === undefined ? undefined : { label: this.label, ...this.remark }; }
  reset() {
    super.reset();
    this.choices.replaceChildren();
  }
  choice(name, text) {
    return make("label", { class: "line" }, make("input", { type: this.kind, name, value: text }), text);
  }
  update() {
    super.update();
    this.choices.setAttribute("aria-label", this.getAttribute("header") || "Categories");
    const wanted = this.categories.map(named);
    if (wanted.join("\n") !== this.inputs.map((input) => input.value).join("\n")) {
      const { chosen } = this;
      this.choices.replaceChildren(...wanted.map((category) => this.choice("category", category)));
      for (const input of this.inputs) input.checked = chosen.includes(input.value);
    }
    this.check();
  }
  check() {
    const first = this.inputs[0] ?? this.choices;
    this.keep(this.chosen.join(",") || null, this.chosen.length > 0 ? "" : this.empty, first);
  }
}
customElements.define("crowd-classifier", Classifier);
customElements.define("crowd-image-classifier", class extends Classifier {});

class MultiSelect extends Classifier {
  get kind() { return "checkbox"; }
  get empty() { return "Choose at least one category."; }
  // What says that none applies.
  get exclusion() {
    const given = loose(this.getAttribute("exclusion-category"), null);
    return given === null ? null : String(given.text ?? given);
  }
  get excluded() { return this.choices?.querySelector("input[name=exclusion]")?.checked ?? false; }
  // Assumed: what says that none applies is then the one label.
  get labels() { return this.excluded ? [this.exclusion] : this.chosen; }
  get value() { return this.labels; }
  set value(values) { this.chosen = Array.isArray(values) ? values : [values]; }
  get answer() { return this.labels.length > 0 ? { labels: this.labels, ...this.remark } : undefined; }
  check() {
    const { exclusion } = this;
    const last = this.choices.querySelector("input[name=exclusion]");
    if (last?.value !== exclusion && (last || exclusion !== null)) {
      last?.closest("label").remove();
      if (exclusion !== null) this.choices.append(this.choice("exclusion", exclusion));
    }
    for (const input of this.inputs) {
      input.disabled = this.excluded;
      if (this.excluded) input.checked = false;
    }
    const isDone = this.excluded || this.isComplete;
    const at = this.choices.querySelector("input:not(:disabled)") ?? this.choices;
    this.keep(this.labels.join(",") || null, isDone ? "" : this.empty, at);
  }
  get isComplete() { return this.chosen.length > 0; }
}
customElements.define("crowd-classifier-multi-select", MultiSelect);
customElements.define("crowd-image-classifier-multi-select", class extends MultiSelect {});

customElements.define("crowd-rekognition-detect-moderation-labels", class extends MultiSelect {
  get name() { return super.name || "AWS/Rekognition/DetectModerationLabels/Image/V3"; }
  // The categories as the page has them, objects too.
  get labels() { return this.categories.filter((category) => this.chosen.includes(named(category))); }
  get answer() { return { ModerationLabels: this.labels, ...this.remark }; }
  // Assumed: where nothing says that none applies, no category is an answer too.
  get isComplete() { return this.chosen.length > 0 || this.exclusion === null; }
});

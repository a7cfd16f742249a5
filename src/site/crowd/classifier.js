// crowd-classifier and crowd-image-classifier: content, instructions, and one category to choose.

import { list, make, whenParsed } from "./dom.js";
import { Field } from "./field.js";

class Classifier extends Field {
  static observedAttributes = ["categories", "header", "src"];

  build() {
    this.head = make("legend");
    this.choices = make("div", { role: "radiogroup" });
    this.target = make("div", {}, make("slot", { name: "classification-target" }));
    const full = make("details", {}, make("summary", {}, "View full instructions"),
      make("slot", { name: "full-instructions" }));
    this.shadowRoot.append(make("fieldset", {}, this.head, make("slot", { name: "short-instructions" }), full,
      this.target, this.choices));
    const place = () => {
      for (const child of this.children) child.slot = child.localName;
      full.hidden = !this.querySelector("full-instructions");
    };
    whenParsed(place);
    new MutationObserver(place).observe(this, { childList: true });
    this.choices.addEventListener("change", () => this.changed("change"));
  }
  get label() { return this.choices?.querySelector(":checked")?.value; }
  get value() { return { label: this.label }; }
  get answer() { return this.value; }
  reset() { this.choices.replaceChildren(); }
  update() {
    this.head.textContent = this.getAttribute("header") ?? "";
    const wanted = list(this.getAttribute("categories"));
    const shown = [...this.choices.querySelectorAll("input")].map((input) => input.value);
    if (wanted.join("\n") !== shown.join("\n")) {
      this.choices.replaceChildren(...wanted.map((category) => make("label", { class: "line" },
        make("input", { type: "radio", name: "category", value: category }), category)));
    }
    const source = this.getAttribute("src");
    if (source !== null && this.picture?.getAttribute("src") !== source) {
      this.picture?.remove();
      this.picture = make("img", { src: source, alt: this.getAttribute("header") ?? "" });
      this.target.prepend(this.picture);
    }
    const missing = this.label === undefined ? "Choose a category." : "";
    this.keep(this.label ?? null, missing, this.choices.querySelector("input") ?? this.choices);
  }
}
customElements.define("crowd-classifier", Classifier);
customElements.define("crowd-image-classifier", class extends Classifier {});

// Content with a question about it, and instructions.

// Content, instructions, and one category to choose.
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

customElements.define("crowd-instructions", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const region = (name, title) => make("section", { id: name }, ...(title ? [make("h3", {}, title)] : []),
      make("slot", { name }));
    const more = make("details", {}, make("summary", {}, this.getAttribute("link-text") ?? "Instructions"),
      region("detailed-instructions"), region("full-instructions"),
      region("positive-example", "Good example"), region("negative-example", "Bad example"));
    this.attachShadow({ mode: "open" });
    this.shadowRoot.append(make("style", {}, STYLE), region("short-summary"), region("short-instructions"), more);
    whenParsed(() => {
      for (const child of this.children) child.slot = child.localName;
      const empty = (section) => !this.querySelector(`:scope > ${section.id}`);
      for (const section of this.shadowRoot.querySelectorAll("section")) section.hidden = empty(section);
    });
  }
});

// crowd-instructions: instructions and examples that open beside the task.

import { make, whenParsed } from "./dom.js";
import { STYLE } from "./style.js";

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

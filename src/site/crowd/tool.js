// What elements with a header, instructions and one task have in common.

import { make, whenParsed } from "./dom.js";
import { Field } from "./field.js";
import { overlay, picture } from "./picture.js";
import { loose } from "./loose.js";

export class Tool extends Field {
  static observedAttributes = ["header", "src", "overlay", "disabled"];

  build() {
    this.head = make("legend");
    this.fullHead = make("strong");
    this.full = make("details", {}, make("summary", {}, "View full instructions"), this.fullHead,
      make("slot", { name: "full-instructions" }));
    this.target = make("div");
    this.body = make("div");
    this.outer = make("fieldset", {}, this.head, make("slot", { name: "short-instructions" }), this.full, this.target,
      this.body);
    this.shadowRoot.append(this.outer);
    whenParsed(() => this.place());
    new MutationObserver(() => this.place()).observe(this, { childList: true });
    this.draw();
  }
  // Fills `body`, once.
  draw() {}
  part(name) { return this.querySelector(`:scope > ${name}`); }
  place() {
    for (const child of this.children) child.slot = child.localName;
    const full = this.part("full-instructions");
    this.full.hidden = !full;
    this.fullHead.textContent = full?.getAttribute("header") ?? "";
    const comment = this.part("worker-comment");
    if (comment && !this.comment) this.addComment(comment);
  }
  // A place for a remark, which is in the answer if there is one.
  addComment(part) {
    const text = part.getAttribute("link-text") || "Add a comment.";
    const header = part.getAttribute("header") || "Add a comment.";
    this.comment = make("textarea", { rows: "3", "aria-label": header, placeholder: part.getAttribute("placeholder") });
    this.comment.disabled = this.disabled;
    this.outer.append(make("details", {}, make("summary", {}, text), make("strong", {}, header),
      make("slot", { name: "worker-comment" }), this.comment));
  }
  get remark() { return this.comment?.value ? { workerComment: this.comment.value } : {}; }
  reset() { if (this.comment) this.comment.value = ""; }
  update() {
    this.head.textContent = this.getAttribute("header") ?? "";
    this.outer.disabled = this.disabled;
    const shown = ["src", "overlay", "header"].map((name) => this.getAttribute(name));
    if (shown.join("\n") !== this.shown) this.show(...shown);
    this.shown = shown.join("\n");
  }
  show(source, over, header) {
    const found = over === null ? null : overlay(loose(over));
    const parts = source === null ? [] : [picture(source, header ?? "", found?.draw), ...(found ? [found.legend] : [])];
    this.target.replaceChildren(...parts);
  }
}

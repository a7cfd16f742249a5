// crowd-modal: a window over the page. crowd-instructions: such a window with instructions on tabs.

import { make, whenParsed } from "./dom.js";
import { Drawn } from "./drawn.js";
import { tabList } from "./tablist.js";

class Modal extends Drawn {
  static observedAttributes = ["link-text", "link-type"];

  get text() { return this.getAttribute("link-text") || this.otherwise; }
  get otherwise() { return "Click to open modal"; }
  build() {
    this.trigger = make("button", { type: "button", "aria-haspopup": "dialog" });
    const close = make("button", { type: "button" }, "Close");
    this.dialog = make("dialog", { closedby: "any" }, ...this.inside(), close);
    this.shadowRoot.append(this.trigger, this.dialog);
    this.trigger.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.close());
    this.addEventListener("invalid", () => this.open(), { capture: true });
  }
  inside() { return [make("slot")]; }
  open() { if (!this.dialog.open) this.dialog.showModal(); }
  close() { this.dialog.close(); }
  update() {
    this.trigger.textContent = this.text;
    this.trigger.className = this.getAttribute("link-type") === "button" ? "" : "link";
    this.dialog.setAttribute("aria-label", this.text);
  }
}
customElements.define("crowd-modal", Modal);

// The tabs, and the children that each shows.
const PAGES = {
  Summary: ["short-summary", "short-instructions"],
  "Detailed Instructions": ["detailed-instructions", "full-instructions"],
  Examples: ["positive-example", "negative-example"],
};
const TITLES = { "positive-example": "Good example", "negative-example": "Bad example" };

customElements.define("crowd-instructions", class extends Modal {
  get otherwise() { return "Click for instructions"; }
  inside() {
    this.pages = Object.entries(PAGES).map(([title, names]) => make("section", { role: "tabpanel", "aria-label": title,
      tabindex: "0" }, ...names.map((name) => this.part(name))));
    this.row = tabList("Instructions", (at) => {
      for (const page of this.pages) page.hidden = page !== this.filled[at];
    });
    whenParsed(() => this.place());
    new MutationObserver(() => this.place()).observe(this, { childList: true });
    return [this.row.bar, ...this.pages];
  }
  part(name) {
    return make("div", { "data-part": name }, ...(TITLES[name] ? [make("h3", {}, TITLES[name])] : []),
      make("slot", { name }));
  }
  place() {
    for (const child of this.children) child.slot = child.localName;
    for (const part of this.dialog.querySelectorAll("[data-part]")) {
      part.hidden = !this.querySelector(`:scope > ${part.dataset.part}`);
    }
    this.filled = this.pages.filter((page) => page.querySelector("[data-part]:not([hidden])"));
    this.row.name(this.filled.map((page) => page.getAttribute("aria-label")));
    this.pages.forEach((page) => { page.hidden = true; });
    if (this.filled.length > 0) this.row.select(0);
  }
});

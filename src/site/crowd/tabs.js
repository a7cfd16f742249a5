// crowd-tabs and crowd-tab: pages of which one is shown.

import { make, whenParsed } from "./dom.js";
import { Drawn } from "./drawn.js";
import { tabList } from "./tablist.js";

customElements.define("crowd-tab", class extends Drawn {
  static observedAttributes = ["header"];

  build() {
    this.setAttribute("role", "tabpanel");
    this.shadowRoot.append(make("slot"));
  }
  get header() { return this.getAttribute("header") ?? ""; }
  update() {
    this.setAttribute("aria-label", this.header);
    this.closest("crowd-tabs")?.refresh?.();
  }
});

customElements.define("crowd-tabs", class extends Drawn {
  build() {
    this.chosen = 0;
    this.row = tabList("Tabs", (at) => this.show(at));
    this.shadowRoot.append(this.row.bar, make("div", { class: "panel" }, make("slot")));
    // A field that is not filled in is shown when the browser tells of it.
    this.addEventListener("invalid", (event) => {
      const at = this.tabs.findIndex((tab) => tab.contains(event.target));
      if (at < 0 || this.isTelling) return;
      this.isTelling = true;
      setTimeout(() => { this.isTelling = false; });
      this.row.select(at);
    }, { capture: true });
    whenParsed(() => this.refresh());
    new MutationObserver(() => this.refresh()).observe(this, { childList: true });
  }
  get tabs() { return [...this.children].filter((child) => child.localName === "crowd-tab"); }
  refresh() {
    if (!this.row || this.tabs.length === 0) return;
    this.row.name(this.tabs.map((tab) => tab.getAttribute("header") ?? ""));
    this.row.select(Math.min(this.chosen, this.tabs.length - 1));
  }
  show(at) {
    this.chosen = at;
    this.tabs.forEach((tab, number) => { tab.hidden = number !== at; });
  }
});

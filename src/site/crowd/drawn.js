// What every element has: a tree of its own, and attributes that it follows.

import { make } from "./dom.js";
import { STYLE } from "./style.js";

export class Drawn extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open", delegatesFocus: this.delegates });
    this.shadowRoot.append(make("style", {}, STYLE));
  }
  get delegates() { return false; }
  connectedCallback() {
    if (!this.built) {
      this.built = true;
      this.build();
    }
    this.update();
  }
  attributeChangedCallback() { if (this.built) this.update(); }
  update() {}
}

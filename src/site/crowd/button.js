// crowd-button: submits or resets its form, leads elsewhere, or does what the page says.
// crowd-icon-button and crowd-fab: buttons with an icon and no text.

import { FORM, formOf, make } from "./dom.js";
import { Drawn } from "./drawn.js";
import { Field } from "./field.js";
import { icon, spoken } from "./icons.js";

customElements.define("crowd-button", class extends Field {
  static observedAttributes = ["disabled", "loading", "href", "target", "icon", "icon-align", "icon-url", "variant"];

  build() {
    this.text = make("slot");
    this.addEventListener("click", (event) => {
      if (this.isOff) {
        event.preventDefault();
        return event.stopImmediatePropagation();
      }
      // What the page itself does with a click comes first.
      setTimeout(() => {
        if (event.defaultPrevented) return;
        if (this.action === "submit") FORM.request(formOf(this));
        if (this.action === "reset") FORM.reset(formOf(this));
      });
    });
  }
  get action() { return (this.getAttribute("form-action") ?? this.getAttribute("type") ?? "none").toLowerCase(); }
  get answer() { return undefined; }
  // Assumed: while it loads it does nothing.
  get isOff() { return this.disabled || this.hasAttribute("loading"); }
  update() {
    this.shape(this.isOff ? null : this.getAttribute("href"));
    const name = this.getAttribute("icon"), address = this.getAttribute("icon-url");
    const parts = name || address ? [icon(name, address), this.text] : [this.text];
    if (this.getAttribute("icon-align") === "right") parts.reverse();
    if (this.hasAttribute("loading")) parts.unshift(make("span", { class: "loading", "aria-hidden": "true" }));
    this.inner.replaceChildren(...parts);
    this.inner.disabled = this.isOff;
    this.inner.ariaLabel = this.getAttribute("variant") === "icon" ? this.textContent.trim() || spoken(name) : null;
    this.inner.ariaBusy = this.hasAttribute("loading") ? "true" : null;
  }
  // A link or a button: the one that is there stays, with the focus that it may have.
  shape(href) {
    const target = this.getAttribute("target");
    const inner = href === null ? make("button", { type: "button" })
      : make("a", { class: "button", href, target, rel: "noopener" });
    if (this.inner?.localName === "button" && href === null) return;
    this.inner?.remove();
    this.shadowRoot.append(inner);
    this.inner = inner;
  }
});

class IconButton extends Drawn {
  static observedAttributes = ["disabled", "icon", "label", "title", "aria-label"];

  get delegates() { return true; }
  get disabled() { return this.hasAttribute("disabled"); }
  set disabled(value) { this.toggleAttribute("disabled", Boolean(value)); }
  build() {
    this.inner = make("button", { type: "button" });
    this.shadowRoot.append(this.inner);
    this.addEventListener("click", (event) => {
      if (this.disabled) event.stopImmediatePropagation();
    });
  }
  update() {
    const [name, label, title] = ["icon", "label", "title"].map((known) => this.getAttribute(known) ?? "");
    this.inner.disabled = this.disabled;
    const text = this.getAttribute("aria-label") || title || spoken(name) || label;
    this.inner.setAttribute("aria-label", text || "button");
    const short = [...label].length > 1 ? "…" : label;
    this.inner.replaceChildren(name ? icon(name) : short);
  }
}
customElements.define("crowd-icon-button", IconButton);
customElements.define("crowd-fab", class extends IconButton {});

// What only shows something: crowd-alert, crowd-toast, crowd-card, crowd-badge, iron-icon.

import { DOCUMENT, make } from "./dom.js";
import { Drawn } from "./drawn.js";
import { icon, spoken } from "./icons.js";

const MARKS = { info: "i", success: "✓", warning: "⚠", error: "!" };

customElements.define("crowd-alert", class extends Drawn {
  static observedAttributes = ["type", "dismissible"];

  build() {
    this.mark = make("span", { class: "icon", "aria-hidden": "true" });
    this.hide = make("button", { type: "button", class: "bare", "aria-label": "Close" }, "✕");
    this.box = make("div", { class: "notice" }, this.mark, make("div", {}, make("slot")), this.hide);
    this.shadowRoot.append(this.box);
    this.hide.addEventListener("click", () => { this.hidden = true; });
  }
  update() {
    const type = this.getAttribute("type");
    this.mark.textContent = MARKS[type] ?? MARKS.info;
    this.box.setAttribute("role", ["error", "warning"].includes(type) ? "alert" : "status");
    this.hide.hidden = !this.hasAttribute("dismissible");
  }
});

let shownToast = null;
customElements.define("crowd-toast", class extends Drawn {
  static observedAttributes = ["text", "opened"];

  build() {
    this.text = make("span");
    this.box = make("div", { role: "status" });
    this.shadowRoot.append(this.box);
  }
  open() { this.setAttribute("opened", ""); }
  show() { this.open(); }
  close() { this.removeAttribute("opened"); }
  hide() { this.close(); }
  // One of them is visible.
  update() {
    const isOpen = this.hasAttribute("opened");
    clearTimeout(this.timer);
    this.text.textContent = this.getAttribute("text") ?? "";
    this.box.replaceChildren(...(isOpen ? [this.text, make("slot")] : []));
    if (!isOpen) return;
    if (shownToast !== this) shownToast?.close();
    shownToast = this;
    // Assumed: 3 s where the page names no time.
    const duration = Number(this.getAttribute("duration") ?? 3000);
    if (duration > 0 && Number.isFinite(duration)) this.timer = setTimeout(() => this.close(), duration);
  }
});

customElements.define("crowd-card", class extends Drawn {
  static observedAttributes = ["heading", "image"];

  build() {
    this.top = make("div");
    this.shadowRoot.append(make("div", { class: "card" }, this.top, make("slot")));
  }
  update() {
    const heading = this.getAttribute("heading"), image = this.getAttribute("image");
    this.top.replaceChildren(...(image ? [make("img", { src: image, alt: "" })] : []),
      ...(heading ? [make("strong", {}, heading)] : []));
  }
});

customElements.define("crowd-badge", class extends Drawn {
  static observedAttributes = ["for", "icon", "label"];

  build() {
    this.box = make("span", { class: "badge" });
    this.shadowRoot.append(this.box);
    // It follows what it is attached to.
    new ResizeObserver(() => this.place()).observe(DOCUMENT.body());
  }
  get target() {
    const id = this.getAttribute("for");
    return (id && this.getRootNode().querySelector?.(`#${CSS.escape(id)}`)) || this.parentElement;
  }
  update() {
    const name = this.getAttribute("icon"), label = this.getAttribute("label") ?? "";
    this.box.replaceChildren(name ? icon(name) : label);
    this.box.setAttribute("role", "img");
    this.box.setAttribute("aria-label", spoken(name) || label || "badge");
    this.place();
  }
  place() {
    const own = this.getBoundingClientRect(), at = this.target?.getBoundingClientRect();
    if (!at || own.width === 0) return;
    const { left = 0, top = 0 } = this.at ?? {};
    this.at = { left: left + at.right - (own.left + own.right) / 2, top: top + at.top - (own.top + own.bottom) / 2 };
    Object.assign(this.style, { left: `${this.at.left}px`, top: `${this.at.top}px` });
  }
});

if (!customElements.get("iron-icon")) {
  customElements.define("iron-icon", class extends Drawn {
    static observedAttributes = ["icon", "src"];

    build() {
      this.box = make("span");
      this.shadowRoot.append(this.box, make("slot"));
    }
    update() { this.box.replaceChildren(icon(this.getAttribute("icon"), this.getAttribute("src"))); }
  });
}

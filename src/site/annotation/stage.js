// A picture to draw on: how large it is shown, and where on it a pointer or the arrow keys are.

import { clamp, distance, whole } from "./geometry.js";
import { make, shape } from "./shared.js";

const STEP = 1.25;

export class Stage {
  // `on` has what is called: loaded, failed, scaled, press, move, release, leave, interrupt.
  constructor(on) {
    this.on = on;
    this.size = { width: 0, height: 0 };
    this.scale = 1;
    this.isFitted = true;
    this.pointers = new Map();
    this.svg = shape("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.sheet = make("div", { class: "sheet", tabindex: "0", role: "application", hidden: true }, this.svg);
    this.failure = make("p", { class: "failure", hidden: true });
    this.view = make("div", { class: "view" }, this.sheet, this.failure);
    this.listen();
    new ResizeObserver(() => { if (this.isFitted) this.fit(); }).observe(this.view);
  }
  get isLoaded() { return this.size.width > 0; }
  load(source, label) {
    this.sheet.setAttribute("aria-label", `${label || "Picture"}: draw here`);
    if (source === this.source) return;
    this.source = source;
    this.picture?.remove();
    this.size = { width: 0, height: 0 };
    this.sheet.hidden = true;
    this.failure.hidden = true;
    const picture = make("img", { alt: "", draggable: "false" });
    this.picture = picture;
    picture.addEventListener("load", () => {
      if (picture !== this.picture) return;
      if (picture.naturalWidth === 0) return this.fail(source);
      this.size = { width: picture.naturalWidth, height: picture.naturalHeight };
      this.svg.setAttribute("viewBox", `0 0 ${this.size.width} ${this.size.height}`);
      this.cross = null;
      this.sheet.hidden = false;
      this.fit();
      this.on.loaded();
    });
    picture.addEventListener("error", () => { if (picture === this.picture) this.fail(source); });
    this.sheet.prepend(picture);
    if (source) picture.src = source;
    else this.fail("");
  }
  fail(source) {
    const address = source.startsWith("data:") ? "its data" : source;
    this.failure.textContent = source ? `The picture could not be loaded: ${address}`
      : "There is no picture: src is missing.";
    this.failure.hidden = false;
    this.on.failed(this.failure.textContent);
  }
  // As large as there is room, but not larger than it is.
  fit() {
    this.isFitted = true;
    const room = this.view.clientWidth || this.size.width;
    this.show(Math.min(1, room / this.size.width, window.innerHeight * 0.74 / this.size.height));
  }
  zoom(by, at) {
    const middle = at ?? { x: this.view.clientWidth / 2, y: this.view.clientHeight / 2 };
    const before = this.scale;
    this.isFitted = false;
    this.show(clamp(this.scale * STEP ** by, 0.05, 20));
    const grown = this.scale / before;
    this.view.scrollLeft = (this.view.scrollLeft + middle.x) * grown - middle.x;
    this.view.scrollTop = (this.view.scrollTop + middle.y) * grown - middle.y;
  }
  show(scale) {
    if (!this.isLoaded || !(scale > 0)) return;
    this.scale = scale;
    this.sheet.style.width = `${this.size.width * scale}px`;
    this.sheet.style.height = `${this.size.height * scale}px`;
    this.on.scaled();
  }
  point(event) {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    const { size } = this;
    return { x: (event.clientX - left) * size.width / width, y: (event.clientY - top) * size.height / height };
  }
  listen() {
    const { sheet, pointers, on } = this;
    sheet.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      sheet.setPointerCapture(event.pointerId);
      this.cross = null;
      if (pointers.size === 1) on.press(this.point(event));
      else on.interrupt();
    });
    sheet.addEventListener("pointermove", (event) => {
      if (pointers.size < 2) return on.move(this.point(event));
      if (pointers.has(event.pointerId)) this.pinch(event);
    });
    sheet.addEventListener("pointerleave", () => on.leave());
    const end = (event) => {
      if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
      if (event.type === "pointerup") on.release(this.point(event));
      else on.interrupt();
    };
    for (const type of ["pointerup", "pointercancel"]) sheet.addEventListener(type, end);
    this.view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { left, top } = this.view.getBoundingClientRect();
      this.zoom(-Math.sign(event.deltaY), { x: event.clientX - left, y: event.clientY - top });
    }, { passive: false });
  }
  // Two fingers move the picture and zoom.
  pinch(event) {
    const before = this.pointers.get(event.pointerId);
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.pointers.set(event.pointerId, now);
    this.view.scrollBy((before.x - now.x) / 2, (before.y - now.y) / 2);
    const { left, top } = this.view.getBoundingClientRect();
    const grown = Math.max(distance(now, other), 1) / Math.max(distance(before, other), 1);
    this.zoom(Math.log(grown) / Math.log(STEP), { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top });
  }
  // Moves the cross that stands for a pointer when there is none.
  step(dx, dy) {
    const from = this.cross ?? { x: this.size.width / 2, y: this.size.height / 2 };
    this.cross = whole({ x: from.x + dx, y: from.y + dy }, this.size);
    const { view, scale } = this;
    const [x, y] = [this.cross.x * scale, this.cross.y * scale];
    view.scrollLeft = clamp(view.scrollLeft, x - view.clientWidth + 20, Math.max(x - 20, 0));
    view.scrollTop = clamp(view.scrollTop, y - view.clientHeight + 20, Math.max(y - 20, 0));
    return this.cross;
  }
  draw(parts) {
    this.svg.replaceChildren(...parts, ...this.crossLines());
  }
  // A place, of the same size on the screen however large the picture is shown.
  dot({ x, y }, isChosen = false, more = {}) {
    const kind = isChosen ? "handle chosen" : "handle";
    return shape("circle", { class: kind, cx: x, cy: y, r: 6 / this.scale, ...more });
  }
  crossLines() {
    if (!this.cross) return [];
    const { x, y } = this.cross;
    const line = (kind, more) => shape("line", { class: kind, ...more });
    const both = (kind) => [line(kind, { x1: 0, x2: this.size.width, y1: y, y2: y }),
      line(kind, { x1: x, x2: x, y1: 0, y2: this.size.height })];
    return [...both("cross"), ...both("cross light")];
  }
}

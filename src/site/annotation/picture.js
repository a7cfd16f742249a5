// What the tools that draw on a picture have.

import { ARROWS, BUTTON, Marking } from "./marking.js";
import { make } from "./shared.js";
import { Stage } from "./stage.js";

export class PictureTool extends Marking {
  surface() {
    this.stage = new Stage({
      loaded: () => {
        this.failure = undefined;
        this.restart();
        this.changed("load");
      },
      failed: (text) => {
        this.failure = text;
        this.update();
      },
      scaled: () => this.redraw(),
      press: (point) => this.press(point),
      move: (point) => this.move(point),
      release: (point) => this.release(point),
      leave: () => {
        this.pointer = null;
        this.redraw();
      },
      interrupt: () => this.interrupt(),
    });
    this.finishButton = BUTTON("Finish", () => this.finish());
    this.deleteButton = BUTTON("Delete", () => this.remove());
    this.tools.append(this.finishButton, ...this.own(), this.deleteButton, BUTTON("Zoom in", () => this.stage.zoom(1)),
      BUTTON("Zoom out", () => this.stage.zoom(-1)), BUTTON("Fit", () => this.stage.fit()));
    const keys = `On the picture, arrow keys move a cross${this.keys}. Delete removes, Escape cancels, Control and Z ` +
      "undoes, Control and Y redoes, a digit chooses a label.";
    return [this.stage.view, make("details", {}, make("summary", {}, "Keys"), make("p", {}, keys))];
  }
  get anchor() { return this.stage.isLoaded ? this.stage.sheet : this.nothing; }
  get missing() { return this.stage.isLoaded ? "" : this.failure ?? "The picture has not loaded yet."; }
  get problem() {
    return this.missing || (this.draft ? `Finish the ${this.noun} that you began, or press Escape.` : this.unmarked);
  }
  // With its members in the order in which they are documented.
  get answer() {
    const { width, height } = this.stage?.size ?? { width: 0, height: 0 };
    const all = { ...super.answer, inputImageProperties: { height, width } };
    return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a < b ? -1 : 1));
  }
  typed(event) {
    if (this.shortcut(event)) return;
    const { target, key } = event;
    const isControl = target.matches?.("button, summary, input");
    if (ARROWS[key] && !target.matches?.("input")) this.arrow(ARROWS[key], event.shiftKey);
    else if (key === "Delete" || key === "Backspace") this.remove();
    else if (key === "Escape") this.cancel();
    else if (key === "." && this.nextHandle) this.nextHandle();
    else if (key === " " && !isControl) this.space();
    else if (key === "Enter" && !isControl) this.enter();
    else return;
    event.preventDefault();
  }
  enter() {
    if (this.drag) this.release(this.stage.step(0, 0));
    else this.finish();
  }
  // With the keyboard nothing is caught that is there already.
  space() {
    const point = this.stage.step(0, 0);
    if (this.drag) this.release(point);
    else this.press(point, false);
    if (this.isTap) this.release(point);
    this.redraw();
  }
  // What a second finger or the browser breaks off.
  interrupt() {
    this.isTap = false;
    if (this.drag) this.cancel();
  }
  arrow([x, y], isSmall) {
    const by = this.stepOf(isSmall);
    const point = this.stage.step(x * by, y * by);
    this.move(point);
    this.redraw();
    this.say(`${point.x}, ${point.y}`);
  }
  stepOf(isSmall) { return isSmall ? 1 : Math.max(1, Math.round(10 / this.stage.scale)); }
  undo() {
    this.drag = null;
    super.undo();
  }
  // The rows of what is marked. Focus stays in its row, or goes to the one that took its place.
  rows(all) {
    const shown = JSON.stringify(all.map(({ name, label, isChosen }) => [name, label, isChosen]));
    if (shown === this.shownItems) return;
    this.shownItems = shown;
    const focused = this.shadowRoot.activeElement;
    const row = focused ? [...this.items.children].findIndex((one) => one.contains(focused)) : -1;
    const place = row >= 0 ? [...this.items.children[row].children].indexOf(focused) : -1;
    this.items.replaceChildren(...all.map((one) => this.row(one)));
    if (row < 0) return;
    const there = this.items.children[Math.min(row, all.length - 1)]?.children[place];
    (there ?? this.anchor).focus();
  }
  row({ name, colour, isChosen, choose, remove, more = [] }) {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = colour;
    const chooser = BUTTON(name, choose);
    chooser.setAttribute("aria-pressed", String(isChosen));
    const remover = BUTTON("Delete", remove);
    remover.setAttribute("aria-label", `Delete ${name}`);
    return make("li", {}, swatch, chooser, ...more, remover);
  }
}

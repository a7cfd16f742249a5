// Tools that draw shapes on a picture: boxes, polygons, lines and points.

import { clamp, crossesItself, distance, shifted, whole } from "./geometry.js";
import { History } from "./history.js";
import { KINDS, boxOf, initialShapes, isWhole, shapeAt } from "./kinds.js";
import { BUTTON } from "./marking.js";
import { PictureTool } from "./picture.js";
import { make, shape } from "./shared.js";

// In pixels of the screen: what a pointer reaches, and what is no movement.
const REACH = 9;
const STILL = 4;
const CROSSED = "Lines of one polygon cannot cross.";

class ShapeTool extends PictureTool {
  get kind() { return KINDS[this.localName]; }
  get noun() { return this.kind.noun; }
  get keys() {
    const draws = this.kind.most === 1 ? "Space places a point" : this.kind.isDragged ? "Space begins and ends"
      : "Space places a corner, Enter finishes";
    const next = this.kind.most === 1 ? "" : ". A full stop goes to the next corner";
    return `, or what is chosen, by 10 pixels; with Shift by 1. ${draws}${next}`;
  }
  own() {
    this.nextButton = BUTTON("Next corner", () => this.nextHandle());
    this.nextButton.hidden = this.kind.most === 1;
    this.finishButton.hidden = this.kind.isDragged || this.kind.most === 1;
    return [this.nextButton];
  }
  restart() {
    const { labels, stage, kind } = this;
    const shapes = stage.isLoaded ? initialShapes(kind, this.initial, labels, stage.size) : [];
    this.given = JSON.stringify(shapes);
    this.past = new History({ shapes, draft: null });
    this.selected = -1;
    this.handle = -1;
    this.drag = null;
  }
  get shapes() { return this.past?.now.shapes ?? []; }
  get draft() { return this.past.now.draft; }
  get isEmpty() { return this.shapes.length === 0; }
  differs() { return JSON.stringify(this.shapes) !== this.given; }
  get content() { return { [this.kind.key]: this.shapes.map(this.kind.write) }; }
  push(shapes, draft = null, step = undefined) {
    this.past.push({ shapes, draft }, step);
    this.changed("change");
  }
  replaced(number, shape) { return this.shapes.map((one, at) => at === number ? shape : one); }
  select(number, handle = -1) {
    this.selected = number;
    this.handle = handle;
    this.update();
  }
  press(raw, catches = true) {
    if (this.disabled) return;
    const point = whole(raw, this.stage.size);
    if (!this.draft) {
      if (catches && this.caught(raw, point)) return;
      this.select(-1);
      if (this.label === undefined) return this.say("Choose a label first.");
    }
    if (this.kind.isDragged) this.drag = { start: point, shape: { label: this.label, points: [point, point] } };
    else this.isTap = true;
  }
  tapped(point) {
    const shape = { label: this.label, points: [point] };
    if (this.draft) this.corner(point);
    else if (this.kind.most === 1) this.add(shape);
    else this.push(this.shapes, shape);
  }
  add(shape) {
    this.push([...this.shapes, shape]);
    this.say(`${shape.label} added.`);
  }
  // Takes hold of a handle of what is chosen, or of a shape.
  caught(raw, point) {
    const reach = REACH / this.stage.scale;
    const chosen = this.shapes[this.selected];
    const handles = chosen ? this.kind.handles(chosen.points) : [];
    const handle = handles.findIndex((one) => distance(one, raw) <= reach);
    if (chosen && (handle >= 0 || shapeAt(this.kind, [chosen], raw, reach, this.kind.isDragged) === 0)) {
      this.select(this.selected, handle);
    } else {
      const number = shapeAt(this.kind, this.shapes, raw, reach, false);
      if (number < 0) return false;
      this.select(number);
    }
    const shape = this.shapes[this.selected];
    this.drag = { start: point, number: this.selected, handle: this.handle, shape, from: shape.points };
    return true;
  }
  // The next corner of a line that is not finished.
  corner(point) {
    const { label, points } = this.draft;
    const near = (other) => distance(point, other) * this.stage.scale <= REACH;
    const isEnd = near(points.at(-1)) || (this.kind.isClosed && near(points[0]));
    if (isEnd && points.length >= this.kind.least) return this.finish();
    if (isEnd) return;
    const more = [...points, point];
    if (this.kind.isClosed && crossesItself(more, false)) return this.say(CROSSED);
    this.push(this.shapes, { label, points: more });
  }
  finish() {
    if (!this.draft) return;
    const { points } = this.draft;
    if (points.length < this.kind.least) return this.say(`A ${this.noun} has at least ${this.kind.least} corners.`);
    if (this.kind.isClosed && crossesItself(points, true)) return this.say(CROSSED);
    this.add(this.draft);
  }
  move(raw) {
    const { drag, stage } = this;
    const point = whole(raw, stage.size);
    this.pointer = point;
    if (drag) drag.shape = { ...drag.shape, points: this.dragged(drag, point) };
    if (drag || this.draft) this.redraw();
  }
  dragged({ start, number, handle, from }, point) {
    if (number === undefined) return this.kind.isClosed ? boxOf(start, point) : [start, point];
    if (handle >= 0) return this.kind.pulled(from, handle, point);
    return shifted(from, point.x - start.x, point.y - start.y, this.stage.size);
  }
  release(raw) {
    const { drag, isTap } = this;
    this.isTap = false;
    if (isTap) return this.tapped(whole(raw, this.stage.size));
    if (!drag) return;
    this.move(raw);
    this.drag = null;
    const { shape, number } = drag;
    const isStill = distance(drag.start, raw) * this.stage.scale < STILL;
    if (!isStill && isWhole(this.kind, shape.points)) {
      if (number === undefined) return this.add(shape);
      return this.edit(number, shape.points);
    }
    // A click is no shape: it chooses the one that it is in.
    if (number === undefined) this.select(shapeAt(this.kind, this.shapes, raw, 0, true));
    else this.redraw();
  }
  edit(number, points, step) {
    if (this.kind.key === "polygons" && crossesItself(points, true)) {
      this.redraw();
      return this.say(CROSSED);
    }
    this.push(this.replaced(number, { ...this.shapes[number], points }), null, step);
  }
  cancel() {
    const wasDragged = this.drag;
    this.drag = null;
    if (!wasDragged && this.draft) this.push(this.shapes);
    else if (!wasDragged) this.select(-1);
    this.update();
  }
  // The chosen corner goes if enough others stay, or else the shape.
  remove(number = this.selected, handle = this.handle) {
    const shape = this.shapes[number];
    if (!shape || this.drag) return;
    if (handle >= 0 && !this.kind.isDragged && shape.points.length > this.kind.least) {
      this.handle = -1;
      return this.edit(number, shape.points.filter((_, at) => at !== handle));
    }
    this.selected = -1;
    this.handle = -1;
    this.push(this.shapes.filter((_, at) => at !== number));
    this.say(`${shape.label} removed.`);
  }
  nextHandle() {
    const shape = this.shapes[this.selected];
    if (!shape) return;
    const count = this.kind.handles(shape.points).length;
    this.select(this.selected, (this.handle + 1) % count);
    this.say(`Corner ${this.handle + 1} of ${count}.`);
  }
  arrow(step, isSmall) {
    const shape = this.shapes[this.selected];
    if (!shape || this.drag || this.draft) return super.arrow(step, isSmall);
    const [dx, dy] = step.map((one) => one * this.stepOf(isSmall));
    const { size } = this.stage;
    const corner = this.handle >= 0 ? this.kind.handles(shape.points)[this.handle] : null;
    const points = corner
      ? this.kind.pulled(shape.points, this.handle, whole({ x: corner.x + dx, y: corner.y + dy }, size))
      : shifted(shape.points, dx, dy, size);
    if (isWhole(this.kind, points)) this.edit(this.selected, points, `${this.selected} ${this.handle}`);
  }
  relabel(number, label) { this.push(this.replaced(number, { ...this.shapes[number], label })); }
  redraw() {
    const { stage, kind, drag } = this;
    stage.load(this.getAttribute("src") ?? "", this.getAttribute("header"));
    this.selected = clamp(this.selected, -1, this.shapes.length - 1);
    this.finishButton.disabled = !this.draft;
    this.nextButton.disabled = this.deleteButton.disabled = this.selected < 0;
    this.rows(this.shapes.map((shape, at) => this.entry(shape, at)));
    if (!stage.isLoaded) return;
    const shapes = drag && drag.number !== undefined ? this.replaced(drag.number, drag.shape) : this.shapes;
    const parts = shapes.map((shape, at) => this.drawing(shape, at === this.selected));
    if (drag && drag.number === undefined) parts.push(this.drawing(drag.shape, true));
    if (this.draft) {
      const end = stage.cross ?? this.pointer;
      const points = end ? [...this.draft.points, end] : this.draft.points;
      parts.push(this.drawing({ ...this.draft, points }, false, true));
      parts.push(...this.draft.points.map((one) => stage.dot(one)));
    }
    const chosen = shapes[this.selected];
    if (chosen) parts.push(...kind.handles(chosen.points).map((one, at) => stage.dot(one, at === this.handle)));
    stage.draw(parts);
  }
  drawing({ label, points }, isChosen, isOpen = !this.kind.isClosed) {
    const stroke = this.colourOf(label);
    const look = { class: ["shape", isChosen && "chosen", isOpen && "open"].filter(Boolean).join(" "), stroke };
    if (this.kind.most === 1) return this.stage.dot(points[0], isChosen, { fill: stroke, class: look.class });
    const path = this.kind.outline(points).map(({ x, y }) => `${x},${y}`).join(" ");
    return shape(isOpen ? "polyline" : "polygon", { ...look, fill: stroke, points: path });
  }
  entry({ label }, at) {
    const name = `${at + 1}: ${label}`;
    const list = make("select", { "aria-label": `Label of ${name}` }, ...this.labels.map((one) =>
      make("option", { selected: one === label }, one)));
    list.addEventListener("change", () => this.relabel(at, list.value));
    return { name, label, colour: this.colourOf(label), isChosen: at === this.selected, more: [list],
      choose: () => this.select(at), remove: () => this.remove(at, -1) };
  }
}

for (const name of Object.keys(KINDS)) customElements.define(name, class extends ShapeTool {});

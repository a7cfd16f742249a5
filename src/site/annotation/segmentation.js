// Tools that paint a picture's pixels: by label, or by each thing that has one.

import { whole, distance } from "./geometry.js";
import { History } from "./history.js";
import { colour } from "./look.js";
import { BUTTON } from "./marking.js";
import { PictureTool } from "./picture.js";
import { Mask, union } from "./raster.js";
import { make, shape } from "./shared.js";

const MODES = { brush: "Brush", area: "Area", eraser: "Eraser" };
const CLOSE = 9;
// What a mask's numbers can tell apart.
const MOST_THINGS = 255;
const TOO_MANY = `A picture can have at most ${MOST_THINGS} instances or labels.`;

// A colour as one number, as the bytes of a picture's pixel read.
const pixel = (hex) => {
  const bytes = Uint8Array.of(...[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)), 255);
  return new Uint32Array(bytes.buffer)[0];
};

class SegmentationTool extends PictureTool {
  get noun() { return "area"; }
  get keys() {
    return " by 10 pixels; with Shift by 1. Space begins and ends a stroke of the brush, or places a corner of an " +
      "area, which Enter finishes";
  }
  own() {
    this.finishButton.hidden = false;
    this.mode = "brush";
    const modes = Object.entries(MODES).map(([value, text]) => make("label", { class: "chip" },
      make("input", { type: "radio", name: "mode", value, checked: value === "brush" }), make("span", {}, text)));
    const group = make("div", { class: "tools", role: "radiogroup", "aria-label": "How to paint" }, ...modes);
    group.addEventListener("change", (event) => {
      this.cancel();
      this.mode = event.target.value;
      this.update();
    });
    this.brush = make("input", { type: "range", min: "1", max: "200", value: "20", "aria-label": "Size of the brush" });
    this.canvas = make("canvas");
    this.stage.svg.before(this.canvas);
    return [group, this.brush];
  }
  restart() {
    const { stage, canvas } = this;
    this.things = [];
    this.current = 0;
    this.drag = null;
    this.draft = null;
    this.isChanged = false;
    this.past = new History({}, 50);
    if (!stage.isLoaded) return;
    this.mask = new Mask(stage.size);
    [canvas.width, canvas.height] = [stage.size.width, stage.size.height];
    this.brush.value = Math.max(4, Math.round(stage.size.width / 40));
    this.paint(this.everywhere);
    this.begin(this.initial);
  }
  get everywhere() { return { left: 0, top: 0, ...this.stage.size }; }
  // What an earlier worker painted, in the colours that the page names.
  begin(given) {
    const named = Object.entries(given?.labelMappings ?? {}).map(([label, one]) => ({ label, color: one?.color }));
    const all = Array.isArray(given?.instances) ? given.instances : named;
    const isKnown = (one) => this.labels.includes(one?.label) && /^#[0-9a-f]{6}$/i.test(one.color);
    this.things = all.filter(isKnown).slice(0, MOST_THINGS).map(({ label, color }) => ({ label, color }));
    if (!given?.src) return;
    const { mask, stage: { size: { width, height } } } = this;
    const overlay = make("img", { crossorigin: "anonymous" });
    const failed = () => this.say("What was painted before could not be loaded.");
    overlay.addEventListener("error", failed);
    overlay.addEventListener("load", () => {
      const context = make("canvas", { width, height }).getContext("2d");
      context.imageSmoothingEnabled = false;
      context.drawImage(overlay, 0, 0, width, height);
      const numbers = new Map(this.things.map(({ color }, at) => [pixel(color), at + 1]));
      const { data } = context.getImageData(0, 0, width, height);
      if (mask !== this.mask || this.isChanged) return;
      new Uint32Array(data.buffer).forEach((one, at) => { mask.cells[at] = numbers.get(one) ?? 0; });
      this.paint(this.everywhere);
      this.changed("load");
    });
    overlay.src = given.src;
  }
  // Shows a part of the mask. The picture for the answer is the same.
  paint(rect) {
    if (rect.width === 0 || rect.height === 0) return;
    const part = this.mask.cut(rect);
    const colours = Uint32Array.of(0, ...this.things.map(({ color }) => pixel(color)));
    const image = new ImageData(rect.width, rect.height);
    new Uint32Array(image.data.buffer).set(Uint32Array.from(part, (number) => colours[number]));
    this.canvas.getContext("2d").putImageData(image, rect.left, rect.top);
    this.seen = this.png = undefined;
  }
  // The numbers of what is painted.
  get used() { return this.seen ??= this.mask?.used ?? []; }
  get isEmpty() { return this.used.length === 0; }
  differs() { return this.isChanged; }
  get labeledImage() {
    this.png ??= this.canvas.toDataURL("image/png").replace(/^[^,]*,/, "");
    return { pngImageData: this.png };
  }
  get content() {
    // Assumed: as of shapes, only labels that are used appear; pixels without one are transparent.
    const things = this.used.map((number) => this.things[number - 1]);
    return { ...this.written(things), labeledImage: this.labeledImage };
  }
  // A new thing with a colour that no other one has.
  thing(label, wanted) {
    const taken = new Set(this.things.map(({ color }) => color.toLowerCase()));
    let [color, next] = [wanted.toLowerCase(), 0];
    while (taken.has(color)) color = colour(next++);
    this.things.push({ label, color });
    return this.things.length;
  }
  press(raw) {
    if (this.disabled) return;
    const erases = this.mode === "eraser";
    if (!erases && this.label === undefined) return this.say("Choose a label first.");
    if (this.mode === "area") {
      this.isTap = true;
      return;
    }
    const value = erases ? 0 : this.number();
    if (value === undefined) return this.say(TOO_MANY);
    this.drag = { value, last: raw, before: this.mask.cells.slice() };
    this.move(raw);
  }
  corner(point) {
    const points = this.draft ?? [];
    const near = (other) => other && distance(point, other) * this.stage.scale <= CLOSE;
    if (near(points[0]) || near(points.at(-1))) return points.length > 2 ? this.finish() : undefined;
    this.draft = [...points, point];
    this.update();
  }
  finish() {
    const { draft } = this;
    if (!draft) return;
    if (draft.length < 3) return this.say("An area has at least 3 corners.");
    const value = this.number();
    if (value === undefined) return this.say(TOO_MANY);
    this.draft = null;
    const before = this.mask.cells.slice();
    this.record(this.mask.area(draft, value), before);
  }
  move(raw) {
    this.pointer = raw;
    const { drag } = this;
    if (drag) {
      const rect = this.mask.stroke(drag.last, raw, Number(this.brush.value) / 2, drag.value);
      Object.assign(drag, { last: raw, rect: union(drag.rect, rect) });
      this.paint(rect);
    }
    this.redraw();
  }
  release(raw) {
    const { drag, isTap } = this;
    this.isTap = false;
    if (isTap) return this.corner(whole(raw, this.stage.size));
    if (!drag) return;
    this.move(raw);
    this.drag = null;
    this.record(drag.rect, drag.before);
  }
  record(rect, before) {
    this.past.push({ rect, part: this.mask.cut(rect, before) });
    this.isChanged = true;
    this.paint(rect);
    this.changed("change");
  }
  cancel() {
    if (this.drag) {
      this.mask.cells.set(this.drag.before);
      this.paint(this.everywhere);
    }
    this.drag = null;
    this.draft = null;
    this.update();
  }
  // Puts back what was there; what is there now is kept for the way back.
  swap(change) {
    const part = this.mask.cut(change.rect);
    this.mask.paste(change.rect, change.part);
    change.part = part;
    this.paint(change.rect);
  }
  get canUndo() { return this.draft !== null || this.past.canUndo; }
  undo() {
    if (this.draft) {
      this.draft = this.draft.length > 1 ? this.draft.slice(0, -1) : null;
      return this.update();
    }
    if (this.drag) return this.cancel();
    if (this.past.canUndo) this.swap(this.past.now);
    super.undo();
  }
  redo() {
    if (!this.past.canRedo) return;
    this.past.redo();
    this.swap(this.past.now);
    this.changed("change");
  }
  remove(number = this.current) {
    if (this.drag || !this.used.includes(number)) return;
    const before = this.mask.cells.slice();
    this.record(this.mask.clear(number), before);
    this.say(`${this.things[number - 1].label} removed.`);
  }
  choose(number) {
    super.choose(number);
    this.current = this.things.findLastIndex(({ label }) => label === this.label) + 1;
    this.redraw();
  }
  redraw() {
    const { stage } = this;
    stage.load(this.getAttribute("src") ?? "", this.getAttribute("header"));
    this.finishButton.disabled = !this.draft;
    this.deleteButton.disabled = !this.used.includes(this.current);
    if (!this.drag) this.showThings();
    if (!stage.isLoaded) return;
    const points = this.draft ? [...this.draft, stage.cross ?? this.pointer].filter(Boolean) : [];
    const line = shape("polyline", { class: "shape open", stroke: this.colourOf(this.label), fill: "none",
      points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
    const corners = (this.draft ?? []).map((one) => stage.dot(one));
    stage.draw([line, ...corners, ...this.brushed(stage.cross ?? this.pointer)]);
  }
  // How large the brush is, where it is.
  brushed(at) {
    if (!at || this.mode === "area" || this.disabled) return [];
    const more = { fill: "none", r: Number(this.brush.value) / 2 };
    return ["cross", "cross light"].map((kind) => this.stage.dot(at, false, { ...more, class: kind }));
  }
  showThings() {
    this.rows(this.used.map((number) => {
      const { label, color } = this.things[number - 1];
      return { name: this.nameOf(number, label), label, colour: color, isChosen: number === this.current,
        remove: () => this.remove(number),
        choose: () => {
          this.choose(this.labels.indexOf(label));
          this.current = number;
          this.redraw();
        } };
    }));
  }
}

customElements.define("crowd-semantic-segmentation", class extends SegmentationTool {
  nameOf(number, label) { return label; }
  number() {
    const at = this.things.findIndex(({ label }) => label === this.label);
    if (at < 0 && this.things.length >= MOST_THINGS) return undefined;
    this.current = at >= 0 ? at + 1 : this.thing(this.label, this.colourOf(this.label));
    return this.current;
  }
  written(things) {
    return { labelMappings: Object.fromEntries(things.map(({ label, color }) => [label, { color }])) };
  }
});

customElements.define("crowd-instance-segmentation", class extends SegmentationTool {
  get isByLabel() { return false; }
  own() { return [...super.own(), BUTTON("Add instance", () => this.another())]; }
  nameOf(number, label) { return `${number}: ${label}`; }
  another() {
    if (this.label === undefined) return this.say("Choose a label first.");
    // The last one of this label is free as long as nothing is painted with it.
    const last = this.things.findLastIndex(({ label }) => label === this.label) + 1;
    this.current = last && !this.used.includes(last) ? last : this.made();
    this.redraw();
    this.say(`The next stroke begins another ${this.label}.`);
  }
  made() {
    return this.things.length < MOST_THINGS ? this.thing(this.label, colour(this.things.length)) : undefined;
  }
  number() {
    if (this.things[this.current - 1]?.label !== this.label) this.current = this.made();
    return this.current;
  }
  written(things) { return { instances: things.map(({ label, color }) => ({ color, label })) }; }
});

// What all tools have: labels, buttons, and a line that says what happens.

import { LOOK, colour } from "./look.js";
import { Tool, loose, make } from "./shared.js";

export const BUTTON = (text, action) => {
  const button = make("button", { type: "button" }, text);
  button.addEventListener("click", action);
  return button;
};

export class Marking extends Tool {
  static observedAttributes = [...Tool.observedAttributes, "labels", "text", "label-colors"];

  draw() {
    this.palette = make("div", { class: "palette" });
    this.status = make("p", { class: "status", role: "status" });
    this.items = make("ul", { class: "items", "aria-label": "Marked" });
    this.nothing = make("input", { type: "checkbox" });
    this.undoButton = BUTTON("Undo", () => this.undo());
    this.redoButton = BUTTON("Redo", () => this.redo());
    this.tools = make("div", { class: "tools", role: "group", "aria-label": "Tools" }, this.undoButton,
      this.redoButton);
    this.body.append(this.palette, this.tools, ...this.surface(), this.status, this.items,
      make("label", { class: "line" }, this.nothing, make("span", {}, "Nothing to label")));
    this.outer.append(make("slot"));
    this.shadowRoot.append(make("style", {}, LOOK), this.framed(this.outer));
    this.palette.addEventListener("change", (event) => this.choose(Number(event.target.value)));
    this.nothing.addEventListener("change", () => this.changed("change"));
    this.body.addEventListener("keydown", (event) => this.typed(event));
    this.addEventListener("invalid", () => this.say(this.validationMessage));
    // A page may have set its labels before this script was there.
    if (Object.hasOwn(this, "labels")) {
      const { labels } = this;
      delete this.labels;
      this.labels = labels;
    }
    this.restart();
  }
  // The marks begin anew, without what the worker wrote beside them.
  restart() {}
  reset() {
    super.reset();
    this.nothing.checked = false;
    this.restart();
  }
  // A tool that brings its own form puts it around this.
  framed(inside) { return inside; }
  // What is no instruction is questions of the page's own.
  place() {
    super.place();
    const known = /^(full-instructions|short-instructions|worker-comment)$/;
    for (const child of this.children) if (!known.test(child.localName)) child.removeAttribute("slot");
  }
  // The picture is shown on the surface.
  show() {}
  // A label is a text, or an object with one.
  get entries() {
    const given = loose(this.getAttribute("labels"));
    const all = (Array.isArray(given) ? given : []).map((one) => Object(one) === one ? one : { label: one });
    return all.map((one) => ({ ...one, label: String(one.label) }));
  }
  get labels() { return this.entries.map((one) => one.label); }
  set labels(labels) { this.setAttribute("labels", JSON.stringify(labels)); }
  get initial() { return loose(this.getAttribute("initial-value")); }
  get colours() {
    const given = loose(this.getAttribute("label-colors"));
    const isColour = (text) => /^#[0-9a-f]{6}$/i.test(text);
    return this.labels.map((_, at) => Array.isArray(given) && isColour(given[at]) ? given[at] : colour(at));
  }
  colourOf(label) { return this.colours[this.labels.indexOf(label)] ?? "#000000"; }
  get label() { return this.labels[this.chosen]; }
  // The label of this number is the one to draw with; -1 for none.
  choose(number) {
    this.chosen = number;
    for (const input of this.palette.querySelectorAll("input")) input.checked = Number(input.value) === number;
    this.say(this.label === undefined ? "" : `Label: ${this.label}`);
  }
  say(text) { this.status.textContent = text; }
  get value() { return this.answer; }
  get answer() { return { ...this.content, ...this.isModified, ...this.remark }; }
  // Whether a label has a colour.
  get isByLabel() { return true; }
  get isModified() { return this.hasAttribute("initial-value") ? { initialValueModified: this.differs() } : {}; }
  showLabels() {
    const { entries, colours } = this;
    const shown = JSON.stringify([entries, colours]);
    if (shown === this.shownLabels) return;
    this.shownLabels = shown;
    if (!(this.chosen < entries.length)) this.chosen = -1;
    if (entries.length === 1) this.chosen = 0;
    this.palette.setAttribute("role", "radiogroup");
    this.palette.setAttribute("aria-label", "Labels");
    this.palette.replaceChildren(...entries.map((entry, at) => {
      const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = colours[at];
      // It belongs to no form: it is a tool, not an answer.
      const checked = at === this.chosen;
      const input = make("input", { type: "radio", name: "label", form: "none", value: String(at), checked });
      const text = make("span", {}, entry.fullDisplayName ?? entry.label);
      return make("label", { class: "chip" }, input, ...(this.isByLabel ? [swatch] : []), text);
    }));
  }
  update() {
    super.update();
    this.showLabels();
    this.redraw();
    this.undoButton.disabled = !this.canUndo;
    this.redoButton.disabled = !this.past.canRedo;
    this.nothing.disabled = !this.isEmpty;
    if (!this.isEmpty) this.nothing.checked = false;
    const problem = this.disabled ? "" : this.problem;
    // A crowd-form asks for the answer when it is submitted.
    const value = problem || this.closest("crowd-form") ? "" : JSON.stringify(this.answer ?? null);
    this.keep(value, problem, this.anchor);
  }
  // Assumed: an answer without a mark is refused, unless the worker says that there is none to make.
  get unmarked() {
    const none = this.isEmpty && !this.nothing.checked;
    return none ? `Mark at least one ${this.noun}, or check “Nothing to label”.` : "";
  }
  // What every tool's keys do. Answers whether that was one of them.
  shortcut(event) {
    if (this.disabled || event.altKey || event.target.matches?.("select")) return true;
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (letter === "z" && !event.shiftKey) this.undo();
      else if (letter === "y" || letter === "z") this.redo();
      else return false;
    } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= this.labels.length) {
      this.choose(Number(event.key) - 1);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }
  get canUndo() { return this.past.canUndo; }
  undo() {
    this.past.undo();
    this.changed("change");
  }
  redo() {
    this.past.redo();
    this.changed("change");
  }
}

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// crowd-entity-annotation: pieces of a text that get labels. Where no form is around it, it brings its own.

import { History } from "./history.js";
import { BUTTON, Marking } from "./marking.js";
import { Field, make } from "./shared.js";
import { labelled, readSpans, stepped, trimmed, writeSpans } from "./spans.js";

const ELEMENT = "crowd-entity-annotation";
const OVERLAP = "A piece can cover another piece completely, but not in part.";

class EntityTool extends Marking {
  get noun() { return "piece of the text"; }
  get anchor() { return this.area; }
  framed(inside) {
    this.tools.append(BUTTON("Remove label", () => this.remove()));
    if (this.closest("form, crowd-form")) return inside;
    const answer = make(`${ELEMENT}-answer`);
    answer.tool = this;
    this.inner = answer;
    return make("crowd-form", {}, inside, answer);
  }
  surface() {
    this.area = make("div", { class: "text", tabindex: "0", role: "application",
      "aria-label": "Text: choose pieces here" });
    this.area.addEventListener("pointerup", () => setTimeout(() => this.pointed()));
    const keys = make("p", {}, "In the text, left and right move a cursor by characters, up and down by words; with Shift " +
      "they choose a piece. A digit gives it a label, Delete removes the label, Escape cancels, Control and Z undoes, " +
      "Control and Y redoes.");
    return [this.area, make("details", {}, make("summary", {}, "Keys"), keys)];
  }
  get text() { return this.getAttribute("text") ?? ""; }
  set text(text) { this.setAttribute("text", text); }
  restart() {
    this.past = new History(readSpans(this.text, this.initial, this.labels));
    this.given = this.past.now;
    this.known = this.text;
    this.picked = null;
    this.caret = null;
  }
  get spans() { return this.past?.now ?? []; }
  get isEmpty() { return this.spans.length === 0; }
  differs() { return JSON.stringify(this.spans) !== JSON.stringify(this.given); }
  get problem() { return this.text ? this.unmarked : "There is no text."; }
  get content() { return { entities: writeSpans(this.text, this.spans) }; }
  keep(...all) {
    super.keep(...all);
    this.inner?.take(all[1]);
  }
  choose(number) {
    super.choose(number);
    if (this.picked) this.mark();
  }
  // Gives the label to what is chosen.
  mark() {
    const label = this.label;
    if (label === undefined) return this.say("Choose a label.");
    const spans = labelled(this.spans, { ...this.picked, label });
    if (!spans) return this.say(OVERLAP);
    const piece = this.text.slice(this.picked.start, this.picked.end);
    this.picked = null;
    this.anchored = null;
    this.past.push(spans);
    this.changed("change");
    this.say(`${label}: ${piece}`);
  }
  get here() {
    const at = this.picked ?? { start: this.caret, end: this.caret };
    return this.caret === null && !this.picked ? undefined
      : this.spans.find(({ start, end }) => start <= at.start && at.end <= end);
  }
  remove(span = this.here) {
    if (!span || this.disabled) return;
    this.picked = null;
    this.past.push(this.spans.filter((one) => one !== span));
    this.changed("change");
    this.area.focus();
    this.say(`${span.label} removed.`);
  }
  // What the pointer chose: a piece, or by a click a place, which chooses the label's piece there.
  pointed() {
    if (this.disabled) return;
    const found = this.selection();
    if (!found) return;
    const piece = trimmed(this.text, found);
    this.anchored = null;
    if (piece.start < piece.end) {
      getSelection().removeAllRanges();
      this.picked = piece;
      this.caret = piece.end;
      if (this.label !== undefined) return this.mark() ?? this.update();
    } else {
      this.caret = found.start;
      const span = this.spans.find(({ start, end }) => start <= found.start && found.start < end);
      this.picked = span ? { start: span.start, end: span.end } : null;
    }
    this.update();
  }
  selection() {
    const root = this.shadowRoot;
    const selection = root.getSelection?.() ?? getSelection();
    const range = selection.getComposedRanges?.({ shadowRoots: [root] })[0]
      ?? (selection.rangeCount ? selection.getRangeAt(0) : null);
    if (!range || !this.area.contains(range.startContainer)) return null;
    const start = this.placeOf(range.startContainer, range.startOffset);
    const isWithin = this.area.contains(range.endContainer);
    return { start, end: isWithin ? this.placeOf(range.endContainer, range.endOffset) : this.text.length };
  }
  // Where in the text a place in its pieces is.
  placeOf(node, at) {
    const start = node.parentElement?.dataset.start;
    if (node.nodeType === Node.TEXT_NODE && start !== undefined) return Number(start) + at;
    const probe = new Range();
    probe.setStart(node, at);
    const next = [...this.area.querySelectorAll("[data-start]")].find((one) => probe.comparePoint(one, 0) >= 0);
    return next ? Number(next.dataset.start) : this.text.length;
  }
  typed(event) {
    if (this.shortcut(event)) return;
    if (event.key === "Escape") {
      this.picked = null;
      this.choose(-1);
      this.update();
    } else if (event.target !== this.area) return;
    else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (event.key === "Enter") this.enter();
    else if (!this.walk(event)) return;
    event.preventDefault();
  }
  // Enter gives the label that is chosen, or chooses the piece where the mark stands.
  enter() {
    if (this.picked) return void this.mark();
    const { here } = this;
    if (here) this.picked = { start: here.start, end: here.end };
    this.update();
  }
  walk(event) {
    const { text } = this;
    const from = this.caret ?? 0;
    const { ctrlKey, key } = event;
    const step = { ArrowLeft: [-1, ctrlKey], ArrowRight: [1, ctrlKey], ArrowUp: [-1, true], ArrowDown: [1, true] }[key];
    const end = { Home: 0, End: text.length }[key];
    const to = step ? stepped(text, from, ...step) : end;
    if (to === undefined) return false;
    if (event.shiftKey) this.anchored ??= from;
    else this.anchored = null;
    this.caret = to;
    const piece = event.shiftKey
      ? trimmed(text, { start: Math.min(this.anchored, to), end: Math.max(this.anchored, to) }) : null;
    this.picked = piece && piece.start < piece.end ? piece : null;
    this.update();
    this.say(this.picked ? text.slice(piece.start, piece.end) : text.slice(to, to + 20));
    return true;
  }
  undo() {
    this.picked = null;
    super.undo();
  }
  redraw() {
    const { text, spans, picked, caret } = this;
    if (text !== this.known) this.restart();
    const shown = JSON.stringify([text, this.past.now, picked, caret, this.disabled, this.entries]);
    if (shown === this.shownText) return;
    this.shownText = shown;
    const cuts = [0, text.length, ...spans.flatMap(({ start, end }) => [start, end]),
      ...(picked ? [picked.start, picked.end] : []), ...(caret === null ? [] : [caret])];
    const places = [...new Set(cuts)].sort((a, b) => a - b);
    const nodes = [];
    let holder;
    places.forEach((start, at) => {
      const span = spans.find((one) => one.start === start);
      if (span) nodes.push(holder = { span, pieces: [] });
      if (holder && holder.span.end <= start) holder = undefined;
      const into = holder?.pieces ?? nodes;
      if (start === caret) into.push(make("span", { class: "caret", "aria-hidden": "true" }));
      if (at + 1 === places.length) return;
      const isPicked = picked && picked.start <= start && start < picked.end;
      into.push(make("span", { "data-start": String(start), class: isPicked ? "picked" : null },
        text.slice(start, places[at + 1])));
    });
    this.area.replaceChildren(...nodes.map((node) => node.span ? this.shownSpan(node) : node));
  }
  shownSpan({ span, pieces }) {
    const entry = this.entries.find(({ label }) => label === span.label) ?? span;
    const button = BUTTON("×", () => this.remove(span));
    button.dataset.short = entry.shortDisplayName ?? entry.label;
    button.setAttribute("aria-label", `Remove ${span.label} from ${this.text.slice(span.start, span.end)}`);
    const mark = make("mark", {}, ...pieces, button);
    mark.style.borderColor = this.colourOf(span.label);
    return mark;
  }
}

// The field of the form that it brings.
customElements.define(`${ELEMENT}-answer`, class extends Field {
  get delegates() { return false; }
  get name() { return this.tool.name; }
  get answer() { return this.tool.answer; }
  build() {
    this.tabIndex = -1;
    this.addEventListener("invalid", () => this.tool.say(this.validationMessage));
    this.addEventListener("focus", () => this.tool.area.focus());
    this.problem = this.tool.disabled ? "" : this.tool.problem;
  }
  take(problem) {
    this.problem = problem;
    if (this.built) this.update();
  }
  update() { this.keep("", this.problem); }
});
customElements.define(ELEMENT, EntityTool);

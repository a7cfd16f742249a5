// crowd-textract-analyze-document: names and values that were found in a document, to look at and correct.

import { make } from "./dom.js";
import { list } from "./loose.js";
import { boxes, colour, picture } from "./picture.js";
import { Tool } from "./tool.js";

// A block's member, with a small or a capital letter.
const of = (block, name) => block?.[name] ?? block?.[name[0].toUpperCase() + name.slice(1)];
const all = (value) => Array.isArray(value) ? value : [];
const related = (block, type) => all(of(block, "relationships")).filter((one) => of(one, "type") === type)
  .flatMap((one) => all(of(one, "ids")));
const corrected = (block, text) => ({ ...block, ["Text" in block ? "Text" : "text"]: text });

customElements.define("crowd-textract-analyze-document", class extends Tool {
  static observedAttributes = [...super.observedAttributes, "initial-value", "no-key-edit"];

  get name() { return super.name || "AWS/Textract/AnalyzeDocument/Forms/V1"; }
  draw() { this.body.addEventListener("input", () => this.changed("change")); }
  get blocks() { return list(this.getAttribute("initial-value")); }
  show(source, _, header) {
    const all = this.blocks.map((block) => of(of(block, "geometry"), "boundingBox"));
    const drawn = (width, height) => boxes(width, height, all.flatMap((box, at) => box ? [{
      left: of(box, "left") * width, top: of(box, "top") * height, width: of(box, "width") * width,
      height: of(box, "height") * height, colour: colour(at) }] : []));
    this.target.replaceChildren(...(source === null ? [] : [picture(source, header ?? "", drawn)]));
  }
  reset() {
    super.reset();
    this.read = null;
  }
  update() {
    super.update();
    const given = this.getAttribute("initial-value");
    if (given !== this.read) this.fill();
    this.read = given;
    this.keep(JSON.stringify(this.answer), "");
  }
  // A line for each name, with the value that belongs to it.
  fill() {
    const known = new Map(this.blocks.map((block) => [of(block, "id"), block]));
    const keys = this.blocks.filter((block) => all(of(block, "entityTypes")).includes("KEY"));
    const text = (label, block) => {
      const input = make("input", { type: "text", "aria-label": label, value: of(block, "text") ?? "" });
      return { block, input };
    };
    this.pairs = keys.map((block, at) => {
      const value = related(block, "VALUE").map((id) => known.get(id)).find(Boolean);
      const key = text(`Key ${at + 1}`, block), pair = { key, value: value && text(`Value ${at + 1}`, value) };
      key.input.readOnly = this.hasAttribute("no-key-edit");
      pair.valid = make("input", { type: "checkbox", checked: true });
      return pair;
    });
    const question = (valid, at) => make("label", { class: "line" }, valid, `Pair ${at + 1} is a key and its value`);
    this.body.replaceChildren(...this.pairs.map(({ key, value, valid }, at) => make("div", { class: "pair" },
      key.input, ...(value ? [value.input] : []), question(valid, at))));
  }
  // Assumed: a pair that is none is left out, and so is what belongs to no pair.
  get answer() {
    const kept = (this.pairs ?? []).filter(({ valid }) => valid.checked).flatMap(({ key, value }) => [key, value]);
    return { blocks: kept.filter(Boolean).map(({ block, input }) => corrected(block, input.value)), ...this.remark };
  }
});

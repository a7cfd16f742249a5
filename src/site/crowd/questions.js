// crowd-question-answer-generation: questions about a text, with answers.

import { make } from "./dom.js";
import { list } from "./loose.js";
import { Tool } from "./tool.js";

const words = (text) => text.trim().split(/\s+/).filter(Boolean).length;

customElements.define("crowd-question-answer-generation", class extends Tool {
  static observedAttributes = [...super.observedAttributes, "text"];

  draw() {
    // Where text can be selected with keys too.
    this.text = make("textarea", { readonly: true, rows: "8", "aria-label": "Text" });
    this.pairs = make("div");
    this.add = make("button", { type: "button" }, "Add a question");
    this.body.append(this.text, this.pairs, this.add);
    this.add.addEventListener("click", () => {
      this.pairs.append(this.pair());
      this.number();
      this.pairs.lastElementChild.querySelector("textarea").focus();
    });
    for (const name of ["input", "change"]) this.pairs.addEventListener(name, () => this.update());
    this.reset();
  }
  limit(name, otherwise) { return Number(this.getAttribute(name) ?? otherwise); }
  get most() { return this.limit("max-questions", Infinity); }
  reset() {
    super.reset();
    const least = Math.max(1, Math.min(this.limit("min-questions", 1), 100));
    this.pairs.replaceChildren(...Array.from({ length: least }, () => this.pair()));
    this.number();
  }
  pair() {
    const area = (name) => make("label", {}, make("span", {}, name),
      make("textarea", { rows: "2", "data-field": name.toLowerCase() }));
    const tags = list(this.getAttribute("question-tags")).map(String);
    const boxes = tags.map((tag) => make("label", { class: "line" },
      make("input", { type: "checkbox", "data-field": "tag", value: tag }), tag));
    const own = this.getAttribute("allow-custom-question-tags") === "true" ? [make("label", {},
      make("span", {}, "Another tag"), make("input", { type: "text", "data-field": "own" }))] : [];
    const mark = make("button", { type: "button" }, "Use the selected text");
    const marked = make("output");
    const remove = make("button", { type: "button" }, "Remove");
    const pair = make("div", { class: "card", role: "group" }, area("Question"), area("Answer"), ...boxes, ...own, mark,
      marked, remove);
    mark.addEventListener("click", () => {
      const { selectionStart: startOffset, selectionEnd: endOffset, value } = this.text;
      const text = value.slice(startOffset, endOffset);
      pair.highlight = text ? { startOffset, endOffset, text } : null;
      marked.value = pair.highlight?.text ?? "";
      this.changed("change");
    });
    remove.addEventListener("click", () => {
      pair.remove();
      this.number();
      this.add.focus();
    });
    return pair;
  }
  number() {
    [...this.pairs.children].forEach((pair, at) => pair.setAttribute("aria-label", `Question ${at + 1}`));
    this.update();
  }
  in(pair, field) { return pair.querySelector(`[data-field=${field}]`); }
  // What is wrong with a pair, and where.
  problem(pair) {
    for (const field of ["question", "answer"]) {
      const at = this.in(pair, field), count = words(at.value);
      const least = this.limit(`${field}-min-words`, 1), most = this.limit(`${field}-max-words`, Infinity);
      if (count < least) return { at, text: least === 1 ? `Write the ${field}.` : `Write at least ${least} words.` };
      if (count > most) return { at, text: `Write at most ${most} words.` };
    }
    return null;
  }
  update() {
    super.update();
    const text = this.getAttribute("text") ?? "";
    if (this.text.value !== text) this.text.value = text;
    const pairs = [...this.pairs.children];
    this.add.disabled = this.disabled || pairs.length >= this.most;
    const few = pairs.length < this.limit("min-questions", 1);
    const wrong = pairs.map((pair) => this.problem(pair)).find(Boolean);
    const problem = wrong?.text ?? (few ? `Write at least ${this.limit("min-questions", 1)} questions.` : "");
    this.keep(JSON.stringify(this.answer ?? null), problem, wrong?.at ?? this.add);
  }
  // Assumed: Amazon does not document the output.
  get answer() {
    const questions = [...this.pairs.children].filter((pair) => this.in(pair, "question").value.trim()).map((pair) => {
      const tags = [...pair.querySelectorAll("[data-field=tag]:checked")].map((box) => box.value);
      const own = this.in(pair, "own")?.value.trim();
      return { question: this.in(pair, "question").value, answer: this.in(pair, "answer").value,
        tags: own ? [...tags, own] : tags, highlights: pair.highlight ? [pair.highlight] : [] };
    });
    return questions.length > 0 ? { questions, ...this.remark } : undefined;
  }
});

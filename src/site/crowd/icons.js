// Pictures for buttons, badges and the like: characters for the names that pages use most, or a
// picture of the page's own.

import { make } from "./dom.js";

const CHARACTERS = {
  add: "+", remove: "−", clear: "✕", close: "✕", cancel: "✕", check: "✓", done: "✓", "check-circle": "✓",
  star: "★", "star-border": "☆", favorite: "♥", "favorite-border": "♡", flag: "⚑", search: "⌕", help: "?",
  "help-outline": "?", "question-answer": "?", info: "i", "info-outline": "i", error: "!", warning: "⚠",
  "report-problem": "⚠", report: "⚠", announcement: "!", feedback: "!", "error-outline": "!",
  "arrow-back": "←", "arrow-forward": "→", "arrow-upward": "↑", "arrow-downward": "↓", "chevron-left": "‹",
  "chevron-right": "›", "expand-more": "⌄", "expand-less": "⌃", menu: "☰", "more-vert": "⋮", "more-horiz": "…",
  refresh: "↻", undo: "↶", redo: "↷", delete: "⌫", create: "✎", edit: "✎", mail: "✉", send: "➤", home: "⌂",
  settings: "⚙", "thumb-up": "▲", "thumb-down": "▼", "play-arrow": "▶", "av:play-arrow": "▶", "av:pause": "❚❚",
  "zoom-in": "+", "zoom-out": "−", "open-in-new": "↗", link: "⛓", lock: "⚿", save: "↓", "file-download": "↓",
};

const bare = (name) => (name ?? "").replace(/^icons:/, "");
// How an icon is spoken of.
export const spoken = (name) => (/[./]/.test(name ?? "") ? "" : bare(name).replace(/^.*:/, "").replace(/-/g, " "));

// An icon that only decorates. Of a name that is not known the first letter is shown.
export const icon = (name, address) => {
  const source = address ?? (/[./]/.test(name ?? "") ? name : null);
  if (source) return make("img", { class: "icon", src: source, alt: "" });
  const known = CHARACTERS[bare(name)] ?? spoken(name).charAt(0).toUpperCase();
  return make("span", { class: "icon", "aria-hidden": "true" }, known);
};

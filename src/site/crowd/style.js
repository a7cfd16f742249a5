// How the elements look.

import { DOCUMENT } from "./dom.js";

export const STYLE = `
  :host { display: block; margin: .75rem 0; font: inherit; }
  :host([hidden]) { display: none; }
  label { display: block; }
  label > span { display: block; margin-bottom: .25rem; }
  label > span:empty { display: none; }
  .line { display: flex; gap: .5rem; align-items: baseline; padding: .2rem 0; }
  label.line > span { margin: 0; min-width: 0; }
  input:not([type=radio], [type=checkbox], [type=range]), textarea {
    font: inherit; padding: .4rem .55rem; border: 1px solid #6f757b; border-radius: .35rem;
    width: 100%; max-width: 40rem; box-sizing: border-box; }
  input[type=range] { width: min(100% - 3rem, 30rem); vertical-align: middle; margin: 0 .5rem 0 0; }
  input[type=radio], input[type=checkbox] { flex: none; margin: 0; }
  button { font: inherit; padding: .45rem 1rem; border: 1px solid #0b57d0; border-radius: .35rem;
    background: #fff; color: #0b57d0; cursor: pointer; }
  :host([variant=primary]) button { background: #0b57d0; color: #fff; }
  :host([variant=link]) button { border-color: transparent; text-decoration: underline; }
  button:disabled { opacity: .5; cursor: default; }
  :host(:focus-visible) { outline: none; }
  :focus-visible, :host([role=radio]:focus-visible) { outline: 2px solid #0b57d0; outline-offset: 2px; }
  fieldset { border: 1px solid #c8ccd0; border-radius: .35rem; margin: 0; padding: .75rem 1rem; min-width: 0; }
  legend { font-weight: 600; padding: 0 .35rem; }
  img { display: block; max-width: 100%; max-height: 70vh; margin-bottom: .5rem; }
  details { margin: .5rem 0; } summary { cursor: pointer; }`;

// What a page says of its own looks comes first: nothing is weaker than this.
const defaults = new CSSStyleSheet();
defaults.replaceSync(":where(html) { font-family: system-ui, sans-serif; line-height: 1.45; }");
DOCUMENT.styles().push(defaults);

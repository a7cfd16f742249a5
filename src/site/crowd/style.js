// How the elements look. Colours follow the page: it is light unless it says otherwise.

import { DOCUMENT } from "./dom.js";

export const STYLE = `
  :host { display: block; margin: .75rem 0; font: inherit;
    --crowd-ink: light-dark(#0b57d0, #a8c7fa); --crowd-on: light-dark(#fff, #062e6f);
    --crowd-line: light-dark(#6f757b, #8e9399);
    --crowd-soft: light-dark(#c8ccd0, #5f6368); --crowd-paper: light-dark(#fff, #1f2023);
    --crowd-text: light-dark(#1f1f1f, #e3e3e3); --crowd-bad: light-dark(#b3261e, #f2b8b5); }
  :host([hidden]), [hidden] { display: none !important; }
  label { display: block; }
  label > span { display: block; margin-bottom: .25rem; }
  label > span:empty { display: none; }
  .line { display: flex; gap: .5rem; align-items: baseline; padding: .2rem 0; }
  label.line > span { margin: 0; min-width: 0; }
  label.line > span:has(slot) { min-height: 1lh; }
  input:not([type=radio], [type=checkbox], [type=range], [type=color], [type=file]), textarea, select {
    font: inherit; padding: .4rem .55rem; border: 1px solid var(--crowd-line); border-radius: .35rem;
    box-sizing: border-box; max-width: 40rem; }
  input:not([type=radio], [type=checkbox], [type=range], [type=color], [type=file]), textarea { width: 100%; }
  textarea { field-sizing: content; min-height: calc(2lh + .9rem); }
  input[type=range] { width: min(100%, 30rem); vertical-align: middle; margin: 0; }
  input[type=radio], input[type=checkbox] { flex: none; margin: 0; }
  .below { display: flex; justify-content: space-between; gap: 1rem; max-width: 40rem; font-size: .9em; }
  .counter { margin-inline-start: auto; }
  .problem { color: var(--crowd-bad); overflow-wrap: anywhere; }
  .value { position: relative; display: block; max-width: 30rem; }
  .value input { width: 7rem; margin-top: .25rem; }
  output.pin { position: absolute; bottom: calc(100% + 1.4rem); left: calc(.5rem + var(--at) * (100% - 1rem));
    transform: translateX(-50%); padding: 0 .4rem; border-radius: .35rem; background: var(--crowd-ink);
    color: var(--crowd-on); }
  :host([pin]) label { padding-bottom: 0; } :host([pin]) label > span { margin-bottom: 1.5rem; }
  :host([pin]) label > span:empty { display: block; }
  .ends { display: flex; justify-content: space-between; gap: 1rem; max-width: 30rem; }
  input[role=switch] { appearance: none; width: 2.4em; height: 1.3em; border-radius: 1em; align-self: center;
    border: 1px solid var(--crowd-line); background: var(--crowd-paper); position: relative; }
  input[role=switch]::before { content: ""; position: absolute; inset: .15em auto .15em .15em; width: .85em;
    border-radius: 50%; background: var(--crowd-line); }
  input[role=switch]:checked { background: var(--crowd-ink); border-color: var(--crowd-ink); }
  input[role=switch]:checked::before { inset-inline: auto .15em; background: var(--crowd-on); }
  :host([invalid]) input[role=switch]:not(:checked) { border-color: var(--crowd-bad); background: var(--crowd-bad); }
  button, a.button { font: inherit; padding: .45rem 1rem; border: 1px solid var(--crowd-ink); border-radius: .35rem;
    background: var(--crowd-paper); color: var(--crowd-ink); cursor: pointer; text-decoration: none;
    display: inline-block; }
  :host([variant=primary]) :is(button, a.button) { background: var(--crowd-ink); color: var(--crowd-on); }
  :host([variant=link]) :is(button, a.button), button.link { border-color: transparent; background: none;
    padding-inline: 0; text-decoration: underline; }
  :host([variant=icon]) slot { display: none; } :host([variant=icon]) slot:only-child { display: contents; }
  button:disabled { opacity: .5; cursor: default; }
  button.bare { border: 0; background: none; color: inherit; padding: 0 .25rem; margin-inline-start: auto; }
  .icon { display: inline-block; min-width: 1.2em; height: 1.2em; line-height: 1.2; text-align: center; margin: 0; }
  button .icon:not(:only-child) { margin-inline: .1em .35em; vertical-align: middle; }
  .loading { display: inline-block; width: .9em; height: .9em; border: 2px solid; border-right-color: transparent;
    border-radius: 50%; margin-inline-end: .5em; vertical-align: -.1em; animation: turn 1s linear infinite; }
  @keyframes turn { to { transform: rotate(1turn); } }
  @media (prefers-reduced-motion: reduce) { .loading { animation: none; } }
  :host(:is(crowd-icon-button, crowd-fab)) { display: inline-block; margin: .25rem; }
  :host(:is(crowd-icon-button, crowd-fab)) button { border-radius: 50%; width: 2.75rem; height: 2.75rem; padding: 0; }
  :host(crowd-icon-button) button { border-color: transparent; }
  :host(crowd-fab) button { background: var(--crowd-ink); color: var(--crowd-on); box-shadow: 0 2px 6px #0006; }
  :host(iron-icon) { display: inline-block; margin: 0; }
  :host(crowd-badge) { position: absolute; left: 0; top: 0; margin: 0; transform: translate(-50%, -50%); z-index: 1; }
  .badge { display: block; min-width: 1.4em; padding: 0 .2em; border-radius: 1em; text-align: center; font-size: .8em;
    line-height: 1.4em; background: var(--crowd-ink); color: var(--crowd-on); }
  .notice { display: flex; gap: .6rem; align-items: baseline; padding: .6rem .8rem;
    border: 1px solid var(--crowd-line);
    border-inline-start-width: .4rem; border-radius: .35rem; background: var(--crowd-paper);
    color: var(--crowd-text); }
  :host([type=error]) .notice { border-color: var(--crowd-bad); }
  :host([type=warning]) .notice { border-color: light-dark(#9a6700, #f0c14b); }
  :host([type=success]) .notice { border-color: light-dark(#1a7f37, #7bd88f); }
  :host(crowd-toast) { position: fixed; inset: auto auto 1rem 1rem; z-index: 10; margin: 0;
    max-width: calc(100% - 2rem); }
  :host(crowd-toast) div:not(:empty) { padding: .7rem 1rem; border-radius: .35rem; background: #323232; color: #fff; }
  .card { border: 1px solid var(--crowd-soft); border-radius: .35rem; padding: .75rem 1rem; margin: .5rem 0; }
  :host(crowd-card) .card { box-shadow: 0 1px 4px #0003; margin: 0; }
  [role=tablist] { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--crowd-soft); }
  [role=tab] { border: 0; border-bottom: 3px solid transparent; border-radius: 0; background: none; color: inherit; }
  [role=tab][aria-selected=true] { border-bottom-color: var(--crowd-ink); color: var(--crowd-ink); }
  .panel { padding: .5rem 0; }
  dialog { max-width: min(46rem, 100% - 2rem); max-height: calc(100% - 2rem); box-sizing: border-box;
    border: 1px solid var(--crowd-soft); border-radius: .5rem; background: var(--crowd-paper);
    color: var(--crowd-text); }
  dialog > button { margin-top: 1rem; } .card button { margin: .35rem .35rem 0 0; }
  dialog::backdrop { background: #0006; }
  :focus-visible, :host([role=radio]:focus-visible) { outline: 2px solid var(--crowd-ink); outline-offset: 2px; }
  :host(:focus-visible) { outline: none; }
  fieldset { border: 1px solid var(--crowd-soft); border-radius: .35rem; margin: 0; padding: .75rem 1rem;
    min-width: 0; }
  legend { font-weight: 600; padding: 0 .35rem; } legend:empty { display: none; }
  img { display: block; max-width: 100%; max-height: 70vh; }
  .picture { position: relative; width: fit-content; max-width: 100%; margin-bottom: .5rem; }
  .picture svg, .picture .mask { position: absolute; inset: 0; width: 100%; height: 100%; max-height: none; }
  .mask { opacity: .6; }
  .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; }
  .swatch { display: inline-block; width: .9em; height: .9em; margin-inline-end: .35em; vertical-align: -.1em; }
  .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .35rem; margin: .5rem 0; }
  .text { white-space: pre-wrap; overflow-wrap: anywhere; }
  details { margin: .5rem 0; } summary { cursor: pointer; }`;

// What a page says of its own looks comes first: nothing is weaker than this.
const defaults = new CSSStyleSheet();
defaults.replaceSync(`
  :where(html) { font-family: system-ui, sans-serif; line-height: 1.45; }
  :where(short-instructions, full-instructions) { display: block; }
  :where(.crowd-unknown, .crowd-problem:not(:empty)) { border: 2px solid #b3261e; border-radius: .35rem;
    padding: .5rem .75rem;
    background: #fff; color: #b3261e; }`);
DOCUMENT.styles().push(defaults);

// How the tools look, by the colours of the page around them.

export const LOOK = `
  fieldset { background: var(--crowd-paper); color: var(--crowd-text); }
  .palette, .tools { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0; align-items: center; }
  .chip { display: flex; gap: .4rem; align-items: center; padding: .3rem .6rem; border: 1px solid var(--crowd-line);
    border-radius: .35rem; cursor: pointer; overflow-wrap: anywhere; min-width: 0; }
  .chip > span { margin: 0; min-width: 0; }
  .chip > .swatch { display: block; }
  .tools .tools { margin: 0; }
  .tools input[type=range] { width: 9rem; margin: 0; }
  .chip:has(:checked), button[aria-pressed=true] { border-color: var(--crowd-ink);
    box-shadow: inset 0 0 0 1px var(--crowd-ink); }
  .swatch { flex: none; margin: 0; border-radius: .2rem; border: 1px solid var(--crowd-line); }
  button, select { font: inherit; padding: .3rem .7rem; border: 1px solid var(--crowd-line); border-radius: .35rem;
    background: var(--crowd-paper); color: var(--crowd-text); max-width: 100%; }
  .view { overflow: auto; max-height: 75vh; border: 1px solid var(--crowd-line);
    background: light-dark(#eceef0, #303336); }
  .sheet { position: relative; touch-action: none; cursor: crosshair; user-select: none; }
  .sheet:focus-visible { outline-offset: -2px; }
  .sheet > * { position: absolute; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; margin: 0; }
  .sheet canvas { image-rendering: pixelated; opacity: .6; }
  .shape { fill-opacity: .15; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
  .shape.open { fill: none; }
  .shape.chosen { stroke-width: 4; fill-opacity: .3; }
  .handle { fill: #fff; stroke: #000; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
  .handle.chosen { fill: #ffd400; }
  .cross { fill: none; stroke: #000; stroke-width: 1; vector-effect: non-scaling-stroke; }
  .cross.light { stroke: #fff; stroke-dasharray: 4 4; }
  .status { min-height: 1.45em; margin: .4rem 0; }
  .failure { color: var(--crowd-bad); padding: 1rem; margin: 0; overflow-wrap: anywhere; }
  .items { list-style: none; padding: 0; margin: .5rem 0; max-height: 16rem; overflow: auto; }
  .items li { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; padding: .2rem 0; min-width: 0; }
  .items span { overflow-wrap: anywhere; min-width: 0; }
  .text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2.4; padding: .5rem .75rem; margin: .5rem 0;
    border: 1px solid var(--crowd-line); cursor: text; }
  .text mark { color: inherit; background: none; border-bottom: 3px solid; padding-bottom: .1rem; }
  .text .picked { background: light-dark(#ffe58a, #6b5900); }
  .text .caret { border-left: 2px solid var(--crowd-ink); margin: 0 -1px; }
  .text mark > button { padding: 0 .35rem; margin: 0 .25rem; font-size: .75em; line-height: 1.5; user-select: none; }
  .text mark > button::before { content: attr(data-short) " "; }`;

// The colours of the labels, as the documentation of the output shows them.
const COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22",
  "#17becf"];

// The colour of this number: another one for each of the first 353.
export const colour = (number) => {
  if (number < COLOURS.length) return COLOURS[number];
  const mixed = (number - COLOURS.length) * 100 % 343;
  const parts = [mixed % 7, Math.floor(mixed / 7) % 7, Math.floor(mixed / 49)];
  return `#${parts.map((part) => (20 + 35 * part).toString(16).padStart(2, "0")).join("")}`;
};

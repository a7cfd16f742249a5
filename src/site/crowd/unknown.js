// Crowd elements that nobody defines: this program does not draw them, and the page has none of its own.

import { DOCUMENT, make } from "./dom.js";

// The names of those that are being loaded, and of those that could not be.
export const coming = new Set();
export const missing = new Set();
const boxed = new WeakSet();
const said = new Set();

export const unknown = () =>
  [...DOCUMENT.all(":not(:defined)")].filter((element) => element.localName.startsWith("crowd-"));

export const refusal = (elements) => {
  const names = [...new Set(elements.map((element) => `<${element.localName}>`))].join(", ");
  const why = (of) => elements.some((element) => of.has(element.localName));
  if (why(coming)) return `Nothing was submitted: the page is still loading ${names}. Submit again in a moment.`;
  if (why(missing)) return `Nothing was submitted: ${names} could not be loaded. Load the page again.`;
  return `Nothing was submitted: ${names} cannot be answered here, since mturk-local does not emulate this.`;
};

// Shows that each of them is not there.
export const mark = () => {
  for (const element of unknown()) {
    if (boxed.has(element) || coming.has(element.localName)) continue;
    boxed.add(element);
    const name = element.localName;
    const why = missing.has(name) ? "could not be loaded" : "is not emulated";
    const box = make("p", { class: "crowd-unknown", role: "note" }, `<${name}> ${why}: it has no answer.`);
    element.prepend(box);
    customElements.whenDefined(name).then(() => box.remove());
    if (!said.has(name) && !missing.has(name)) console.warn(`mturk-local does not emulate <${name}>: it is not drawn, and has no answer.`);
    said.add(name);
  }
};

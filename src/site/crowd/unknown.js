// Crowd elements that nobody defines: this program does not draw them, and the page has none of its own.

import { DOCUMENT, make } from "./dom.js";

// The names of those that are being loaded.
export const coming = new Set();
const boxed = new WeakSet();
const said = new Set();

export const unknown = () =>
  [...DOCUMENT.all(":not(:defined)")].filter((element) => element.localName.startsWith("crowd-"));

export const refusal = (elements) => {
  const names = [...new Set(elements.map((element) => `<${element.localName}>`))].join(", ");
  return `Nothing was submitted: ${names} cannot be answered here, since mturk-local does not emulate it.`;
};

// Shows that each of them is not there.
export const mark = () => {
  for (const element of unknown()) {
    if (boxed.has(element) || coming.has(element.localName)) continue;
    boxed.add(element);
    const name = element.localName;
    const box = make("p", { class: "crowd-unknown", role: "note" }, `<${name}> is not emulated: it has no answer.`);
    element.prepend(box);
    customElements.whenDefined(name).then(() => box.remove());
    if (!said.has(name)) console.warn(`mturk-local does not emulate <${name}>: it is not drawn, and has no answer.`);
    said.add(name);
  }
};

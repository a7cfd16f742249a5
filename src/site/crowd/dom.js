// How the elements reach the page and its document.

// A form's field, and a form or picture of the page, hides what the form and the document have under
// its name: they are asked for it by their kind.
const native = (kind, name, on, ...given) => {
  const known = Object.getOwnPropertyDescriptor(kind.prototype, name);
  return (known.get ?? known.value).apply(on, given);
};
export const DOCUMENT = {
  script: native(Document, "currentScript", document),
  body: () => native(Document, "body", document),
  create: (name) => native(Document, "createElement", document, name),
  createShape: (name) => native(Document, "createElementNS", document, "http://www.w3.org/2000/svg", name),
  all: (selector) => native(Document, "querySelectorAll", document, selector),
  dispatch: (event) => native(EventTarget, "dispatchEvent", document, event),
  isLoading: () => native(Document, "readyState", document) === "loading",
  find: (selector) => native(Document, "querySelector", document, selector),
  styles: () => native(Document, "adoptedStyleSheets", document),
};
// What is asked of a form of the page.
export const FORM = {
  append: (form, ...nodes) => native(Element, "append", form, ...nodes),
  attribute: (form, name) => native(Element, "getAttribute", form, name),
  fields: (form) => native(HTMLFormElement, "elements", form),
  find: (form, selector) => native(Element, "querySelectorAll", form, selector),
  has: (form, node) => form !== node && native(Node, "contains", form, node),
  listen: (form, ...given) => native(EventTarget, "addEventListener", form, ...given),
  report: (form) => native(HTMLFormElement, "reportValidity", form),
  request: (form) => form && native(HTMLFormElement, "requestSubmit", form),
  reset: (form) => form && native(HTMLFormElement, "reset", form),
  root: (form) => native(Node, "getRootNode", form),
  set: (form, name, value) => native(Element, "setAttribute", form, name, value),
  submit: (form) => form && native(HTMLFormElement, "submit", form),
};

// Calls `action` when the element's children are there.
export const whenParsed = (action) =>
  DOCUMENT.isLoading() ? FORM.listen(document, "DOMContentLoaded", action, { once: true }) : queueMicrotask(action);

const filled = (element, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};
export const make = (name, attributes = {}, ...children) => filled(DOCUMENT.create(name), attributes, children);
// A shape of a drawing.
export const shape = (name, attributes = {}, ...children) =>
  filled(DOCUMENT.createShape(name), attributes, children);

// The form that an element hands in: that of the crowd-form around it, or its own.
export const formOf = (element) => {
  for (let at = element; at instanceof Element; at = at.getRootNode().host) {
    const around = at.closest("crowd-form");
    if (around) return around.form;
  }
  return element.form;
};

// How far an arrow goes in a row of choices.
export const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

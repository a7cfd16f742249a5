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
  isLoading: () => native(Document, "readyState", document) === "loading",
  find: (selector) => native(Document, "querySelector", document, selector),
  styles: () => native(Document, "adoptedStyleSheets", document),
  tell: (type) => native(EventTarget, "dispatchEvent", document, new Event(type)),
};
// What is asked of a form of the page.
export const FORM = {
  append: (form, ...nodes) => native(Element, "append", form, ...nodes),
  fields: (form) => native(HTMLFormElement, "elements", form),
  find: (form, selector) => native(Element, "querySelectorAll", form, selector),
  listen: (form, ...given) => native(EventTarget, "addEventListener", form, ...given),
  request: (form) => form && native(HTMLFormElement, "requestSubmit", form),
  reset: (form) => form && native(HTMLFormElement, "reset", form),
  submit: (form) => form && native(HTMLFormElement, "submit", form),
};

// Calls `action` when the element's children are there.
export const whenParsed = (action) =>
  DOCUMENT.isLoading() ? FORM.listen(document, "DOMContentLoaded", action, { once: true }) : queueMicrotask(action);

export const make = (name, attributes = {}, ...children) => {
  const element = DOCUMENT.create(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

// A list as pages write it: JSON, or with single quotation marks.
export const list = (text) => {
  try {
    return JSON.parse(text ?? "[]").map(String);
  } catch {
    const items = text.matchAll(/'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/g);
    return [...items].map((item) => (item[1] ?? item[2]).replace(/\\(.)/g, "$1"));
  }
};

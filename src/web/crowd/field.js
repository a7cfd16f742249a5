// What the elements have in common: their looks, and what every field is.

// A form's field, and a form or picture of the page, hides what the form and the document have under
// its name: they are asked for it by their kind.
const native = (kind, name, on, ...given) => {
  const known = Object.getOwnPropertyDescriptor(kind.prototype, name);
  return (known.get ?? known.value).apply(on, given);
};
const DOCUMENT = {
  script: native(Document, "currentScript", document),
  body: () => native(Document, "body", document),
  create: (name) => native(Document, "createElement", document, name),
  isLoading: () => native(Document, "readyState", document) === "loading",
  find: (selector) => native(Document, "querySelector", document, selector),
};
// What is asked of a form of the page.
const FORM = {
  append: (form, ...nodes) => native(Element, "append", form, ...nodes),
  fields: (form) => native(HTMLFormElement, "elements", form),
  find: (form, selector) => native(Element, "querySelectorAll", form, selector),
  listen: (form, ...given) => native(EventTarget, "addEventListener", form, ...given),
  request: (form) => form && native(HTMLFormElement, "requestSubmit", form),
  reset: (form) => form && native(HTMLFormElement, "reset", form),
  submit: (form) => form && native(HTMLFormElement, "submit", form),
};

const ORIGIN = DOCUMENT.script ? new URL(DOCUMENT.script.src).origin : location.origin;
const PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE";
const RESERVED = ["assignmentId", "hitId", "workerId", "turkSubmitTo"];
const STYLE = `
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
const page = new CSSStyleSheet();
page.replaceSync(":where(html) { font-family: system-ui, sans-serif; line-height: 1.45; }");
native(Document, "adoptedStyleSheets", document).push(page);

// Calls `deed` when the element's children are there.
const whenParsed = (deed) =>
  DOCUMENT.isLoading() ? FORM.listen(document, "DOMContentLoaded", deed, { once: true }) : queueMicrotask(deed);

const make = (name, attributes = {}, ...children) => {
  const element = DOCUMENT.create(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

// A list as pages write it: JSON, or with single quotation marks.
const list = (text) => {
  try {
    return JSON.parse(text ?? "[]").map(String);
  } catch {
    const items = text.matchAll(/'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/g);
    return [...items].map((item) => (item[1] ?? item[2]).replace(/\\(.)/g, "$1"));
  }
};

const parameters = new URLSearchParams(location.search);
const submitTo = () => {
  const host = parameters.get("turkSubmitTo") ?? "";
  return /^(https?:)?\/\//.test(host) ? host.replace(/\/+$/, "") : ORIGIN;
};

// What every field has: a name, a value for a plain form, and one for a crowd-form.
class Field extends HTMLElement {
  static formAssociated = true;

  constructor() {
    super();
    this.internals = this.attachInternals();
    this.attachShadow({ mode: "open", delegatesFocus: this.delegates });
    this.shadowRoot.append(make("style", {}, STYLE));
  }
  get delegates() { return true; }
  get name() { return this.getAttribute("name") ?? ""; }
  get form() { return this.internals.form; }
  get disabled() { return this.hasAttribute("disabled"); }
  set disabled(value) { this.toggleAttribute("disabled", Boolean(value)); }
  get required() { return this.hasAttribute("required"); }
  get validity() { return this.internals.validity; }
  get validationMessage() { return this.internals.validationMessage; }
  checkValidity() { return this.internals.checkValidity(); }
  reportValidity() { return this.internals.reportValidity(); }
  get _submittableValue() { return this.answer; }
  connectedCallback() {
    if (!this.built) {
      this.built = true;
      this.build();
    }
    this.update();
  }
  attributeChangedCallback() { if (this.built) this.update(); }
  formResetCallback() { this.reset?.(); this.update(); }
  // Tells the form the value, and what is wrong with it.
  keep(value, problem, anchor) {
    this.internals.setFormValue(value);
    this.internals.setValidity(problem ? { customError: true } : {}, problem, anchor);
  }
  changed(type) {
    this.update();
    this.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

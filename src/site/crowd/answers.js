// What a form submits.

import { FORM } from "./dom.js";
import { Field } from "./field.js";

const RESERVED = ["assignmentId", "hitId", "workerId", "turkSubmitTo"];

// The forms that stand in a form: scripts can put them there.
export const innerForms = (form) => [...FORM.find(form, "form")];

// A tool may bring its own form. What stands in the tool, and in no form, is answered with it.
export const looseFields = (form) => {
  const { host } = FORM.root(form);
  const within = host instanceof Field ? [...host.querySelectorAll("*")] : [];
  return within.filter((one) => one.form === null && one.checkValidity);
};

// The fields of a form and of the forms in it, in the order of the page.
const fieldsOf = (form) => {
  const all = [form, ...innerForms(form)].flatMap((one) => [...FORM.fields(one)]);
  const follows = Node.DOCUMENT_POSITION_FOLLOWING;
  return [...looseFields(form), ...all.sort((a, b) => (a.compareDocumentPosition(b) & follows ? -1 : 1))];
};

// All answers of a form as one object. What holds nothing is not among them.
// Assumed: that is so for fields of plain HTML too; it is documented for crowd-input.
export const collect = (form) => {
  // Without a prototype every name is one of an answer, "__proto__" too.
  const answers = Object.create(null);
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const merge = (name, part) => { answers[name] = { ...(isObject(answers[name]) ? answers[name] : {}), ...part }; };
  for (const field of fieldsOf(form)) {
    const name = field.name;
    if (!name || RESERVED.includes(name) || field.matches(":disabled, fieldset, button, object")) continue;
    if (field instanceof Field) {
      const { answer } = field;
      if (answer !== null && typeof answer === "object") merge(name, answer);
      else if (answer !== undefined && answer !== "") answers[name] = answer;
    } else if (field.type === "checkbox" || field.type === "radio") {
      merge(name, { [field.value]: field.checked });
    } else if (field.type === "select-multiple") {
      answers[name] = [...field.selectedOptions].map((option) => option.value);
    } else if (field.type !== "submit" && field.type !== "file" && field.value !== "") {
      answers[name] = field.value;
    }
  }
  return answers;
};

// Each member by its path. A list is one JSON text.
export const flat = (value, path, fields) => {
  if (Array.isArray(value)) {
    fields.push([path, JSON.stringify(value)]);
  } else if (value !== null && typeof value === "object") {
    for (const [key, part] of Object.entries(value)) flat(part, path ? `${path}.${key}` : key, fields);
  } else {
    fields.push([path, String(value)]);
  }
  return fields;
};

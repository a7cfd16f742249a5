// What a form submits.

import { FORM } from "./dom.js";
import { Field } from "./field.js";

const RESERVED = ["assignmentId", "hitId", "workerId", "turkSubmitTo"];

// All answers of a form as one object.
export const collect = (form) => {
  // Without a prototype every name is one of an answer, "__proto__" too.
  const answers = Object.create(null);
  const merge = (name, part) => { answers[name] = { ...answers[name], ...part }; };
  for (const field of FORM.fields(form)) {
    const name = field.name;
    if (!name || RESERVED.includes(name) || field.matches(":disabled, fieldset, button, object")) continue;
    if (field instanceof Field) {
      const { answer } = field;
      if (answer !== null && typeof answer === "object") merge(name, answer);
      else if (answer !== undefined) answers[name] = answer;
    } else if (field.type === "checkbox" || field.type === "radio") {
      merge(name, { [field.value]: field.checked });
    } else if (field.type === "select-multiple") {
      answers[name] = [...field.selectedOptions].map((option) => option.value);
    } else if (field.type !== "submit" && field.type !== "file") {
      answers[name] = field.value;
    }
  }
  return answers;
};

export const flat = (value, path, fields) => {
  if (value !== null && typeof value === "object") {
    for (const [key, part] of Object.entries(value)) flat(part, path ? `${path}.${key}` : key, fields);
  } else {
    fields.push([path, String(value)]);
  }
  return fields;
};

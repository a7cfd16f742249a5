// Checks a QuestionForm in the browser, in the words of the check on the server.
"use strict";
(() => {
  if (window.questionFormIsChecked) return;
  window.questionFormIsChecked = true;

  const REQUIRED = "This field is required.";

  // "Invalid …" with the bounds that there are.
  const bounds = (what, least, most, unit = "") =>
    [what, least !== undefined && `Must be at least ${least}${unit}.`,
      most !== undefined && `Must be at most ${most}${unit}.`].filter(Boolean).join(" ");

  const inBounds = (value, least, most) =>
    (least === undefined || value >= Number(least)) && (most === undefined || value <= Number(most));

  // What is wrong with a text that is there, or "".
  function textProblem(value, data) {
    if ("numeric" in data) {
      const plain = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(value.trim());
      if (!plain || !inBounds(Number(value), data.minValue, data.maxValue)) {
        return bounds("Invalid numeric value.", data.minValue, data.maxValue);
      }
    }
    // Characters, not halves of them.
    if (!inBounds([...value].length, data.minLength, data.maxLength)) {
      return bounds("Invalid entry length.", data.minLength, data.maxLength, " characters");
    }
    for (const { regex, flags, error } of JSON.parse(data.formats ?? "[]")) {
      try {
        if (!new RegExp(regex, flags).test(value)) return error;
      } catch {
        // No expression: nothing can be checked.
      }
    }
    return "";
  }

  const checkText = (field) =>
    field.value === "" ? (field.required ? REQUIRED : "") : textProblem(field.value, field.dataset);

  // The choices of a question, and where its problem is shown.
  function choice(box) {
    const list = box.querySelector("select");
    const fields = list ? [list] : [...box.querySelectorAll("input[type=radio], input[type=checkbox]")];
    const all = list ? [...list.options].filter((one) => one.value !== "" || one.hasAttribute("data-other"))
      : fields;
    const isChosen = (one) => (list ? one.selected : one.checked);
    const other = all.find((one) => one.hasAttribute("data-other"));
    const text = box.querySelector("[data-field=text]");
    return { list, fields, all, isChosen, other, text };
  }

  function checkChoice(box) {
    const { all, isChosen, other, text } = choice(box);
    const count = all.filter(isChosen).length;
    const said = text !== null && text.value !== "";
    if (count === 0 && !said) return "required" in box.dataset ? REQUIRED : "";
    if (other && (isChosen(other) || count === 0)) {
      if (!said) return REQUIRED;
      const problem = textProblem(text.value, text.dataset);
      if (problem) return problem;
    }
    const { least, most } = box.dataset;
    if (inBounds(Math.max(count, 1), least, most)) return "";
    return bounds("Invalid number of selections.", Number(least) > 1 ? least : undefined, most);
  }

  function checkFile(field) {
    const file = field.files[0];
    if (!file) return field.required ? REQUIRED : "";
    const { least, most } = field.dataset;
    return inBounds(file.size, least, most) ? "" : bounds("Invalid file size.", least, most, " bytes");
  }

  // Tells the browser what is wrong with one field, so that it does not submit.
  function check(field) {
    switch (field.dataset.field) {
      case "text":
        return field.closest("[data-field=choice]") ? undefined : field.setCustomValidity(checkText(field));
      case "file":
        return field.setCustomValidity(checkFile(field));
      default: {
        // On each of them: a browser has words of its own for radio buttons of which none is chosen.
        const { fields } = choice(field);
        const problem = checkChoice(field);
        fields.forEach((one) => one.setCustomValidity(problem));
      }
    }
  }

  // What is said elsewhere and what is chosen go together.
  function follow(box, target) {
    const { all, list, other, text } = choice(box);
    if (!other || target !== text || text.value === "") return;
    if (list) {
      if (!list.multiple || all.every((one) => !one.selected)) other.selected = true;
    } else {
      other.checked = true;
    }
  }

  const questionOf = (node) => node.closest?.(".question-form .question");

  function show(question, message) {
    const place = question.querySelector(".problem");
    if (place) place.textContent = message;
    question.classList.toggle("has-problem", message !== "");
  }

  function changed(event) {
    const question = questionOf(event.target);
    if (!question) return;
    const box = event.target.closest("[data-field=choice]");
    if (box && event.type === "input") follow(box, event.target);
    question.querySelectorAll("[data-field]").forEach(check);
    // A problem that is shown goes as soon as it is gone.
    const fields = [...question.querySelectorAll("input, select, textarea")];
    if (fields.every((field) => field.validity.valid)) show(question, "");
  }

  window.addEventListener("input", changed);
  window.addEventListener("change", changed);
  window.addEventListener("invalid", (event) => {
    const question = questionOf(event.target);
    if (question) show(question, event.target.validationMessage);
  }, true);

  const forms = Document.prototype.querySelectorAll.call(document, ".question-form");
  for (const form of forms) form.querySelectorAll("[data-field]").forEach(check);
})();

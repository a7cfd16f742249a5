// What pages of tasks call to find out for whom they are shown and where their answers go.
// Written for mturk-local; the names and what they do are those that such pages rely on.
"use strict";

// Where this script came from: answers go there when the page's address does not say where.
var turkScriptOrigin = document.currentScript ? new URL(document.currentScript.src).origin : location.origin;

// A parameter of the page's address, as it stands there, or else `defaultValue`.
function turkGetParam(name, defaultValue) {
  const pairs = location.search.slice(1).split("&").map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  const found = pairs.find(([key, value]) => key === name && value !== null);
  return found ? found[1] : defaultValue;
}

// A parameter's value without its escapes.
function decode(text) {
  const spaced = String(text).replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return unescape(spaced);
  }
}

// The site to which answers go, without a slash at its end.
function turkGetSubmitToHost() {
  const host = decode(turkGetParam("turkSubmitTo", ""));
  return /^(https?:)?\/\//.test(host) ? host.replace(/\/+$/, "") : turkScriptOrigin;
}

// Makes the form ready: it knows its assignment and its destination; in a preview it cannot submit.
function turkSetAssignmentID(formName, buttonName) {
  const assignmentId = turkGetParam("assignmentId", "");
  const field = document.getElementById("assignmentId");
  if (field) field.value = assignmentId;
  if (assignmentId === "ASSIGNMENT_ID_NOT_AVAILABLE") {
    const button = document.getElementById(buttonName || "submitButton");
    if (button) {
      const said = "You must ACCEPT the HIT before you can submit the results.";
      button.disabled = true;
      if (button.localName === "button") button.textContent = said;
      else button.value = said;
    }
  }
  const form = document.getElementById(formName || "mturk_form") || document.forms[formName || "mturk_form"];
  if (!form) return;
  // Some pages leave the field out.
  if (!field) {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "assignmentId" });
    hidden.id = "assignmentId";
    hidden.value = assignmentId;
    form.appendChild(hidden);
  }
  // A field named "action" would hide the form's own.
  form.setAttribute("action", turkGetSubmitToHost() + "/mturk/externalSubmit");
}

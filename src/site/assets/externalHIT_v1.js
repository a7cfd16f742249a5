// What pages of tasks call to find out for whom they are shown and where their answers go.
// Written for mturk-local; the names and what they do are those that such pages rely on.
"use strict";

// Where this script came from: answers go there when the page's address does not say where.
var turkScript = Object.getOwnPropertyDescriptor(Document.prototype, "currentScript").get.call(document);
var turkScriptOrigin = turkScript ? new URL(turkScript.src).origin : location.origin;

// A form's field, and a form or picture of the page, hides what the form and the document have under
// its name: they are asked for it by their kind.
function turkNative(kind, name, on, ...given) {
  const known = Object.getOwnPropertyDescriptor(kind.prototype, name);
  return (known.get ?? known.value).apply(on, given);
}

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
  const byId = (id) => turkNative(Document, "getElementById", document, id);
  const field = byId("assignmentId");
  if (field) field.value = assignmentId;
  if (assignmentId === "ASSIGNMENT_ID_NOT_AVAILABLE") {
    const button = byId(buttonName || "submitButton");
    if (button) {
      const said = "You must ACCEPT the HIT before you can submit the results.";
      button.disabled = true;
      if (button.localName === "button") button.textContent = said;
      else button.value = said;
    }
  }
  const name = formName || "mturk_form";
  const form = byId(name) || turkNative(Document, "forms", document).namedItem(name);
  if (!form) return;
  // Some pages leave the field out.
  if (!field) {
    const hidden = turkNative(Document, "createElement", document, "input");
    Object.assign(hidden, { type: "hidden", name: "assignmentId", id: "assignmentId", value: assignmentId });
    turkNative(Node, "appendChild", form, hidden);
  }
  turkNative(Element, "setAttribute", form, "action", turkGetSubmitToHost() + "/mturk/externalSubmit");
}

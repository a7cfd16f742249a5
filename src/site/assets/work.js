// The page around a task: what becomes of it while the page is open, and what the frame says.
(() => {
  "use strict";
  const left = document.getElementById("left");
  const news = document.getElementById("news");
  const next = document.getElementById("next");
  const auto = document.getElementById("auto");
  const frame = document.getElementById("task");
  const form = document.querySelector("form.question");

  function say(text) {
    const p = document.createElement("p");
    p.className = "note";
    p.textContent = text;
    news.replaceChildren(p);
  }

  left.addEventListener("state", ({ detail }) => {
    if (detail.state !== "Assigned") ended(detail.state);
    else if (detail.expired && !news.childElementCount) say("This HIT has expired: nobody else can accept it. You may still submit while there is time left.");
  });

  // The page of the assignment says what became of it.
  function ended(state) {
    if (state === "Abandoned") {
      say("The time for this assignment has run out. It went back to the market; nothing was submitted.");
      frame?.remove();
      form?.remove();
      document.querySelector(".task-head .actions").remove();
      left.hidden = true;
      next.hidden = true;
    } else if (state === "Returned") {
      location.reload();
    } else {
      goOn();
    }
  }

  let gone = false;
  function goOn() {
    if (gone) return;
    gone = true;
    next.setAttribute("action", next.getAttribute("action") + (auto.checked ? "?auto_accept=true" : ""));
    HTMLFormElement.prototype.submit.call(next);
  }

  // Strict mode: this page alone submits work, with the fields that the frame's answer brings.
  function submit(fields) {
    if (gone) return;
    gone = true;
    const form = document.createElement("form");
    form.method = "post";
    form.enctype = "multipart/form-data";
    form.action = next.dataset.submit + (auto.checked ? "&auto_accept=true" : "");
    form.hidden = true;
    // The form has no fields, since a field hides what the form itself has under the field's name.
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of fields) formData.append(name, value);
    });
    document.body.append(form);
    form.submit();
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || typeof event.data !== "string") return;
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (!message || message.assignmentId !== left.dataset.assignment) return;
    if (Array.isArray(message.answer)) submit(message.answer.filter((pair) => Array.isArray(pair) && pair.length === 2));
    else if (message.submitted === true) left.dispatchEvent(new Event("refresh"));
  });

  // A form of the site's own goes on to the next HIT as the checkbox stands when it is submitted.
  form?.addEventListener("submit", () => {
    const action = new URL(form.getAttribute("action"), location.href);
    if (auto.checked) action.searchParams.set("auto_accept", "true");
    else action.searchParams.delete("auto_accept");
    form.setAttribute("action", action.href);
  });
})();

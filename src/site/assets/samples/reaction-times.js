// A small experiment, as a requester would serve it: it reads its parameters and posts a form.
"use strict";
(() => {
  const TRIALS = 5;
  const given = new URLSearchParams(location.search);
  const square = document.getElementById("square");
  const said = document.getElementById("said");
  const work = document.getElementById("work");
  const times = [];
  let shown = null;
  let timer;

  function look(kind, text) {
    square.className = kind;
    square.textContent = text;
  }

  function wait(words) {
    shown = null;
    look("wait", "Wait …");
    said.textContent = words;
    clearTimeout(timer);
    timer = setTimeout(() => {
      look("now", "Now!");
      shown = performance.now();
    }, 700 + Math.random() * 1300);
  }

  function pressed() {
    if (square.className === "") return wait(`1 of ${TRIALS}`);
    if (shown === null) return wait("That was too early. Wait until it is green.");
    times.push(Math.round(performance.now() - shown));
    if (times.length < TRIALS) return wait(`${times.length + 1} of ${TRIALS}: that took ${times.at(-1)} ms.`);
    done();
  }

  function done() {
    const median = [...times].sort((a, b) => a - b)[Math.floor(TRIALS / 2)];
    square.remove();
    said.textContent = `Your median is ${median} ms. Thank you!`;
    work.elements.median_ms.value = median;
    work.elements.trials_ms.value = times.join(" ");
    work.hidden = false;
    removeEventListener("keydown", typed);
    work.querySelector("button").focus();
  }

  function typed(event) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || ["Tab", "Shift"].includes(event.key)) return;
    event.preventDefault();
    pressed();
  }

  if (!given.has("turkSubmitTo")) return;
  work.action = `${given.get("turkSubmitTo")}/mturk/externalSubmit`;
  work.elements.assignmentId.value = given.get("assignmentId");
  said.textContent = "Ready?";
  square.disabled = false;
  square.addEventListener("pointerdown", (event) => {
    if (event.isPrimary) pressed();
  });
  addEventListener("keydown", typed);
})();

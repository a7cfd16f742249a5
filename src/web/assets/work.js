// The page around a task: the countdown by the market's clock, and what the frame says.
(() => {
  "use strict";
  const left = document.getElementById("left");
  const shown = left.querySelector("strong");
  const news = document.getElementById("news");
  const next = document.getElementById("next");
  const auto = document.getElementById("auto");
  const frame = document.getElementById("task");
  let deadline = Number(left.dataset.deadline);
  let clock = { at: Number(left.dataset.now), read: performance.now(), stands: left.dataset.clock === "frozen" };
  let over = false;

  const now = () => clock.at + (clock.stands ? 0 : performance.now() - clock.read);

  function words(ms) {
    const s = Math.max(0, Math.ceil(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const days = Math.floor(s / 86400);
    const rest = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    return days > 0 ? `${days} d ${rest}` : rest;
  }

  function draw() {
    const ms = deadline - now();
    shown.textContent = words(ms);
    left.classList.toggle("soon", ms < 60000);
    if (ms <= 0 && !over) ask();
  }

  function say(text) {
    const p = document.createElement("p");
    p.className = "note";
    p.textContent = text;
    news.replaceChildren(p);
  }

  let asking = false;
  async function ask() {
    if (asking || over) return;
    asking = true;
    try {
      const id = encodeURIComponent(left.dataset.assignment);
      const answer = await fetch(`/mturk/clock?assignment_id=${id}&format=json`);
      if (!answer.ok) return;
      const told = await answer.json();
      clock = { at: told.now_ms, read: performance.now(), stands: told.clock === "frozen" };
      deadline = told.deadline_ms;
      const at = document.querySelector("#clock time");
      at.textContent = new Date(told.now_ms).toISOString().slice(0, 19).replace("T", " ");
      if (told.state !== "Assigned") ended(told.state);
      else if (told.expired && !news.childElementCount) say("This HIT has expired: nobody else can accept it. You may still submit while there is time left.");
    } catch {
      // The server is away: the countdown goes on by itself.
    } finally {
      asking = false;
    }
  }

  // The page of the assignment says what became of it.
  function ended(state) {
    over = true;
    if (state === "Abandoned") {
      say("The time for this assignment has run out. It went back to the market; nothing was submitted.");
      if (frame) frame.remove();
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
    over = true;
    next.action += auto.checked ? "?auto_accept=true" : "";
    next.submit();
  }

  // Strict mode: this page alone hands work in, with the fields that the frame's answer brings.
  function handIn(fields) {
    if (gone) return;
    gone = true;
    const form = document.createElement("form");
    form.method = "post";
    form.enctype = "multipart/form-data";
    form.action = next.dataset.submit + (auto.checked ? "&auto_accept=true" : "");
    for (const [name, value] of fields) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.hidden = true;
    document.body.append(form);
    form.submit();
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || typeof event.data !== "string") return;
    let told;
    try {
      told = JSON.parse(event.data);
    } catch {
      return;
    }
    if (!told || told.assignmentId !== left.dataset.assignment) return;
    if (Array.isArray(told.answer)) handIn(told.answer.filter((pair) => Array.isArray(pair) && pair.length === 2));
    else if (told.submitted === true) ask();
  });

  draw();
  setInterval(draw, 250);
  setInterval(ask, 2500);
  addEventListener("focus", ask);
  document.addEventListener("visibilitychange", ask);
})();

// Every page: the market's time as it goes on, and the countdown of the page's task or test.
// What the server tells of a task goes on to the page's own script, as an event of the countdown.
(() => {
  "use strict";
  const shown = document.querySelector("#clock time");
  const mark = document.querySelector("#clock .mark");
  const left = document.getElementById("left");
  const MARKS = { frozen: "stands still", offset: "virtual" };
  let clock = { at: Number(shown.dataset.now), read: performance.now(), stands: shown.dataset.clock === "frozen" };
  let deadline = left ? Number(left.dataset.deadline) : 0;
  let over = !left;

  const now = () => clock.at + (clock.stands ? 0 : performance.now() - clock.read);

  function words(ms) {
    const s = Math.max(0, Math.ceil(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const days = Math.floor(s / 86400);
    const rest = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    return days > 0 ? `${days} d ${rest}` : rest;
  }

  function draw() {
    shown.textContent = new Date(now()).toISOString().slice(0, 19).replace("T", " ");
    if (!left) return;
    const ms = deadline - now();
    left.querySelector("strong").textContent = words(ms);
    left.classList.toggle("soon", ms < 60000);
    if (ms <= 0 && !over) ask();
  }

  let asking = false;
  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(over ? "/mturk/clock?format=json" : left.dataset.ask);
      if (answer.ok) hear(await answer.json());
    } catch {
      // The server is away: the clock goes on by itself.
    } finally {
      asking = false;
    }
  }

  function hear(told) {
    clock = { at: told.now_ms, read: performance.now(), stands: told.clock === "frozen" };
    mark.textContent = MARKS[told.clock] ?? "";
    mark.hidden = !MARKS[told.clock];
    mark.parentElement.classList.toggle("virtual", !mark.hidden);
    if (!over) {
      deadline = told.deadline_ms ?? deadline;
      over = told.state !== "Assigned" && told.state !== "Test";
      if (over && left.dataset.over === "reload") location.reload();
      left.dispatchEvent(new CustomEvent("told", { detail: told }));
    }
    draw();
  }

  left?.addEventListener("ask", ask);
  draw();
  setInterval(draw, 250);
  setInterval(ask, left ? 2500 : 15000);
  addEventListener("focus", ask);
  document.addEventListener("visibilitychange", ask);
})();

// Every page: the market's time as it goes on, and the countdown of the page's task or test.
// What the server says of a task goes on to the page's own script, as an event of the countdown.
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
    if (ms <= 0 && !over) refresh();
  }

  let refreshing = false;
  async function refresh() {
    if (refreshing) return;
    refreshing = true;
    try {
      const answer = await fetch(over ? "/mturk/clock?format=json" : left.dataset.url);
      if (answer.ok) show(await answer.json());
    } catch {
      // The server is away: the clock goes on by itself.
    } finally {
      refreshing = false;
    }
  }

  function show(state) {
    clock = { at: state.now_ms, read: performance.now(), stands: state.clock === "frozen" };
    mark.textContent = MARKS[state.clock] ?? "";
    mark.hidden = !MARKS[state.clock];
    mark.parentElement.classList.toggle("virtual", !mark.hidden);
    if (!over) {
      deadline = state.deadline_ms ?? deadline;
      over = state.state !== "Assigned" && state.state !== "Test";
      if (over && left.dataset.over === "reload") location.reload();
      left.dispatchEvent(new CustomEvent("state", { detail: state }));
    }
    draw();
  }

  left?.addEventListener("refresh", refresh);
  draw();
  setInterval(draw, 250);
  setInterval(refresh, left ? 2500 : 15000);
  addEventListener("focus", refresh);
  document.addEventListener("visibilitychange", refresh);
})();

// The console: calls appear as they are answered, and open in place. Without this script the page shows them when it is
// loaded, and each has a page of its own.
(() => {
  "use strict";
  const list = document.getElementById("calls");
  if (!list) return;
  const MOST_ROWS = 200;
  const none = document.getElementById("no-calls");
  const clock = document.getElementById("console-clock");
  const traffic = document.getElementById("traffic");
  const state = document.getElementById("live-state");
  const pause = document.getElementById("pause");
  let stream = null;
  let last = null;
  let run = null;

  // What a call holds is read when it is opened for the first time.
  list.addEventListener("toggle", async ({ target }) => {
    if (!target.open || target.querySelector("article")) return;
    try {
      const answer = await fetch(`/requester/console/calls/${target.dataset.call}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = page.querySelector("article");
      if (body && !target.querySelector("article")) target.append(document.adoptNode(body));
    } catch {
      // The server is away: the link stays.
    }
  }, true);

  function add({ data, lastEventId }) {
    last = Number(lastEventId);
    if (list.querySelector(`[data-call="${last}"]`)) return;
    const row = new DOMParser().parseFromString(data, "text/html").querySelector("li");
    row.classList.add("new");
    list.prepend(document.adoptNode(row));
    none.hidden = true;
    for (const old of [...list.children].slice(MOST_ROWS)) {
      if (!old.contains(document.activeElement) && !old.firstElementChild.open) old.remove();
    }
  }

  // Another server is there now, which counts calls from 1 again.
  function restart({ data }) {
    list.replaceChildren();
    none.hidden = false;
    [last, run] = [0, data];
    begin();
  }

  function draw({ data }) {
    // Who reads the charts, by keyboard or opened, is not disturbed.
    if (traffic.contains(document.activeElement) || traffic.querySelector("details[open]")) return;
    const drawn = new DOMParser().parseFromString(data, "text/html").body;
    traffic.replaceChildren(...drawn.childNodes);
  }

  function begin() {
    const url = new URL(list.dataset.stream, location.href);
    if (last !== null) url.searchParams.set("after", last);
    if (run !== null) url.searchParams.set("run", run);
    stream?.close();
    stream = new EventSource(url);
    stream.addEventListener("call", add);
    stream.addEventListener("restart", restart);
    stream.addEventListener("again", begin);
    stream.addEventListener("traffic", draw);
    stream.addEventListener("clock", ({ data }) => { clock.textContent = data; });
    stream.addEventListener("open", () => { state.textContent = "New calls appear here by themselves."; });
    stream.addEventListener("error", () => {
      const ended = stream?.readyState === EventSource.CLOSED;
      state.textContent = ended ? "Calls do not appear by themselves. Reload the page to see new ones."
        : "The server does not answer. Calls appear again when it does.";
    });
  }

  pause.addEventListener("click", () => {
    const pauses = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", pauses);
    if (pauses) {
      stream.close();
      state.textContent = "Paused: new calls appear when you go on.";
    } else {
      begin();
    }
  });

  // A browser has few connections to one server: a page that nobody sees leaves its own to others.
  function resume() {
    const isPaused = pause.getAttribute("aria-pressed") === "true";
    if (document.hidden) stream?.close();
    else if (!isPaused && stream?.readyState !== EventSource.OPEN) begin();
  }

  if (list.dataset.stream) {
    document.getElementById("live").hidden = false;
    resume();
    document.addEventListener("visibilitychange", resume);
  }
})();

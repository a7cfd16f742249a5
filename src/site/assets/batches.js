// The progress of a batch, kept up to date. Without this script the page shows it as it was when it was loaded.
(() => {
  "use strict";
  const shown = document.getElementById("progress");
  let stream = null;

  function draw({ data }) {
    // Who is at the form in there is not disturbed.
    if (shown.contains(document.activeElement)) return;
    const drawn = new DOMParser().parseFromString(data, "text/html").body;
    shown.replaceChildren(...drawn.childNodes);
  }

  // A browser has few connections to one server: a page that nobody sees leaves its own to others.
  function resume() {
    stream?.close();
    stream = null;
    if (document.hidden) return;
    stream = new EventSource(shown.dataset.stream);
    stream.addEventListener("progress", draw);
  }

  resume();
  document.addEventListener("visibilitychange", resume);
})();

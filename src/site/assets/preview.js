// A page while it is written: it loads again when a file changes, and says why a page elsewhere is not shown.
(() => {
  "use strict";
  const away = document.getElementById("away");
  const probe = document.getElementById("probe");

  const changes = new EventSource(`/changes?version=${encodeURIComponent(away.dataset.version)}`);
  changes.addEventListener("changed", () => {
    changes.close();
    location.reload();
  });
  changes.addEventListener("open", () => (away.hidden = true));
  // Leaving the page ends the stream, too.
  let leaving = false;
  addEventListener("pagehide", () => (leaving = true));
  changes.addEventListener("error", () => (away.hidden = leaving));

  async function ask() {
    const answer = await fetch(probe.dataset.url);
    const { remarks } = answer.ok ? await answer.json() : { remarks: [] };
    probe.hidden = remarks.length === 0;
    probe.replaceChildren(...remarks.map((text) => {
      const p = document.createElement("p");
      p.textContent = text;
      return p;
    }));
  }
  if (probe) ask().catch(() => {});
})();

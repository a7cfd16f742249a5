// The first script of a page that came with a HIT: it tells the page around the frame what goes wrong, for the requester who
// writes the page. It leaves nothing in the page, and uses what no later script has replaced.
(() => {
  "use strict";
  // How many lines of the page stand before what its requester wrote; no number if lines are not those of the file.
  const before = Number(document.currentScript?.dataset.before ?? 0);
  document.currentScript?.remove();
  const around = window.parent;
  if (around === window) return;
  const MOST = 50;
  const LONGEST = 400;
  const later = window.setTimeout.bind(window);
  const post = around.postMessage.bind(around);
  const json = JSON.stringify;
  const reports = [];
  const known = new Set();
  let waits = false;

  function send() {
    waits = false;
    post(json({ reports }), "*");
  }

  function report(kind, text) {
    const short = String(text).slice(0, LONGEST);
    if (reports.length >= MOST || known.has(kind + short)) return;
    known.add(kind + short);
    reports.push([kind, short]);
    if (!waits) later(send, 50);
    waits = true;
  }

  // Where an error is: in the page itself, or in a script elsewhere.
  function place(file, line) {
    if (!file) return "a script of another address; the browser's console says more";
    if (file.split("?")[0] !== location.href.split("?")[0]) return `${file}, line ${line}`;
    return line > before ? `line ${line - before}` : "in the page";
  }

  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent) return report("script", `${event.message} (${place(event.filename, event.lineno)})`);
    const { localName, currentSrc, src, href, data } = event.target;
    report("asset", `<${localName}> ${currentSrc || src || href || data || ""}`);
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => report("script", `${reason} (a promise that nothing handles)`));
  addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    report("blocked", `${blockedURI || "something"} (${effectiveDirective})`);
  });
  // The page around may have begun to listen after the first reports.
  addEventListener("message", (event) => {
    if (event.source !== around || event.data !== "reports?") return;
    event.stopImmediatePropagation();
    send();
  });
})();

// The strip for the requester: what the browser reports about the frames of the page. What a frame reports is a hint, a bounded
// number of short texts.
(() => {
  "use strict";
  const MOST = 50;
  const LONGEST = 500;
  // The browser has had its time by then.
  const LATE = 10000;
  const SENTENCES = {
    script: (text) => `A script failed: ${text}`,
    blocked: (text) => `A policy blocked ${text}`,
    asset: (text) => `This did not load: ${text}`,
  };
  const count = document.querySelector("#strip .count");
  const list = document.getElementById("reports");
  const none = document.getElementById("no-reports");
  const frames = [...document.querySelectorAll("iframe")];
  const remarks = Number(count.dataset.remarks);
  const reports = new Map();
  let late = false;

  function show() {
    const found = new Map();
    for (const frame of frames) {
      for (const sentence of reports.get(frame) ?? []) {
        found.set(sentence, [...(found.get(sentence) ?? []), frame.dataset.label ?? ""]);
      }
    }
    const texts = [...found].map(([text, labels]) => labels.some(Boolean) ? `${text} (${labels.join(", ")})` : text);
    if (late) texts.unshift("The page in the frame has not loaded yet.");
    list.replaceChildren(...texts.slice(0, MOST).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    none.hidden = texts.length > 0;
    count.textContent = remarks + list.childElementCount;
    count.hidden = remarks + list.childElementCount === 0;
  }

  // The sentences of what a frame sent; none of what is no report.
  function sentences(data) {
    try {
      const sent = JSON.parse(data).reports;
      if (!Array.isArray(sent)) return null;
      const known = sent.slice(0, MOST).filter((one) => Array.isArray(one) && Object.hasOwn(SENTENCES, one[0]));
      return known.map(([kind, text]) => SENTENCES[kind](String(text).slice(0, LONGEST)));
    } catch {
      return null;
    }
  }

  addEventListener("message", ({ source, data }) => {
    const frame = frames.find((one) => one.contentWindow === source);
    if (!frame || typeof data !== "string" || !data.startsWith('{"reports":')) return;
    const found = sentences(data);
    if (!found) return;
    reports.set(frame, found);
    show();
  });

  // A page may have reported before this script ran. What the page before it in the frame reported is none of its own. Pages of
  // other sites get no message.
  for (const frame of frames.filter((one) => new URL(one.src).pathname.startsWith("/mturk/frame/"))) {
    const ask = () => frame.contentWindow.postMessage("reports?", "*");
    frame.addEventListener("load", () => {
      if (reports.delete(frame)) show();
      ask();
    });
    ask();
  }

  // The window has loaded once its frames have.
  if (frames.length > 0 && document.readyState !== "complete") {
    const timer = setTimeout(() => {
      late = true;
      show();
    }, LATE);
    addEventListener("load", () => {
      clearTimeout(timer);
      late = false;
      show();
    });
  }
})();

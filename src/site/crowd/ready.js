// Says that all elements are there.

import { DOCUMENT, FORM, whenParsed } from "./dom.js";
import { mark } from "./unknown.js";

const READY = "all-crowd-elements-ready";
// What is waited for before.
export const waits = [];
export const whenReady = (action) => FORM.listen(document, READY, action, { once: true });

// Whoever waits for the document listens by then.
whenParsed(() => setTimeout(async () => {
  await Promise.allSettled(waits);
  mark();
  new MutationObserver(mark).observe(document, { childList: true, subtree: true });
  DOCUMENT.dispatch(new Event(READY, { bubbles: true }));
}));

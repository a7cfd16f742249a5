// Where the page comes from, and where it submits to.

import { DOCUMENT } from "./dom.js";

const ORIGIN = DOCUMENT.script ? new URL(DOCUMENT.script.src).origin : location.origin;

export const parameters = new URLSearchParams(location.search);
export const submitTo = () => {
  const host = parameters.get("turkSubmitTo") ?? "";
  return /^(https?:)?\/\//.test(host) ? host.replace(/\/+$/, "") : ORIGIN;
};

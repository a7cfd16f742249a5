// Elements that another script has. It is loaded when the page has one of them.

import { DOCUMENT, make, shape, whenParsed } from "./dom.js";
import { Field } from "./field.js";
import { loose } from "./loose.js";
import { waits } from "./ready.js";
import { Tool } from "./tool.js";
import { coming, missing } from "./unknown.js";

const ANNOTATION = ["crowd-bounding-box", "crowd-entity-annotation", "crowd-instance-segmentation", "crowd-keypoint",
  "crowd-line", "crowd-polygon", "crowd-polyline", "crowd-semantic-segmentation"];
// What the script is lent: a form knows fields by their class.
const LENT = { Field, Tool, loose, make, shape };

const load = (name, elements) => new Promise((done) => {
  const src = new URL(name, DOCUMENT.script?.src || `${location.origin}/assets/`).href;
  const script = make("script", { src });
  script.crowd = LENT;
  for (const element of elements) coming.add(element);
  const ended = () => {
    coming.clear();
    done();
  };
  script.addEventListener("load", ended);
  script.addEventListener("error", () => {
    for (const element of elements) missing.add(element);
    ended();
  });
  DOCUMENT.find("head, body").append(script);
});

let isAsked = false;
const look = () => {
  if (isAsked || !DOCUMENT.find(ANNOTATION.join())) return;
  isAsked = true;
  watcher.disconnect();
  waits.push(load("crowd-annotation.js", ANNOTATION));
};
const watcher = new MutationObserver(look);
watcher.observe(document, { childList: true, subtree: true });
whenParsed(look);

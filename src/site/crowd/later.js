// Elements that another script has. It is loaded when the page has one of them.

import { DOCUMENT, make, whenParsed } from "./dom.js";
import { Field } from "./field.js";

const ANNOTATION = ["crowd-bounding-box", "crowd-entity-annotation", "crowd-instance-segmentation", "crowd-keypoint",
  "crowd-line", "crowd-polygon", "crowd-polyline", "crowd-semantic-segmentation"];

// What the script is lent: a form knows fields by their class.
const loading = (name) => new Promise((done) => {
  const src = new URL(name, DOCUMENT.script?.src || `${location.origin}/assets/`).href;
  const script = make("script", { src });
  script.crowd = { Field, make, whenParsed };
  script.addEventListener("load", done);
  script.addEventListener("error", done);
  DOCUMENT.find("head, body").append(script);
});

let loaded;
const look = () => {
  if (loaded || !DOCUMENT.find(ANNOTATION.join())) return;
  watcher.disconnect();
  loaded = loading("crowd-annotation.js");
};
const watcher = new MutationObserver(look);
watcher.observe(document, { childList: true, subtree: true });
look();

// Pages wait for this event before they ask the elements for something.
whenParsed(async () => {
  look();
  await loaded;
  setTimeout(() => DOCUMENT.tell("all-crowd-elements-ready"));
});

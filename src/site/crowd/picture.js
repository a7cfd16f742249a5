// A picture, and what is drawn over it.

import { make, shape } from "./dom.js";
import { named } from "./loose.js";

const COLOURS = ["#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#808000"];
export const colour = (at) => COLOURS[at % COLOURS.length];

// `over` makes what lies over the picture, given its size, as soon as that is known.
export const picture = (source, alt, over) => {
  const image = make("img", { src: source, alt });
  const frame = make("div", { class: "picture" }, image);
  image.addEventListener("error", () =>
    frame.replaceChildren(make("p", { class: "problem", role: "alert" }, `This picture cannot be loaded: ${source}`)));
  if (over) image.addEventListener("load", () => frame.append(over(image.naturalWidth, image.naturalHeight)));
  return frame;
};

// Boxes over a picture of this size: of each `left`, `top`, `width`, `height` in its pixels.
export const boxes = (width, height, all) => {
  const rectangle = (box) => shape("rect", { x: box.left, y: box.top, width: box.width, height: box.height,
    fill: "none", stroke: box.colour, "stroke-width": "3", "vector-effect": "non-scaling-stroke" });
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...all.map(rectangle));
};

// What an earlier task found, as the attribute `overlay` has it, and its legend.
export const overlay = (given) => {
  const [kind, found] = Object.entries(given ?? {}).find(([, value]) => value && typeof value === "object") ?? [];
  if (!found) return null;
  const labels = (Array.isArray(found.labels) ? found.labels : []).map(named);
  const hue = (label, at) => found.labelMappings?.[label]?.color ?? colour(at);
  const legend = make("ul", { class: "legend" }, ...labels.map((label, at) => {
    const mark = make("span", { class: "swatch", "aria-hidden": "true" });
    mark.style.background = hue(label, at);
    return make("li", {}, mark, label);
  }));
  const draw = (width, height) => {
    if (found.src) return make("img", { class: "mask", src: found.src, alt: "" });
    const values = kind === "boundingBox" && Array.isArray(found.value) ? found.value : [];
    return boxes(width, height, values.map((box) => ({ ...box, colour: hue(box.label, labels.indexOf(box.label)) })));
  };
  return { draw, legend };
};

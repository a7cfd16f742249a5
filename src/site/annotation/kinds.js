// The kinds of shapes: where they are reached, how they change, and how they are written. A shape is a label and
// points; those of a box are its left upper and its right lower corner.

import { isInside, toLine, whole } from "./geometry.js";

// Where the handles of a box are, as parts of its width and height.
const HANDLES = [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]];

export const boxOf = (a, b) => [{ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) },
  { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) }];

const at = ([a, b], [x, y]) => ({ x: a.x + x * (b.x - a.x), y: a.y + y * (b.y - a.y) });

const isNumber = (...all) => all.every((number) => typeof number === "number" && Number.isFinite(number));

const vertices = (key, noun, more) => ({
  key, noun, most: Infinity, isDragged: false, isClosed: false, ...more,
  outline: (points) => points,
  handles: (points) => points,
  pulled: (points, handle, point) => points.map((one, number) => number === handle ? point : one),
  read: ({ vertices: all }) => Array.isArray(all) && all.every((one) => isNumber(one?.x, one?.y))
    ? all.map(({ x, y }) => ({ x, y })) : [],
  write: ({ label, points }) => ({ label, vertices: points }),
});

export const KINDS = {
  "crowd-bounding-box": {
    key: "boundingBoxes", noun: "box", least: 2, most: 2, isDragged: true, isClosed: true,
    outline: (points) => [0, 2, 4, 6].map((number) => at(points, HANDLES[number])),
    handles: (points) => HANDLES.map((handle) => at(points, handle)),
    pulled: ([a, b], handle, point) => {
      const [x, y] = HANDLES[handle];
      return boxOf({ x: x === 0 ? point.x : a.x, y: y === 0 ? point.y : a.y },
        { x: x === 1 ? point.x : b.x, y: y === 1 ? point.y : b.y });
    },
    read: ({ left, top, width, height }) => isNumber(left, top, width, height)
      ? boxOf({ x: left, y: top }, { x: left + width, y: top + height }) : [],
    write: ({ label, points: [a, b] }) => ({ height: b.y - a.y, label, left: a.x, top: a.y, width: b.x - a.x }),
  },
  "crowd-polygon": vertices("polygons", "polygon", { least: 3, isClosed: true }),
  "crowd-polyline": vertices("polylines", "polyline", { least: 2 }),
  "crowd-line": vertices("lines", "line", { least: 2, most: 2, isDragged: true }),
  "crowd-keypoint": {
    ...vertices("keypoints", "point", { least: 1, most: 1 }),
    read: ({ x, y }) => isNumber(x, y) ? [{ x, y }] : [],
    write: ({ label, points: [{ x, y }] }) => ({ label, x, y }),
  },
};

// Whether what is drawn is a shape: a box has an area, a line a length.
export const isWhole = (kind, points) => {
  if (points.length < kind.least) return false;
  const [a, b] = points;
  if (kind.key === "boundingBoxes") return a.x !== b.x && a.y !== b.y;
  return points.length < 2 || points.some((one) => one.x !== a.x || one.y !== a.y);
};

// The uppermost shape whose outline, or else whose inside, is here.
export const shapeAt = (kind, shapes, point, reach, inside) => shapes.findLastIndex(({ points }) => {
  const outline = kind.outline(points);
  return toLine(point, outline, kind.isClosed) <= reach || (inside && kind.isClosed && isInside(point, outline));
});

// The shapes that a page gives to begin with: those with a known label, within the picture.
export const initialShapes = (kind, given, labels, size) => {
  const all = Array.isArray(given) ? given : given?.[kind.key];
  const shapes = (Array.isArray(all) ? all : []).filter((one) => labels.includes(one?.label)).map((one) =>
    ({ label: one.label, points: kind.read(one).map((point) => whole(point, size)) }));
  return shapes.filter(({ points }) => isWhole(kind, points));
};

// The parts of the annotation tools that need no browser: how pages' values are read, geometry, masks, pieces of text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crossesItself, isInside, shifted, toLine, whole } from "../../../src/site/annotation/geometry.js";
import { History } from "../../../src/site/annotation/history.js";
import { KINDS, boxOf, initialShapes, shapeAt } from "../../../src/site/annotation/kinds.js";
import { colour } from "../../../src/site/annotation/look.js";
import { Mask, union } from "../../../src/site/annotation/raster.js";
import { labelled, readSpans, stepped, trimmed, writeSpans } from "../../../src/site/annotation/spans.js";
import { loose } from "../../../src/site/crowd/loose.js";

const points = (...all) => all.map(([x, y]) => ({ x, y }));
const SIZE = { width: 100, height: 50 };

test("values are read as pages write them", () => {
  const expected = { a: "it's", b: [true, 1], c: [{ x: -2.5 }] };
  for (const text of [JSON.stringify(expected), "{a: 'it\\'s', // why\n b: [true, 1,], /* x */ c: [{x: -2.5}]}"]) {
    assert.deepEqual(loose(text), expected, text);
  }
  for (const text of ["", "[1", "{a}", "[".repeat(1000)]) assert.equal(loose(text), undefined, text.slice(0, 9));
});

test("shapes are reached, moved and kept within the picture", () => {
  const square = points([10, 10], [30, 10], [30, 30], [10, 30]);
  assert.ok(isInside({ x: 20, y: 20 }, square) && !isInside({ x: 31, y: 20 }, square));
  assert.equal(toLine({ x: 5, y: 20 }, square, true), 5);
  assert.equal(toLine({ x: 10, y: 20 }, square, false), 10);
  assert.deepEqual(whole({ x: 100.6, y: -3 }, SIZE), { x: 100, y: 0 });
  assert.deepEqual(shifted(square, 1000, -7.4, SIZE)[0], { x: 80, y: 3 });
  assert.ok(crossesItself(points([0, 0], [10, 10], [10, 0], [0, 10]), false));
  assert.ok(!crossesItself(square, true));
});

test("a box is pulled at each of its handles, even to its other side", () => {
  const box = KINDS["crowd-bounding-box"];
  const from = boxOf({ x: 40, y: 30 }, { x: 20, y: 10 });
  assert.deepEqual(from, points([20, 10], [40, 30]));
  assert.deepEqual(box.pulled(from, 0, { x: 25, y: 12 }), points([25, 12], [40, 30]));
  assert.deepEqual(box.pulled(from, 3, { x: 60, y: 99 }), points([20, 10], [60, 30]));
  assert.deepEqual(box.pulled(from, 0, { x: 50, y: 35 }), points([40, 30], [50, 35]));
  assert.equal(shapeAt(box, [{ points: from }], { x: 30, y: 20 }, 3, false), -1);
  assert.equal(shapeAt(box, [{ points: from }], { x: 30, y: 20 }, 3, true), 0);
});

test("initial values: what is no shape is left out", () => {
  const given = [{ label: "a", vertices: points([1.4, 2], [200, 7]) }, { label: "a", vertices: points([1, 1]) },
    { label: "a", vertices: [{ x: "1" }] }, { label: "none", vertices: points([1, 1], [2, 2]) }, null, { label: "a" }];
  const expected = [{ label: "a", points: points([1, 2], [100, 7]) }];
  for (const value of [given, { polylines: given }]) {
    assert.deepEqual(initialShapes(KINDS["crowd-polyline"], value, ["a"], SIZE), expected);
  }
  assert.deepEqual(initialShapes(KINDS["crowd-polyline"], undefined, ["a"], SIZE), []);
});

test("small steps of one kind are one to undo", () => {
  const past = new History(0, 3);
  past.push(1, "nudge");
  past.push(2, "nudge");
  past.push(3);
  past.undo();
  assert.equal(past.now, 2);
  past.undo();
  assert.deepEqual([past.now, past.canUndo, past.canRedo], [0, false, true]);
  past.redo();
  past.push(4, "nudge");
  assert.deepEqual([past.now, past.canRedo], [4, false]);
  past.push(5);
  assert.deepEqual(past.states, [2, 4, 5]);
});

test("a mask is painted, filled, cut and put back", () => {
  const mask = new Mask({ width: 10, height: 8 });
  const rows = () => Array.from({ length: 8 }, (_, y) => mask.cells.subarray(y * 10, y * 10 + 10).join(""));
  const first = mask.stroke({ x: 2, y: 2 }, { x: 5, y: 2 }, 1, 1);
  assert.deepEqual(rows().slice(0, 5), ["0000000000", "0011110000", "0111111000", "0011110000", "0000000000"]);
  const before = mask.cells.slice();
  const rect = mask.area(points([4, 0], [8, 0], [8, 4], [4, 4]), 2);
  assert.deepEqual(rows().slice(0, 5), ["0000222200", "0011222200", "0111222200", "0011222200", "0000000000"]);
  assert.deepEqual(mask.used, [1, 2]);
  mask.paste(rect, mask.cut(rect, before));
  assert.deepEqual([...mask.cells], [...before]);
  assert.deepEqual(union(first, rect), { left: 1, top: 0, width: 9, height: 6 });
  mask.stroke({ x: -50, y: -50 }, { x: 500, y: -50 }, 3, 3);
  mask.clear(1);
  assert.deepEqual(mask.used, []);
});

test("the colours of 255 things differ", () => {
  const all = Array.from({ length: 255 }, (_, number) => colour(number));
  assert.ok(all.every((one) => /^#[0-9a-f]{6}$/.test(one)));
  assert.equal(new Set(all).size, 255);
});

test("pieces of text: whole or not at all, counted in characters", () => {
  const text = "a 😀 bc d";
  const span = (start, end, label = "x") => ({ start, end, label });
  assert.deepEqual(writeSpans(text, [span(5, 7)]), [{ endOffset: 6, label: "x", startOffset: 4 }]);
  const given = [{ label: "x", startOffset: 4, endOffset: 6 }, { label: "y" }, 3];
  assert.deepEqual(readSpans(text, given, ["x", "y"]), [span(5, 7)]);
  assert.deepEqual(trimmed(text, { start: 4, end: 8 }), { start: 5, end: 7 });
  assert.deepEqual(trimmed(text, { start: 1, end: 2 }), { start: 2, end: 2 });
  assert.deepEqual(labelled([span(0, 2), span(4, 6)], span(4, 8, "y")), [span(0, 2), span(4, 8, "y")]);
  assert.equal(labelled([span(0, 4)], span(2, 3)), null);
  assert.equal(labelled([span(0, 4)], span(2, 6)), null);
  assert.deepEqual([[2, 1], [4, -1], [0, -1], [9, 1]].map((step) => stepped(text, ...step)), [4, 2, 0, 9]);
  assert.deepEqual([stepped(text, 0, 1, true), stepped(text, 6, -1, true), stepped(text, 8, 1, true)], [2, 5, 9]);
});

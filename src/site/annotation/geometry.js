// Points and lines, apart from any drawing.

export const clamp = (number, low, high) => Math.min(Math.max(number, low), high);

export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

// In whole pixels, within a picture of this size.
export const whole = (point, size) =>
  ({ x: clamp(Math.round(point.x), 0, size.width), y: clamp(Math.round(point.y), 0, size.height) });

export const toSegment = (point, a, b) => {
  const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const along = length ? clamp(((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length, 0, 1) : 0;
  return distance(point, { x: a.x + along * (b.x - a.x), y: a.y + along * (b.y - a.y) });
};

// The segments of a line through the points, or of the area that they enclose.
export const segments = (points, closed) => {
  const all = points.slice(1).map((point, at) => [points[at], point]);
  return closed && points.length > 2 ? [...all, [points.at(-1), points[0]]] : all;
};

export const toLine = (point, points, closed) => points.length === 1 ? distance(point, points[0])
  : Math.min(...segments(points, closed).map(([a, b]) => toSegment(point, a, b)));

export const isInside = (point, points) => {
  let inside = false;
  for (const [a, b] of segments(points, true)) {
    const between = a.y > point.y !== b.y > point.y;
    if (between && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
};

const side = (a, b, c) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));

const cross = ([a, b], [c, d]) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

// Whether two lines of the same shape cross.
export const crossesItself = (points, closed) => {
  const all = segments(points, closed);
  return all.some((one, at) => all.slice(at + 1).some((other) => cross(one, other)));
};

// Moved as far as the picture goes.
export const shifted = (points, dx, dy, size) => {
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  const x = clamp(Math.round(dx), -Math.min(...xs), size.width - Math.max(...xs));
  const y = clamp(Math.round(dy), -Math.min(...ys), size.height - Math.max(...ys));
  return points.map((point) => ({ x: point.x + x, y: point.y + y }));
};

// A mask: for each pixel of a picture which thing it belongs to, by number; 0 for none.

export class Mask {
  constructor({ width, height }) {
    this.width = width;
    this.height = height;
    this.cells = new Uint8Array(width * height);
  }
  // From column to column of a row, both included.
  row(y, from, to, value) {
    if (y < 0 || y >= this.height) return;
    const [first, last] = [Math.max(Math.ceil(from), 0), Math.min(Math.floor(to), this.width - 1)];
    if (first <= last) this.cells.fill(value, y * this.width + first, y * this.width + last + 1);
  }
  disc({ x, y }, radius, value) {
    for (let row = Math.ceil(y - radius); row <= y + radius; row++) {
      const half = Math.sqrt(radius ** 2 - (row - y) ** 2);
      this.row(row, x - half, x + half, value);
    }
  }
  // A stroke of a round brush. Returns what it may have changed.
  stroke(a, b, radius, value) {
    const steps = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / Math.max(1, radius / 3)));
    for (let step = 0; step <= steps; step++) {
      this.disc({ x: a.x + (b.x - a.x) * step / steps, y: a.y + (b.y - a.y) * step / steps }, radius, value);
    }
    return this.around([a, b], radius);
  }
  // The area within the points: pixels whose middle is inside.
  area(points, value) {
    const rect = this.around(points, 1);
    for (let y = rect.top; y < rect.top + rect.height; y++) {
      const edges = [];
      points.forEach((a, number) => {
        const b = points[(number + 1) % points.length];
        if (a.y > y + 0.5 !== b.y > y + 0.5) edges.push(a.x + (y + 0.5 - a.y) * (b.x - a.x) / (b.y - a.y));
      });
      edges.sort((one, other) => one - other);
      for (let at = 0; at + 1 < edges.length; at += 2) {
        this.row(y, Math.ceil(edges[at] - 0.5), Math.ceil(edges[at + 1] - 0.5) - 1, value);
      }
    }
    return rect;
  }
  // Takes a thing away.
  clear(value) {
    this.cells.forEach((cell, at) => { if (cell === value) this.cells[at] = 0; });
    return { left: 0, top: 0, width: this.width, height: this.height };
  }
  around(points, by) {
    const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
    const left = Math.max(Math.floor(Math.min(...xs) - by), 0);
    const top = Math.max(Math.floor(Math.min(...ys) - by), 0);
    const right = Math.min(Math.ceil(Math.max(...xs) + by) + 1, this.width);
    const bottom = Math.min(Math.ceil(Math.max(...ys) + by) + 1, this.height);
    return { left, top, width: Math.max(right - left, 0), height: Math.max(bottom - top, 0) };
  }
  // The cells of a part, and the way back.
  cut({ left, top, width, height }, from = this.cells) {
    const part = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const begin = (top + y) * this.width + left;
      part.set(from.subarray(begin, begin + width), y * width);
    }
    return part;
  }
  paste({ left, top, width, height }, part) {
    for (let y = 0; y < height; y++) {
      this.cells.set(part.subarray(y * width, (y + 1) * width), (top + y) * this.width + left);
    }
  }
  // The numbers that occur.
  get used() {
    const seen = new Uint8Array(256);
    for (const cell of this.cells) seen[cell] = 1;
    return [...seen.keys()].filter((number) => number > 0 && seen[number]);
  }
}

// The part that holds both parts.
export const union = (a, b) => {
  if (!a) return b;
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  const right = Math.max(a.left + a.width, b.left + b.width);
  const bottom = Math.max(a.top + a.height, b.top + b.height);
  return { left, top, width: right - left, height: bottom - top };
};

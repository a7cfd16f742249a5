// Makes a screenshot smaller: its 256 most common colours, each pixel a byte.

import { deflateSync, inflateSync } from "node:zlib";

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

const chunk = (name, content) => {
  const body = Buffer.concat([Buffer.from(name), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
};

function* chunks(png) {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    yield [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + png.readUInt32BE(at))];
  }
}

/** What a line of a PNG foretells of a byte: nothing, its left, its upper neighbour, their mean, or Paeth's guess. */
function foretold(kind, left, up, corner) {
  if (kind < 4) return [0, left, up, (left + up) >> 1][kind];
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The pixels of a PNG of 8 bits without a palette, and how many bytes each has. */
function pixels(png) {
  const all = [...chunks(png)];
  const head = all[0][1];
  const [width, height, bytes] = [head.readUInt32BE(0), head.readUInt32BE(4), { 2: 3, 6: 4 }[head[9]]];
  const raw = inflateSync(Buffer.concat(all.filter(([name]) => name === "IDAT").map(([, data]) => data)));
  const line = width * bytes;
  const out = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < line; x++) {
      const at = y * line + x;
      const [left, up] = [x < bytes ? 0 : out[at - bytes], y === 0 ? 0 : out[at - line]];
      const corner = x < bytes || y === 0 ? 0 : out[at - line - bytes];
      out[at] = raw[y * (line + 1) + 1 + x] + foretold(raw[y * (line + 1)], left, up, corner);
    }
  }
  return { width, height, bytes, out };
}

export function smaller(png) {
  const { width, height, bytes, out } = pixels(png);
  const colour = (n) => out.readUIntBE(n * bytes, 3);
  const counts = new Map();
  for (let n = 0; n < width * height; n++) counts.set(colour(n), (counts.get(colour(n)) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([one]) => one);
  const parts = (one) => [one >> 16, (one >> 8) & 255, one & 255];
  const far = (one, other) => parts(one).reduce((sum, part, i) => sum + (part - parts(other)[i]) ** 2, 0);
  const nearest = (one) => palette.reduce((best, other, i) => (far(one, other) < far(one, palette[best]) ? i : best), 0);
  const index = new Map([...counts.keys()].map((one) => [one, nearest(one)]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let n = 0; n < width * height; n++) lines[Math.floor(n / width) * (width + 1) + 1 + (n % width)] = index.get(colour(n));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([png.subarray(0, 8), chunk("IHDR", head), chunk("PLTE", Buffer.from(palette.flatMap(parts))),
    chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

// Pieces of a text that have a label. Places are counted as JavaScript does; in answers, in characters.

// Assumed: a "Unicode offset" counts characters, as Python does, and not units of UTF-16.
export const toCharacters = (text, at) => [...text.slice(0, at)].length;
export const fromCharacters = (text, count) => [...text].slice(0, count).join("").length;

// Without white space at its ends.
export const trimmed = (text, { start, end }) => {
  const piece = text.slice(start, end);
  const from = start + piece.length - piece.trimStart().length;
  return { start: from, end: Math.max(from, start + piece.trimEnd().length) };
};

const overlap = (a, b) => a.start < b.end && b.start < a.end;
const holds = (a, b) => a.start <= b.start && b.end <= a.end;

// With a label for this piece. What it holds as a whole is replaced; null if it holds only a part of another one.
export const labelled = (spans, span) => {
  const touched = spans.filter((one) => overlap(one, span));
  if (!touched.every((one) => holds(span, one))) return null;
  const rest = spans.filter((one) => !touched.includes(one));
  return [...rest, span].sort((a, b) => a.start - b.start);
};

// Where the next word begins or the one before, or the next character.
export const stepped = (text, at, by, words) => {
  if (words) {
    const starts = [...text.matchAll(/[^\s]+/g)].map((word) => word.index);
    return by > 0 ? starts.find((start) => start > at) ?? text.length : starts.findLast((start) => start < at) ?? 0;
  }
  const character = by > 0 ? [...text.slice(at, at + 2)][0] : [...text.slice(Math.max(at - 2, 0), at)].at(-1);
  return at + by * (character?.length ?? 0);
};

export const readSpans = (text, given, labels) => {
  const all = (Array.isArray(given) ? given : []).filter((one) => labels.includes(one?.label)
    && Number.isInteger(one.startOffset) && Number.isInteger(one.endOffset));
  const spans = all.map(({ label, startOffset, endOffset }) =>
    ({ label, start: fromCharacters(text, startOffset), end: fromCharacters(text, endOffset) }));
  return spans.filter(({ start, end }) => start < end).reduce((kept, span) => labelled(kept, span) ?? kept, []);
};

export const writeSpans = (text, spans) => spans.map(({ label, start, end }) =>
  ({ endOffset: toCharacters(text, end), label, startOffset: toCharacters(text, start) }));

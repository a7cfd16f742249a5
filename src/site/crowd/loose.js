// Values as pages write them into attributes: JSON, or nearly.

const WORDS = { true: true, false: false, null: null, undefined: undefined };
const ESCAPES = { n: "\n", r: "\r", t: "\t" };

// Reads JSON, and also single quotation marks, names without any, comments, and commas too many or too few.
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }
  // What matches here, behind spaces, commas and comments.
  take(pattern) {
    const skipped = /(?:[\s,]|\/\/.*|\/\*[^]*?\*\/)*/y, wanted = new RegExp(pattern, "y");
    skipped.lastIndex = this.at;
    skipped.exec(this.text);
    wanted.lastIndex = skipped.lastIndex;
    const found = wanted.exec(this.text);
    if (found) this.at = wanted.lastIndex;
    return found?.[0];
  }
  value(depth) {
    if (depth > 50) throw new SyntaxError("too deep");
    if (this.take("\\[")) return this.members("\\]", () => this.value(depth + 1));
    if (this.take("\\{")) return Object.fromEntries(this.members("\\}", () => this.member(depth + 1)));
    const quoted = this.take(`"(?:\\\\[^]|[^"\\\\])*"|'(?:\\\\[^]|[^'\\\\])*'`);
    if (quoted) return this.unquoted(quoted.slice(1, -1));
    const word = this.take("[^\\s,:\\[\\]{}][^,:\\[\\]{}]*")?.trim();
    if (word === undefined) throw new SyntaxError("no value");
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    return Number.isNaN(Number(word)) ? word : Number(word);
  }
  members(end, read) {
    const all = [];
    while (!this.take(end)) all.push(read());
    return all;
  }
  member(depth) {
    const name = String(this.value(depth));
    if (!this.take(":")) throw new SyntaxError("no colon");
    return [name, this.value(depth)];
  }
  unquoted(text) {
    return text.replace(/\\u([0-9a-fA-F]{4})|\\([^])/g,
      (_, code, other) => code ? String.fromCharCode(parseInt(code, 16)) : ESCAPES[other] ?? other);
  }
}

// The value of a text, or `fallback` if it has none.
export const loose = (text, fallback) => {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return new Reader(text ?? "").value(0) ?? fallback;
    } catch {
      return fallback;
    }
  }
};

// A list, as text or as a list.
export const list = (text) => {
  const read = loose(text, []);
  return Array.isArray(read) ? read : [];
};
// What stands for an item of a list: itself, or what it is named.
export const named = (item) => String(item?.name ?? item?.label ?? item);

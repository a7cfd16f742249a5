// Reads values as pages write them: JSON, or as a script writes it, with single quotation marks, bare names, comments
// and commas at the end.

const TOKEN = new RegExp([/\s+|\/\/[^\n]*|\/\*[^]*?\*\//, /(?<mark>[{}[\]:,])/, /"(?<double>(?:\\[^]|[^"\\])*)"/,
  /'(?<single>(?:\\[^]|[^'\\])*)'/, /(?<word>[^\s{}[\]:,"']+)/].map((one) => one.source).join("|"), "y");
const ESCAPES = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };
const WORDS = new Map([["true", true], ["false", false], ["null", null]]);

const unescaped = (text) => text.replace(/\\(?:u([0-9a-f]{4})|([^]))/gi, (_, code, one) =>
  code ? String.fromCharCode(parseInt(code, 16)) : ESCAPES[one] ?? one);

const tokens = (text) => {
  const all = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) throw new SyntaxError("no value");
    const { mark, double, single, word } = found.groups;
    if (mark) all.push({ mark });
    else if (word !== undefined) {
      all.push({ value: WORDS.has(word) ? WORDS.get(word) : Number.isNaN(Number(word)) ? word : Number(word) });
    } else if (double !== undefined || single !== undefined) all.push({ value: unescaped(double ?? single) });
  }
  return all;
};

// The members up to the closing mark: `member` reads one of them.
const members = (rest, close, member) => {
  while (rest[0]?.mark !== close) {
    if (rest.length === 0) throw new SyntaxError("no end");
    member();
    if (rest[0]?.mark === ",") rest.shift();
    else if (rest[0]?.mark !== close) throw new SyntaxError("no comma");
  }
  rest.shift();
};

const valueOf = (rest) => {
  const { mark, value } = rest.shift() ?? { mark: "" };
  if (mark === undefined) return value;
  if (mark === "[") {
    const list = [];
    members(rest, "]", () => list.push(valueOf(rest)));
    return list;
  }
  if (mark !== "{") throw new SyntaxError("no value");
  const object = Object.create(null);
  members(rest, "}", () => {
    const name = rest.shift();
    if (name.mark !== undefined || rest.shift()?.mark !== ":") throw new SyntaxError("no name");
    object[name.value] = valueOf(rest);
  });
  return object;
};

// The value, or undefined of what is none.
export const lenient = (text) => {
  try {
    const rest = tokens(text ?? "");
    const value = valueOf(rest);
    return rest.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
};

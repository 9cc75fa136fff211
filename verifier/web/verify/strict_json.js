/**
 * Strict decoding of what gets signed: base64url and JSON, one accepted form each; the JavaScript of keys/encoding.py.
 *
 * Objects become a `Map`, so that a member may have any name. A number with a point or an exponent becomes a
 * `Fraction`: an integer and a number that merely equals one are not the same here.
 */

export const MAX_JSON_DEPTH = 20;
export const MAX_JSON_MEMBERS = 1000;
const MAX_INTEGER_CHARACTERS = `${-Number.MAX_SAFE_INTEGER}`.length;
const DEEPEST_RECURSION = 950; // far above the limit, far below the end of the stack; Python stops there as well
const ALPHABET = /^[A-Za-z0-9_-]*$/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEXADECIMAL = /^[0-9A-Fa-f]{4}$/;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WORDS = [["true", true], ["false", false], ["null", null]];
const REFUSED_WORDS = ["NaN", "Infinity", "-Infinity"];

/** Why bytes or text are not what they should be; `kind` as in `keys.errors.DecodingError`. */
export class DecodingError extends Error {
  /**
   * @param {string} kind base64url, utf8, json, duplicate_member, number, depth or size
   */
  constructor(kind) {
    super(kind);
    this.name = "DecodingError";
    this.kind = kind;
  }
}

/** A number that was written with a point or an exponent. */
export class Fraction {
  /** @param {number} value finite */
  constructor(value) {
    this.value = value;
    Object.freeze(this);
  }
}

/**
 * @param {string} text base64url without padding, RFC 7515 section 2
 * @returns {Uint8Array}
 * @throws {DecodingError} kind `base64url`: not the one canonical text of some bytes
 */
export function base64urlBytes(text) {
  const rest = text.length % 4;
  const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(text.at(-1) ?? "A");
  const stray = (rest === 2 && (last & 0xf) !== 0) || (rest === 3 && (last & 0x3) !== 0);
  if (rest === 1 || stray || !ALPHABET.test(text)) throw new DecodingError("base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/**
 * Decode one strict JSON document.
 *
 * @param {Uint8Array} data UTF-8
 * @param {number} maxBytes
 * @returns {unknown} null, boolean, number (an integer), Fraction, string, array or Map
 * @throws {DecodingError} `kind` names the rule that was broken
 */
export function decodeJson(data, maxBytes) {
  if (data.length > maxBytes) throw new DecodingError("size");
  const text = utf8Text(data);
  const parser = new Parser(text);
  const value = parser.document();
  checkDepth(value);
  if (text.includes("\\u")) checkSurrogates(value);
  return value;
}

/**
 * As `decodeJson`, for a document that must be an object.
 *
 * @returns {Map<string, unknown>}
 */
export function decodeJsonObject(data, maxBytes) {
  const value = decodeJson(data, maxBytes);
  if (!(value instanceof Map)) throw new DecodingError("json");
  return value;
}

function utf8Text(data) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    if (!text.startsWith("\ufeff")) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new DecodingError("utf8");
}

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
  }

  document() {
    this.match(WHITE_SPACE);
    const value = this.value();
    this.match(WHITE_SPACE);
    if (this.at !== this.text.length) throw new DecodingError("json");
    return value;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found;
  }

  takes(word) {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  value() {
    const next = this.text[this.at];
    if (next === '"') return this.string();
    if (next === "{" || next === "[") return this.container(next);
    for (const [word, value] of WORDS) if (this.takes(word)) return value;
    if (REFUSED_WORDS.some((word) => this.takes(word))) throw new DecodingError("number");
    const found = this.match(NUMBER);
    if (found === null) throw new DecodingError("json");
    return found[1] === undefined && found[2] === undefined ? integer(found[0]) : fraction(found[0]);
  }

  container(opening) {
    this.depth += 1;
    if (this.depth > DEEPEST_RECURSION) throw new DecodingError("depth");
    this.at += 1;
    const value = opening === "{" ? this.object() : this.array();
    this.depth -= 1;
    return value;
  }

  object() {
    const members = new Map();
    let count = 0;
    this.match(WHITE_SPACE);
    if (this.takes("}")) return members;
    for (;;) {
      if (this.text[this.at] !== '"') throw new DecodingError("json");
      const name = this.string();
      this.match(WHITE_SPACE);
      if (!this.takes(":")) throw new DecodingError("json");
      this.match(WHITE_SPACE);
      members.set(name, this.value());
      count += 1;
      this.match(WHITE_SPACE);
      if (this.takes("}")) break;
      if (!this.takes(",")) throw new DecodingError("json");
      this.match(WHITE_SPACE);
    }
    if (count > MAX_JSON_MEMBERS) throw new DecodingError("size");
    if (members.size !== count) throw new DecodingError("duplicate_member");
    return members;
  }

  array() {
    const elements = [];
    this.match(WHITE_SPACE);
    if (this.takes("]")) return elements;
    for (;;) {
      elements.push(this.value());
      this.match(WHITE_SPACE);
      if (this.takes("]")) return elements;
      if (!this.takes(",")) throw new DecodingError("json");
      this.match(WHITE_SPACE);
    }
  }

  string() {
    this.at += 1;
    let text = "";
    for (;;) {
      text += this.match(PLAIN)[0];
      if (this.takes('"')) return text;
      if (!this.takes("\\")) throw new DecodingError("json"); // a control character, or the end
      text += this.escape();
    }
  }

  escape() {
    const letter = this.text[this.at];
    this.at += 1;
    if (Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter];
    const digits = this.text.slice(this.at, this.at + 4);
    if (letter !== "u" || !HEXADECIMAL.test(digits)) throw new DecodingError("json");
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16)); // two escapes of a pair meet again in the string
  }
}

function integer(text) {
  const number = Number(text);
  if (text.length > MAX_INTEGER_CHARACTERS || !Number.isSafeInteger(number) || text === "-0") {
    throw new DecodingError("number");
  }
  return number;
}

function fraction(text) {
  const number = Number(text);
  if (!Number.isFinite(number) || (number === 0 && text.startsWith("-"))) throw new DecodingError("number");
  return new Fraction(number);
}

function isContainer(value) {
  return Array.isArray(value) || value instanceof Map;
}

function checkDepth(value) {
  let containers = isContainer(value) ? [value] : [];
  for (let level = 0; level < MAX_JSON_DEPTH; level += 1) {
    containers = containers.flatMap((container) => [...container.values()].filter(isContainer));
    if (containers.length === 0) return;
  }
  throw new DecodingError("depth");
}

function checkSurrogates(value) {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string") {
      if (!isWellFormed(next)) throw new DecodingError("utf8");
    } else if (isContainer(next)) {
      if (next instanceof Map) for (const name of next.keys()) waiting.push(name);
      for (const child of next.values()) waiting.push(child);
    }
  }
}

function isWellFormed(text) {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

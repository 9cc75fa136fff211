/**
 * The stream code: bits to marked text, words put in; the JavaScript of credential_schemas/qr/stream.py, reading only.
 *
 * Source: docs/formats/qr-payload.md section 4
 */

import { MAX_INFLATED, characterCount } from "./limits.js";
import { QrPayloadError } from "./refusal.js";

export const FIRST_SYMBOL = 3; // the first with a text
const END = 0;
const OTHER = 1;
const GENERAL = 2;
const MAX_CODE_BITS = 24;
const OTHER_BITS = 21;
const FIRST_PRINTABLE = 0x20;

/**
 * @typedef {{first: number, symbols: number[]}[]} Table by the length of a code: the first code of this length, and the
 *   symbols of the codes from there on
 *
 * @typedef {object} StreamCode
 * @property {(place: number) => string} textAt text of a symbol, counted from `FIRST_SYMBOL`
 * @property {Uint8Array} contexts for every symbol the number of the table for the next one
 * @property {(context: number) => Table} tableAt one of the tables, made when it is first asked for
 * @property {(text: string) => boolean} isCharacter whether a character is a symbol of its own
 */

/**
 * @param {(put: (symbol: number, length: number) => void) => void} putAll puts every symbol that has a code with the
 *   length of that, by rising number
 * @returns {Table} the canonical prefix code: codes by rising length, then by rising number of the symbol
 */
export function tableOf(putAll) {
  const table = Array.from({ length: MAX_CODE_BITS + 1 }, () => ({ first: 0, symbols: [] }));
  putAll((symbol, length) => table[length].symbols.push(symbol));
  let code = 0;
  for (const entry of table) {
    code *= 2;
    entry.first = code;
    code += entry.symbols.length;
  }
  return table;
}

/**
 * Read marked text from the beginning of some bytes.
 *
 * @param {Uint8Array} data
 * @param {StreamCode} code of the dictionary
 * @returns {{text: string, used: number}} at most 64 Ki characters with marks but no words, and how many bytes it took
 * @throws {QrPayloadError} kind `stream`: bits that mean nothing where they stand; `too_large`: longer
 */
export function decodeStream(data, code) {
  const bits = new BitReader(data);
  const out = [];
  let size = 0;
  let context = 0;
  for (;;) {
    const symbol = nextSymbol(bits, code.tableAt, context);
    if (symbol === END) break;
    const text = symbol === OTHER ? otherCharacter(bits, code) : code.textAt(symbol - FIRST_SYMBOL);
    context = code.contexts[symbol];
    size += characterCount(text);
    if (size > MAX_INFLATED) {
      throw new QrPayloadError("too_large", `expected at most ${MAX_INFLATED} characters in the stream`);
    }
    out.push(text);
  }
  return { text: out.join(""), used: bits.finish() };
}

/** Bits of some bytes, the highest of each byte first. */
class BitReader {
  #data;
  #at = 0;

  constructor(data) {
    this.#data = data;
  }

  /** @returns {number} the next bit */
  next() {
    if (this.#at >= 8 * this.#data.length) refuse("expected more bits");
    const bit = (this.#data[this.#at >> 3] >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit;
  }

  /** @returns {number} how many bytes were read; the rest of the last one must be zero */
  finish() {
    while (this.#at % 8 !== 0) if (this.next() !== 0) refuse("expected zero bits behind the end of the stream");
    return this.#at / 8;
  }
}

function nextSymbol(bits, tableAt, context) {
  const symbol = readCode(bits, tableAt(context));
  return symbol === GENERAL ? readCode(bits, tableAt(0)) : symbol;
}

function readCode(bits, table) {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    code = 2 * code + bits.next();
    const { first, symbols } = table[length];
    if (code - first < symbols.length) return symbols[code - first];
  }
  return refuse("expected a code of this dictionary");
}

/** @returns {string} a character that has no code, from its code point */
function otherCharacter(bits, { isCharacter }) {
  let code = 0;
  for (let count = 0; count < OTHER_BITS; count += 1) code = 2 * code + bits.next();
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  const isWord = code >= 0xf0000 && code < 0x100000; // our writer uses these characters for words
  if (code < FIRST_PRINTABLE || code > 0x10ffff || isSurrogate || isWord) refuse("expected a character");
  const character = String.fromCodePoint(code);
  if (isCharacter(character)) refuse("expected no code point for a character that has its own code");
  return character;
}

function refuse(detail) {
  throw new QrPayloadError("stream", detail);
}

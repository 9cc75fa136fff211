/**
 * The published dictionaries; the JavaScript of credential_schemas/qr/dictionary/published.py.
 *
 * The caller brings the bytes, from wherever its page keeps them; their SHA-256 says which dictionary they are.
 *
 * Source: docs/formats/qr-payload.md section 7
 */

import { sha256 } from "./native.js";
import { QrPayloadError } from "./refusal.js";
import { FIRST_SYMBOL, tableOf } from "./stream.js";

const UTF8 = new TextDecoder();
const NUMBERS = new Map([["6065050dad1c97cd6f244d67026128ca2e6b746b91bf1175a7dc0d1046bc910a", 1]]); // by SHA-256

/**
 * @typedef {object} Dictionary
 * @property {number} number
 * @property {import("./stream.js").StreamCode} code
 */

/**
 * Open the file of a published dictionary.
 *
 * @param {ArrayBuffer | Uint8Array} file for example `dictionary/v1.bin`
 * @returns {Promise<Dictionary>} for `decodeQrPayload`; open it once, and keep it
 * @throws {QrPayloadError} kind `dictionary_unknown`: these bytes are no published dictionary
 */
export async function openDictionary(file) {
  const data = new Uint8Array(file); // a copy of a Uint8Array: what was hashed is what is read
  const hash = Array.from(await sha256(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const number = NUMBERS.get(hash);
  if (number === undefined) {
    throw new QrPayloadError("dictionary_unknown", "expected the file of a published dictionary");
  }
  return readDictionary(data, number);
}

/**
 * Texts and tables stay bytes until a symbol needs them: a payload has a few hundred of the twenty thousand symbols.
 *
 * @returns {Dictionary}
 */
function readDictionary(data, number) {
  const pair = (at) => data[at] * 256 + data[at + 1];
  const characterCount = pair(0);
  const count = characterCount + pair(2) + pair(4); // frames and names
  const starts = new Uint32Array(count);
  let at = 6;
  for (let place = 0; place < count; place += 1) {
    starts[place] = at;
    at += 1 + data[at];
  }
  const textAt = (place) => UTF8.decode(data.subarray(starts[place] + 1, starts[place] + 1 + data[starts[place]]));
  const total = FIRST_SYMBOL + count;
  const contexts = data.subarray(at, at + total);
  const lengths = data.subarray(at + total, at + 2 * total);
  at += 2 * total;
  const entries = [];
  const others = data[at];
  at += 1;
  while (entries.length < others) {
    const first = at + 2;
    at = first + 3 * pair(at);
    entries.push(data.subarray(first, at));
  }
  const tables = new Array(1 + others);
  const madeTable = (context) => tableOf(context === 0 ? generalOf(lengths) : entriesOf(entries[context - 1]));
  const tableAt = (context) => (tables[context] ??= madeTable(context));
  let characters = null;
  const isCharacter = (text) => {
    characters ??= new Set(Array.from({ length: characterCount }, (_, place) => textAt(place)));
    return characters.has(text);
  };
  return Object.freeze({ number, code: { textAt, contexts, tableAt, isCharacter } });
}

/** @returns what puts the symbols that have a code, for `tableOf`; no object for each, there are twenty thousand */
function generalOf(lengths) {
  return (put) => {
    for (let symbol = 0; symbol < lengths.length; symbol += 1) if (lengths[symbol] > 0) put(symbol, lengths[symbol]);
  };
}

/** @returns what puts the symbols of three bytes each, for `tableOf` */
function entriesOf(data) {
  return (put) => {
    for (let at = 0; at < data.length; at += 3) put(data[at] * 256 + data[at + 1], data[at + 2]);
  };
}

/**
 * The published dictionaries; the JavaScript of credential_schemas/qr/dictionary/published.py.
 *
 * The caller brings the bytes, from wherever its page keeps them; their SHA-256 says which dictionary they are.
 *
 * Source: docs/formats/qr-payload.md section 7
 */

import { sha256 } from "./native.js";
import { QrPayloadError } from "./refusal.js";
import { decodeStream } from "./stream.js";

const NUMBERS = new Map([["cec2b0d39cf9a605c347f853b2b986537bd5640497d0ef9552f9e1d95534994f", 1]]); // by SHA-256

/**
 * @typedef {object} Dictionary
 * @property {number} number
 * @property {import("./stream.js").Words} words
 * @property {Uint8Array} preset of DEFLATE
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

/** @returns {Dictionary} each word is decoded when it is first asked for: a reader needs few of them */
function readDictionary(data, number) {
  const coded = [];
  const count = data[0] * 256 + data[1] + data[2] * 256 + data[3]; // frames and names
  let at = 4;
  while (coded.length < count) {
    const end = at + 1 + data[at];
    coded.push(data.subarray(at + 1, end));
    at = end;
  }
  const decoded = new Map();
  const words = (place) => {
    if (!decoded.has(place) && place < coded.length) decoded.set(place, decodeStream(coded[place], () => undefined));
    return decoded.get(place);
  };
  return Object.freeze({ number, words, preset: data.subarray(at) });
}

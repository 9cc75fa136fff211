/**
 * The stream code: bytes to marked text, words put in; the JavaScript of credential_schemas/qr/stream.py.
 *
 * Source: docs/formats/qr-payload.md section 4
 */

import { MAX_INFLATED } from "./limits.js";
import { QrPayloadError } from "./refusal.js";

const SINGLE_WORDS = [...range(0x17, 0x20), ...range(0xf8, 0xff)];
const SINGLE_NUMBERS = new Map(SINGLE_WORDS.map((byte, number) => [byte, number]));
const LONG_WORDS = 0x20 * 0x80;
const FIRST_WORD = 0xe000; // no text holds these characters: our writer uses them for words
const FIRST_HANGUL = 0xac00;
const LAST_HANGUL = 0xd7a3;
const WORD_LEAD = 0x80;
const HANGUL_LEAD = 0xa0;
const ESCAPE = 0xff;
const UTF8_LENGTH = new Map([[0xc, 2], [0xd, 2], [0xe, 3], [0xf, 4]]); // by the first four bits
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @typedef {(number: number) => string | undefined} Words the text of a word, undefined where the dictionary ends
 */

/**
 * Read bytes of the stream code; the answer holds marks but no words.
 *
 * @param {Uint8Array} data
 * @param {Words} words
 * @returns {string} at most 64 Ki characters
 * @throws {QrPayloadError} kind `stream`: a byte that has no meaning where it stands; `too_large`: longer
 */
export function decodeStream(data, words) {
  const out = [];
  let size = 0;
  let at = 0;
  while (at < data.length) {
    const { text, count, next } = decodeOne(data, at, words);
    size += count;
    if (size > MAX_INFLATED) {
      throw new QrPayloadError("too_large", `expected at most ${MAX_INFLATED} characters in the stream`);
    }
    out.push(text);
    at = next;
  }
  return out.join("");
}

/** @returns {{text: string, count: number, next: number}} a character or word, its size, and where the next begins */
function decodeOne(data, at, words) {
  const lead = data[at];
  if (SINGLE_NUMBERS.has(lead)) return wordAt(SINGLE_NUMBERS.get(lead), at + 1, words);
  if (lead < WORD_LEAD) return { text: String.fromCharCode(lead), count: 1, next: at + 1 };
  if (lead === ESCAPE) return decodeEscaped(data, at + 1);
  const low = at + 1 < data.length ? data[at + 1] : refuse();
  if (low >= 0x80) refuse();
  if (lead < HANGUL_LEAD) return wordAt(SINGLE_WORDS.length + (lead - WORD_LEAD) * 0x80 + low, at + 2, words);
  const code = FIRST_HANGUL + (lead - HANGUL_LEAD) * 0x80 + low;
  if (code > LAST_HANGUL) refuse();
  return { text: String.fromCharCode(code), count: 1, next: at + 2 };
}

function wordAt(number, next, words) {
  const text = words(number) ?? refuse();
  return { text, count: [...text].length, next };
}

function decodeEscaped(data, at) {
  if (at >= data.length) refuse();
  const next = at + (UTF8_LENGTH.get(data[at] >> 4) ?? 1);
  const text = decodeUtf8(data.subarray(at, next));
  const code = text.codePointAt(0);
  const hasOwnCode =
    code < 0x80 ||
    (code >= FIRST_HANGUL && code <= LAST_HANGUL) ||
    (code >= FIRST_WORD && code < FIRST_WORD + SINGLE_WORDS.length + LONG_WORDS);
  if (hasOwnCode) refuse();
  return { text, count: 1, next };
}

function decodeUtf8(bytes) {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse();
  }
}

function refuse() {
  throw new QrPayloadError("stream", "expected whole characters and words of this dictionary");
}

function range(first, end) {
  return Array.from({ length: end - first }, (_, number) => first + number);
}

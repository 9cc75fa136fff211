/**
 * One payload over two to four codes; the JavaScript of credential_schemas/qr/framing.py, reading only.
 *
 * Source: docs/formats/qr-payload.md sections 1 and 6
 */

import { bytesFromDigits, digitsFromBytes } from "./digits.js";
import { MAX_CODES, MAX_TEXT_CHARACTERS, isLongerThan } from "./limits.js";
import { sha256 } from "./native.js";
import { QrPayloadError } from "./refusal.js";

const PART = 0x80;
const FINGERPRINT_BYTES = 4;
const PART_HEAD_BYTES = 1 + FINGERPRINT_BYTES;
const MAX_TEXTS = 64; // readings of the same codes, repeated ones included
// The white space of Python's str.strip, which differs from trim() in 1C to 1F, 85 and FEFF.
const WHITE_SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_SPACE = new RegExp(`^${WHITE_SPACE}|${WHITE_SPACE}$`, "g");

/**
 * Split what a code says.
 *
 * @param {string} text
 * @returns {{address: string | null, payload: string}} neither checked; no address when there is only a payload
 * @throws {QrPayloadError} kind `too_large`: longer than any QR code of ours
 */
export function splitQrText(text) {
  if (isLongerThan(text, MAX_TEXT_CHARACTERS)) {
    throw new QrPayloadError("too_large", `expected at most ${MAX_TEXT_CHARACTERS} characters of QR text`);
  }
  const stripped = text.replace(OUTER_SPACE, "");
  const mark = stripped.lastIndexOf("#");
  return { address: mark < 0 ? null : stripped.slice(0, mark), payload: stripped.slice(mark + 1) };
}

/**
 * Join what was read from one or more codes, in any order, with or without the address before it.
 *
 * @param {Iterable<string>} texts
 * @returns {Promise<string>} the payload, for `decodeQrPayload`
 * @throws {QrPayloadError} kind `codes_missing` with `.missing`; `codes_mixed`: they belong to different payloads;
 *   `codes_damaged`: the joined bytes are not what was split; `digits`, `too_large`, `codes`
 */
export async function joinCodes(texts) {
  const payloads = [...new Set(Array.from(texts, (text) => splitQrText(text).payload))];
  if (payloads.length === 0 || payloads.length > MAX_TEXTS) {
    throw new QrPayloadError("codes", "expected the texts of one to four codes");
  }
  const parts = payloads.map((payload) => readPart(bytesFromDigits(payload)));
  if (parts.length === 1 && parts[0] === null) return payloads[0];
  const [first] = parts;
  const numbers = new Set(parts.map((part) => part?.number));
  const belong = (part) => part !== null && part.count === first.count && areEqual(part.whole, first.whole);
  if (numbers.size !== parts.length || !parts.every(belong)) {
    throw new QrPayloadError("codes_mixed", "expected codes of one certificate, found codes of several");
  }
  const missing = Array.from({ length: first.count }, (_, place) => place + 1).filter((number) => !numbers.has(number));
  if (missing.length > 0) {
    throw new QrPayloadError("codes_missing", `expected ${first.count} codes, missing: ${missing.join(", ")}`, missing);
  }
  const ordered = [...parts].sort((one, other) => one.number - other.number);
  const packed = Uint8Array.from(ordered.flatMap((part) => [...part.share]));
  if (!areEqual((await sha256(packed)).subarray(0, FINGERPRINT_BYTES), first.whole)) {
    throw new QrPayloadError("codes_damaged", "expected the bytes that were split, found others");
  }
  return digitsFromBytes(packed);
}

/** @returns {{number: number, count: number, whole: Uint8Array, share: Uint8Array} | null} null for a whole payload */
function readPart(data) {
  if (data[0] < PART) return null;
  const count = ((data[0] >> 4) & 0x7) + 1;
  const number = (data[0] & 0xf) + 1;
  if (count < 2 || count > MAX_CODES || number > count || data.length <= PART_HEAD_BYTES) {
    throw new QrPayloadError("codes", "expected the number of a code, how many there are, and a share of the payload");
  }
  return { number, count, whole: data.subarray(1, PART_HEAD_BYTES), share: data.subarray(PART_HEAD_BYTES) };
}

function areEqual(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

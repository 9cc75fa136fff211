/**
 * Bytes as decimal digits, 17 bytes in 41 digits; the JavaScript of credential_schemas/qr/digits.py.
 *
 * Source: docs/formats/qr-payload.md section 2
 */

import { QrPayloadError } from "./refusal.js";

const BLOCK_BYTES = 17;
const DIGITS_FOR_BYTES = Array.from({ length: BLOCK_BYTES + 1 }, (_, count) =>
  count === 0 ? 0 : String(256n ** BigInt(count) - 1n).length,
);
const BLOCK_DIGITS = DIGITS_FOR_BYTES[BLOCK_BYTES];

/**
 * @param {Uint8Array} data
 * @returns {string} decimal digits, leading zeros included
 */
export function digitsFromBytes(data) {
  let text = "";
  for (let start = 0; start < data.length; start += BLOCK_BYTES) {
    const block = data.subarray(start, start + BLOCK_BYTES);
    const number = block.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    text += String(number).padStart(DIGITS_FOR_BYTES[block.length], "0");
  }
  return text;
}

/**
 * Read what `digitsFromBytes` wrote.
 *
 * @param {string} text
 * @returns {Uint8Array} at least one byte
 * @throws {QrPayloadError} kind `digits`: another character, an impossible number of digits, or a block out of range
 */
export function bytesFromDigits(text) {
  if (!/^[0-9]+$/.test(text)) throw new QrPayloadError("digits", "expected decimal digits only");
  const data = [];
  for (let start = 0; start < text.length; start += BLOCK_DIGITS) {
    const block = text.slice(start, start + BLOCK_DIGITS);
    const size = DIGITS_FOR_BYTES.indexOf(block.length);
    const number = BigInt(block);
    if (size < 0 || number >= 256n ** BigInt(size)) {
      throw new QrPayloadError("digits", "expected blocks of 41 digits that hold 17 bytes, the last one shorter");
    }
    for (let shift = size - 1; shift >= 0; shift -= 1) data.push(Number((number >> BigInt(8 * shift)) & 0xffn));
  }
  return Uint8Array.from(data);
}

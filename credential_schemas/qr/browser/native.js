/**
 * What the browser itself does for the QR payload: inflating, SHA-256, base64url.
 *
 * WebCrypto exists in secure contexts only: the page must come over https or from this machine.
 */

import { MAX_INFLATED } from "./limits.js";
import { QrPayloadError } from "./refusal.js";

const STORED_BLOCK = 0x00; // not the last block, not compressed: RFC 1951 section 3.2.4

/**
 * Inflate one raw DEFLATE stream that was made with a preset dictionary.
 *
 * `DecompressionStream` takes no preset dictionary, so the dictionary goes in front as a stored block, and as many
 * bytes of the answer are thrown away. The stream is fed byte by byte: inflating stops at the limit, and a stream that
 * is both too large and damaged further on is refused for its size, as in Python. That costs 4 ms for 600 bytes.
 *
 * @param {Uint8Array} stream
 * @param {Uint8Array} preset at most 65,535 bytes, none for a stream without a dictionary
 * @returns {Promise<Uint8Array>} at most 64 KiB
 * @throws {QrPayloadError} kind `too_large`: more than that; `compression`: not one complete stream, or more behind it
 *
 * Source: docs/formats/qr-payload.md section 7
 */
export async function inflate(stream, preset) {
  const inflater = byteByByte(stream, storedBlock(preset)).pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = inflater.getReader();
  const answer = new Uint8Array(MAX_INFLATED);
  let skip = preset.length;
  let length = 0;
  for (;;) {
    const piece = await readPiece(reader);
    if (piece === null) return answer.subarray(0, length);
    const fresh = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - fresh.length;
    if (length + fresh.length > MAX_INFLATED) {
      await reader.cancel();
      throw new QrPayloadError("too_large", `expected at most ${MAX_INFLATED} bytes after inflating`);
    }
    answer.set(fresh, length);
    length += fresh.length;
  }
}

/**
 * @param {Uint8Array} data
 * @returns {Promise<Uint8Array>} 32 bytes
 */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/**
 * @param {Uint8Array} data
 * @returns {string} base64url without padding, RFC 7515 section 2
 */
export function base64url(data) {
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {Uint8Array} the dictionary as a stored block, or nothing */
function storedBlock(preset) {
  if (preset.length === 0) return preset;
  const block = new Uint8Array(5 + preset.length);
  const head = new DataView(block.buffer);
  head.setUint8(0, STORED_BLOCK);
  head.setUint16(1, preset.length, true);
  head.setUint16(3, ~preset.length & 0xffff, true);
  block.set(preset, 5);
  return block;
}

/** @returns {ReadableStream<Uint8Array>} the block in front, then the stream's bytes, each when it is asked for */
function byteByByte(stream, front) {
  let at = 0;
  return new ReadableStream({
    start(controller) {
      if (front.length > 0) controller.enqueue(front);
    },
    pull(controller) {
      if (at < stream.length) controller.enqueue(stream.slice(at, at + 1));
      else controller.close();
      at += 1;
    },
  });
}

/** @returns {Promise<Uint8Array | null>} the next inflated bytes, null at the end */
async function readPiece(reader) {
  try {
    const { done, value } = await reader.read();
    return done ? null : value;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the Compression standard: damaged, cut short, or junk at the end
    throw new QrPayloadError("compression", "expected one complete DEFLATE stream and nothing behind it");
  }
}

/**
 * What the browser itself does for the QR payload: inflating, SHA-256, base64url.
 *
 * WebCrypto exists in secure contexts only: the page must come over https or from this machine.
 */

import { MAX_INFLATED } from "./limits.js";
import { QrPayloadError } from "./refusal.js";

/**
 * Inflate one raw DEFLATE stream.
 *
 * The stream is fed byte by byte: inflating stops at the limit, and a stream that is both too large and damaged further
 * on is refused for its size, as in Python.
 *
 * @param {Uint8Array} stream
 * @returns {Promise<Uint8Array>} at most 64 KiB
 * @throws {QrPayloadError} kind `too_large`: more than that; `compression`: not one complete stream, or more behind it
 */
export async function inflate(stream) {
  const inflater = byteByByte(stream).pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = inflater.getReader();
  const answer = new Uint8Array(MAX_INFLATED);
  let length = 0;
  for (;;) {
    const piece = await readPiece(reader);
    if (piece === null) return answer.subarray(0, length);
    if (length + piece.length > MAX_INFLATED) {
      await reader.cancel();
      throw new QrPayloadError("too_large", `expected at most ${MAX_INFLATED} bytes after inflating`);
    }
    answer.set(piece, length);
    length += piece.length;
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

/** @returns {ReadableStream<Uint8Array>} the stream's bytes, each when it is asked for */
function byteByByte(stream) {
  let at = 0;
  return new ReadableStream({
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

/**
 * The QR payload in a browser: from what a code says to the exact compact SD-JWT.
 *
 *     import { decodeQrPayload, joinCodes, openDictionary } from "./qr_payload.js";
 *     const dictionary = await openDictionary(bytes); // of dictionary/v1.bin; the caller loads them
 *     const credential = await decodeQrPayload(await joinCodes([location.href]), [dictionary]);
 *
 * Plain ES modules without any library: no network, no eval, nothing kept, so the strictest Content-Security-Policy
 * holds. The files read like the Python files of credential_schemas/qr/ and have the same limits and the same kinds of
 * refusal; the tests give both the same vectors and the same random inputs.
 *
 * Needs `DecompressionStream("deflate-raw")` and, for WebCrypto, a secure context. Decoding proves only that the text
 * is whole: the credential is as unverified as before. It is personal data: the caller must not put it, or the payload,
 * into a request, a log or a storage.
 *
 * Source: docs/formats/qr-payload.md
 */

import { bytesFromDigits } from "./digits.js";
import { MAX_TEXT_CHARACTERS, isLongerThan } from "./limits.js";
import { inflate, sha256 } from "./native.js";
import { QrPayloadError } from "./refusal.js";
import { decodeStream } from "./stream.js";
import { putTogether } from "./structure.js";

export { openDictionary } from "./dictionary.js";
export { joinCodes, splitQrText } from "./framing.js";
export { QrPayloadError };

const PLAIN = 0;
const CHECK_BYTES = 4;
const HEAD_BYTES = 1 + CHECK_BYTES;
const FIRST_UNKNOWN = 0x40; // first bytes from here on: no format yet
const PART = 0x80; // and from here on: one code of several
const TOKEN = /^[!-}]*~[!-~]*$/;

/**
 * Rebuild the exact credential from a payload, whole or joined from several codes by `joinCodes`.
 *
 * @param {string} text decimal digits
 * @param {import("./dictionary.js").Dictionary[]} dictionaries every one that the page has opened
 * @returns {Promise<string>} the compact SD-JWT, unverified
 * @throws {QrPayloadError} `kind` says why: `digits`, `too_large`, `format_unknown`, `dictionary_unknown`,
 *   `code_of_several`, `compression`, `stream`, `structure`, `check`
 */
export async function decodeQrPayload(text, dictionaries) {
  if (isLongerThan(text, MAX_TEXT_CHARACTERS * 4)) {
    throw new QrPayloadError("too_large", "expected at most what four codes carry");
  }
  const packed = bytesFromDigits(text);
  if (packed.length < HEAD_BYTES) refuse("expected the number of a dictionary, a check value and a body");
  const credential = await unpack(packed, dictionaries);
  const check = await sha256(new TextEncoder().encode(credential));
  if (!packed.subarray(1, HEAD_BYTES).every((byte, place) => byte === check[place])) {
    throw new QrPayloadError("check", "expected the check value of the credential, found another");
  }
  return credential;
}

function unpack(packed, dictionaries) {
  const [number] = packed;
  const body = packed.subarray(HEAD_BYTES);
  if (number >= PART) {
    throw new QrPayloadError("code_of_several", "expected a whole payload, found one code of several");
  }
  if (number >= FIRST_UNKNOWN) {
    throw new QrPayloadError("format_unknown", `expected a first byte below ${FIRST_UNKNOWN}, found ${number}`);
  }
  return number === PLAIN ? unpackPlain(body) : unpackStructured(body, number, dictionaries);
}

async function unpackStructured(body, number, dictionaries) {
  const dictionary = dictionaries.find((each) => each.number === number);
  if (dictionary === undefined) throw new QrPayloadError("dictionary_unknown", `no dictionary ${number} is open`);
  const { text, used } = decodeStream(body, dictionary.code);
  return putTogether(text, body.subarray(used));
}

async function unpackPlain(body) {
  const credential = Array.from(await inflate(body), (byte) => String.fromCharCode(byte)).join("");
  if (!TOKEN.test(credential)) refuse("expected printable ASCII text with a tilde");
  return credential;
}

function refuse(detail) {
  throw new QrPayloadError("structure", detail);
}

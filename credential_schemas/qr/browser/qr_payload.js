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

const STRUCTURED = 1;
const PLAIN = 2;
const CHECK_BYTES = 4;
const HEAD_BYTES = 2 + CHECK_BYTES;
const DEFLATED = 0x80; // beside the length of the stream: below 96 as it is, longer ones in two bytes
const LONG = 0x60;
const TOKEN = /^[!-}]*~[!-~]*$/;
const NO_PRESET = new Uint8Array(0);

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
  if (packed.length < HEAD_BYTES) refuse("expected format, dictionary, check value and a body");
  const credential = await unpack(packed, dictionaries);
  const check = await sha256(new TextEncoder().encode(credential));
  if (!packed.subarray(2, HEAD_BYTES).every((byte, place) => byte === check[place])) {
    throw new QrPayloadError("check", "expected the check value of the credential, found another");
  }
  return credential;
}

function unpack(packed, dictionaries) {
  const [form, number] = packed;
  const body = packed.subarray(HEAD_BYTES);
  if (form === STRUCTURED) return unpackStructured(body, number, dictionaries);
  if (form === PLAIN) return unpackPlain(body, number);
  if (form & 0x80) throw new QrPayloadError("code_of_several", "expected a whole payload, found one code of several");
  throw new QrPayloadError("format_unknown", `expected format ${STRUCTURED} or ${PLAIN}, found ${form}`);
}

async function unpackStructured(body, number, dictionaries) {
  const dictionary = dictionaries.find((each) => each.number === number);
  if (dictionary === undefined) throw new QrPayloadError("dictionary_unknown", `no dictionary ${number} is open`);
  const { isDeflated, length, rest } = splitLength(body);
  if (rest.length < length) refuse("expected a stream of the length that stands before it");
  const stream = rest.subarray(0, length);
  const coded = isDeflated ? await inflate(stream, dictionary.preset) : stream;
  return putTogether(decodeStream(coded, dictionary.words), rest.subarray(length));
}

/** @returns {{isDeflated: boolean, length: number, rest: Uint8Array}} what is said of the stream, and what follows */
function splitLength(body) {
  if (body.length === 0) refuse("expected the length of a stream");
  const isDeflated = (body[0] & DEFLATED) !== 0;
  const first = body[0] & ~DEFLATED;
  if (first < LONG) return { isDeflated, length: first, rest: body.subarray(1) };
  return { isDeflated, length: LONG + (first - LONG) * 256 + (body[1] ?? 0), rest: body.subarray(2) };
}

async function unpackPlain(body, number) {
  if (number !== 0) {
    throw new QrPayloadError("dictionary_unknown", `expected dictionary 0 in the plain format, found ${number}`);
  }
  const credential = Array.from(await inflate(body, NO_PRESET), (byte) => String.fromCharCode(byte)).join("");
  if (!TOKEN.test(credential)) refuse("expected printable ASCII text with a tilde");
  return credential;
}

function refuse(detail) {
  throw new QrPayloadError("structure", detail);
}

/**
 * Marked text and raw values to a compact SD-JWT; the JavaScript of credential_schemas/qr/structure.py, reading only.
 *
 * Source: docs/formats/qr-payload.md section 3
 */

import { MAX_DISCLOSURES } from "./limits.js";
import { ISSUER, NEXT_DIGEST, SEPARATOR, ValueReader, namedNumber, restoreValues } from "./marks.js";
import { base64url, sha256 } from "./native.js";
import { QrPayloadError } from "./refusal.js";

const SIGNATURE_BYTES = 64;
const SALT_BYTES = 16;
const MAX_ISSUER_MARKS = 16;
const UTF8 = new TextEncoder();

/**
 * @param {string} text marked, its words put in
 * @param {Uint8Array} values
 * @returns {Promise<string>} the compact SD-JWT
 * @throws {QrPayloadError} kind `structure`: parts, marks and values do not fit each other
 */
export async function putTogether(text, values) {
  const parts = text.split(SEPARATOR);
  if (parts.length < 2 || parts.length > MAX_DISCLOSURES + 2) {
    refuse(`expected header, payload and at most ${MAX_DISCLOSURES} disclosures`);
  }
  const reader = new ValueReader(values);
  const signature = reader.take(SIGNATURE_BYTES);
  const salts = parts.slice(2).map((part) => (part.startsWith("[") ? null : reader.take(SALT_BYTES)));
  const [header, payload, ...cut] = restoreValues(text, reader).split(SEPARATOR);
  reader.finish();
  const disclosures = cut.map((part, place) => encodePart(withSalt(part, salts[place])));
  const digests = await Promise.all(disclosures.map(digest));
  const whole = restoreIssuer(restoreDigests(payload, digests));
  const jwt = [encodePart(header), encodePart(whole), base64url(signature)].join(".");
  return [jwt, ...disclosures, ""].join("~");
}

/** @returns {string} the payload with each mark of a digest replaced by that digest */
function restoreDigests(payload, digests) {
  const unnamed = digests.map((_, number) => number);
  return payload.replace(/\x01|\x02[^]?/gu, (mark) => {
    const place = mark === NEXT_DIGEST ? 0 : unnamed.indexOf(namedNumber(mark));
    const [number] = place < 0 ? [] : unnamed.splice(place, 1);
    return digests[number] ?? refuse("expected each mark of a digest to name a disclosure not named yet");
  });
}

/** @returns {string} the payload with each mark of the issuer replaced by what it says as `iss` */
function restoreIssuer(payload) {
  const marks = payload.split(ISSUER).length - 1;
  if (marks === 0) return payload;
  const match = /"iss":"([^"\x00-\x1f]{1,255})"/u.exec(payload);
  if (match === null || marks > MAX_ISSUER_MARKS) {
    refuse(`expected an issuer before at most ${MAX_ISSUER_MARKS} marks of it`);
  }
  return payload.split(ISSUER).join(match[1]);
}

function withSalt(part, salt) {
  return salt === null ? part : `["${base64url(salt)}",${part}]`;
}

function encodePart(text) {
  if (text === "" || /[\x00-\x1f]/.test(text)) refuse("expected no empty part and no mark that was not resolved");
  return base64url(UTF8.encode(text));
}

/** @returns {Promise<string>} the digest of a disclosure, as SD-JWT writes it */
async function digest(disclosure) {
  return base64url(await sha256(UTF8.encode(disclosure)));
}

function refuse(detail) {
  throw new QrPayloadError("structure", detail);
}

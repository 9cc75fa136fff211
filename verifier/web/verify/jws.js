/**
 * Compact JWS: strict parsing, the header rules, the signature; the JavaScript of keys/jws.py and keys/jwk.py.
 *
 * ES256 only. `crit`, `b64` and `zip` are refused whatever they hold, and so are `jwk`, `jku` and `x5u`.
 */

import { DecodingError, base64urlBytes, decodeJsonObject } from "./strict_json.js";

const MAX_HEADER_BYTES = 4 * 1024;
const MAX_HEADER_CHARACTERS = Math.floor((MAX_HEADER_BYTES * 4 + 2) / 3);
const SIGNATURE_BYTES = 64;
const COORDINATE_BYTES = 32;
const MAX_KID_CHARACTERS = 256;
const ALPHABET = /^[A-Za-z0-9_-]*$/;
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** Why a token is refused before its content counts; `kind` as in Python. */
export class JwsRefused extends Error {
  /**
   * @param {string} kind size, parts, base64url, header, duplicate_member, typ, crit, key_in_header, algorithm, signature
   */
  constructor(kind) {
    super(kind);
    this.name = "JwsRefused";
    this.kind = kind;
  }
}

/** A JWK that is no public P-256 signature key. */
export class JwkRefused extends Error {}

/**
 * @param {string} token
 * @param {number} maxCharacters
 * @returns {{header: Map, payload: Uint8Array, signingInput: Uint8Array, signature: Uint8Array}} nothing of it proved
 * @throws {JwsRefused}
 */
export function parseCompact(token, maxCharacters) {
  if (token.length > maxCharacters) throw new JwsRefused("size");
  const parts = token.split(".");
  if (parts.length !== 3) throw new JwsRefused("parts");
  const [headerText, payloadText, signatureText] = parts;
  if (headerText.length > MAX_HEADER_CHARACTERS) throw new JwsRefused("size");
  const header = headerOf(partOf(headerText));
  const payload = partOf(payloadText);
  const signature = signatureOf(signatureText);
  return { header, payload, signingInput: new TextEncoder().encode(`${headerText}.${payloadText}`), signature };
}

/** @throws {JwsRefused} kind `typ`, `algorithm`, `crit`, `key_in_header`, in this order */
export function checkHeader(header, typ) {
  const found = header.get("typ");
  if (typeof found !== "string" || lower(found).replace(/^application\//, "") !== typ) throw new JwsRefused("typ");
  if (header.get("alg") !== "ES256") throw new JwsRefused("algorithm");
  if (["crit", "b64", "zip"].some((name) => header.has(name))) throw new JwsRefused("crit");
  if (["jwk", "jku", "x5u"].some((name) => header.has(name))) throw new JwsRefused("key_in_header");
}

/** @throws {JwsRefused} kind `signature` */
export async function checkSignature(jws, key) {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const right =
    jws.signature.length === SIGNATURE_BYTES &&
    (await crypto.subtle.verify(algorithm, key, jws.signature, jws.signingInput));
  if (right !== true) throw new JwsRefused("signature");
}

/**
 * Read a public key from the members of a JWK, strictly.
 *
 * @param {Map<string, unknown>} jwk
 * @returns {Promise<CryptoKey>}
 * @throws {JwkRefused} another kind of key, a private one, another use, or no point of P-256
 */
export async function keyOfJwk(jwk) {
  const refused = () => new JwkRefused("expected a public P-256 signature key");
  if (PRIVATE_MEMBERS.some((name) => jwk.has(name))) throw refused();
  const operations = jwk.has("key_ops") ? jwk.get("key_ops") : ["verify"];
  const fits =
    jwk.get("kty") === "EC" &&
    jwk.get("crv") === "P-256" &&
    (!jwk.has("alg") || jwk.get("alg") === "ES256") &&
    (!jwk.has("use") || jwk.get("use") === "sig") &&
    Array.isArray(operations) &&
    operations.filter((operation) => operation === "verify").length === 1;
  if (!fits || !isKidOrAbsent(jwk)) throw refused();
  const [x, y] = [coordinate(jwk.get("x")), coordinate(jwk.get("y"))];
  if (x === null || y === null) throw refused();
  try {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    return await crypto.subtle.importKey("raw", Uint8Array.of(4, ...x, ...y), algorithm, false, ["verify"]);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw refused(); // not on the curve
  }
}

function isKidOrAbsent(jwk) {
  if (!jwk.has("kid")) return true;
  const kid = jwk.get("kid");
  return typeof kid === "string" && kid.length > 0 && [...kid].length <= MAX_KID_CHARACTERS;
}

function coordinate(text) {
  if (typeof text !== "string") return null;
  try {
    const bytes = base64urlBytes(text);
    return bytes.length === COORDINATE_BYTES ? bytes : null;
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    return null;
  }
}

function partOf(text) {
  try {
    return base64urlBytes(text);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new JwsRefused("base64url");
  }
}

/** A signature whose text has stray bits is no signature at all: it cannot be right. */
function signatureOf(text) {
  if (!ALPHABET.test(text)) throw new JwsRefused("base64url");
  try {
    return base64urlBytes(text);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    return new Uint8Array(0);
  }
}

function headerOf(data) {
  try {
    return decodeJsonObject(data, MAX_HEADER_BYTES);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new JwsRefused(error.kind === "duplicate_member" ? "duplicate_member" : "header");
  }
}

/** Small letters of ASCII only: no other letter may become one of ours. */
function lower(text) {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

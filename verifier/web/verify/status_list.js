/**
 * Read a Token Status List: the signed token and its bits; the JavaScript of credential_schemas/status_list.py.
 *
 * Whatever fails, the status is unknown, never valid. A list by a certificate chain (`x5c`) is not judged here.
 *
 * Source: draft-ietf-oauth-status-list-20 sections 4, 5, 7 and 8.3
 */

import { JwsRefused, checkHeader, checkSignature, parseCompact } from "./jws.js";
import {
  CLOCK_SKEW_S,
  MAX_STATUS_CACHE_S,
  MAX_STATUS_GRACE_S,
  MAX_STATUS_LIST_BYTES,
  MAX_STATUS_TOKEN_BYTES,
  MIN_STATUS_CACHE_S,
} from "./limits.js";
import { numericDate } from "./numeric_date.js";
import { StatusListError } from "./refusal.js";
import { DecodingError, base64urlBytes, decodeJsonObject } from "./strict_json.js";
import { namedKey } from "./trust.js";

const PERMITTED_BITS = [1, 2, 4, 8];
const PIECE_BYTES = 1024; // inflating stops within 1 MiB of the limit
const FORMAT_KINDS = { size: "too_large", typ: "typ", key_in_header: "key", algorithm: "algorithm", signature: "signature" };

/** What a status list token says; times in seconds since 1970. */
export class StatusToken {
  constructor(list, { issuedAt, expiresAt, ttlS }) {
    this.list = list;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    this.ttlS = ttlS;
    Object.freeze(this);
  }

  /** @returns {number | null} the value at an index, null outside of the list */
  value(index) {
    const { bits, data } = this.list;
    const position = index * bits;
    if (!Number.isSafeInteger(position) || index < 0 || index >= Math.floor((data.length * 8) / bits)) return null;
    return (data[Math.floor(position / 8)] >> (position % 8)) & ((1 << bits) - 1);
  }

  /** @returns {number} the age of what the list says, in whole seconds */
  ageS(now) {
    return Math.max(0, Math.trunc(now - this.issuedAt));
  }

  /**
   * Say whether the list may still be relied on: within `ttl` and 12 hours of when it was obtained, and before `exp`;
   * grace, at most 72 hours, never reaches beyond `exp`.
   */
  usableAt(now, obtainedAt, graceS) {
    if (this.expiresAt !== null && now >= this.expiresAt + CLOCK_SKEW_S) return false;
    const ttlS = this.ttlS ?? MAX_STATUS_CACHE_S;
    let end = obtainedAt + Math.min(Math.max(ttlS, MIN_STATUS_CACHE_S), MAX_STATUS_CACHE_S);
    if (this.expiresAt !== null) end = Math.min(end, this.expiresAt);
    return now < end + Math.min(Math.max(graceS, 0), MAX_STATUS_GRACE_S);
  }
}

/**
 * @param {string} token compact JWS
 * @param {{uri: string, issuer: import("./trust.js").TrustedIssuer, now: number}} expected
 * @returns {Promise<StatusToken>}
 * @throws {StatusListError}
 */
export async function verifyStatusToken(token, { uri, issuer, now }) {
  const claims = await verifiedClaims(token, issuer, now);
  if (claims.get("sub") !== uri) throw new StatusListError("subject");
  const optional = (name) => claims.get(name) ?? null;
  const times = ["iat", "exp", "ttl"].map((name) => numericDate(optional(name)));
  const [issuedAt, expiresAt, ttlS] = times;
  const odd = (name, value) => value === null && optional(name) !== null;
  if (issuedAt === null || odd("exp", expiresAt) || odd("ttl", ttlS)) throw new StatusListError("claims");
  if (issuedAt > now + CLOCK_SKEW_S) throw new StatusListError("not_yet_valid");
  if (expiresAt !== null && expiresAt <= now - CLOCK_SKEW_S) throw new StatusListError("expired");
  return new StatusToken(await listOf(claims.get("status_list")), { issuedAt, expiresAt, ttlS });
}

async function verifiedClaims(token, issuer, now) {
  try {
    const jws = parseCompact(token, MAX_STATUS_TOKEN_BYTES);
    const key = await statusKey(jws.header, issuer, now);
    checkHeader(jws.header, "statuslist+jwt");
    await checkSignature(jws, key);
    return decodeJsonObject(jws.payload, MAX_STATUS_TOKEN_BYTES);
  } catch (error) {
    if (error instanceof JwsRefused) throw new StatusListError(FORMAT_KINDS[error.kind] ?? "format");
    if (error instanceof DecodingError) throw new StatusListError("format");
    throw error;
  }
}

/** A distrusted key is not believed from that time on, whatever the date of the list: its holder can date it at will. */
function statusKey(header, issuer, now) {
  const refusal = () => new StatusListError("key");
  const kid = header.get("kid");
  const since = typeof kid === "string" ? issuer.distrustedSince(kid) : null;
  if (header.has("x5c") || (since !== null && now >= since)) throw refusal();
  return namedKey(issuer.statusKeys, kid, refusal);
}

async function listOf(members) {
  if (!(members instanceof Map)) throw new StatusListError("claims");
  const [bits, lst] = [members.get("bits"), members.get("lst")];
  if (typeof bits !== "number" || typeof lst !== "string") throw new StatusListError("claims");
  if (!PERMITTED_BITS.includes(bits)) throw new StatusListError("bits");
  return { bits, data: await inflated(base64urlBytesOf(lst)) };
}

function base64urlBytesOf(lst) {
  if (lst.length > MAX_STATUS_TOKEN_BYTES) throw new StatusListError("too_large");
  try {
    return base64urlBytes(lst);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new StatusListError("format");
  }
}

async function inflated(compressed) {
  const reader = inPieces(compressed).pipeThrough(new DecompressionStream("deflate")).getReader();
  const pieces = [];
  let length = 0;
  for (;;) {
    const { done, value } = await nextPiece(reader);
    if (done) break;
    length += value.length;
    if (length > MAX_STATUS_LIST_BYTES) {
      await reader.cancel();
      throw new StatusListError("too_large");
    }
    pieces.push(value);
  }
  const data = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return data;
}

/** The Compression standard: a stream that is damaged, cut short, or has junk behind it is an error. */
async function nextPiece(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StatusListError("compression");
  }
}

function inPieces(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + PIECE_BYTES));
      else controller.close();
      at += PIECE_BYTES;
    },
  });
}

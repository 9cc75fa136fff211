/**
 * Put received disclosures into the claims of a verified payload: steps 9 to 19 of the verification algorithm.
 *
 * The JavaScript of credential_schemas/sd_jwt/disclosures.py: one walk checks everything, faults are collected, and the
 * one of the lowest step is reported. Only SHA-256 is permitted unless the caller names another.
 *
 * Source: RFC 9901 sections 4.1.1, 4.2 and 7.1
 */

import { MAX_DISCLOSURE_CHARACTERS, MAX_DISCLOSURE_RECURSION } from "./limits.js";
import { SdJwtRefused } from "./refusal.js";
import { DecodingError, base64urlBytes, decodeJson } from "./strict_json.js";
import { base64url } from "../qr/native.js";

const RESERVED_NAMES = ["_sd", "...", "_sd_alg"];
const CONTROL_CLAIMS = new Set(["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"]);
const HASHES = { "sha-256": "SHA-256", "sha-384": "SHA-384", "sha-512": "SHA-512" };

/**
 * @param {Map<string, unknown>} payload verified
 * @param {string[]} disclosures base64url texts in received order
 * @param {string[]} digestAlgorithms those the caller permits
 * @returns {Promise<{claims: Map, undisclosedMembers: number, undisclosedElements: number, faults: SdJwtRefused[]}>}
 *   faults sorted by step; with one below step 19 the claims mean nothing
 * @throws {SdJwtRefused} `E_LIMIT`
 */
export async function processDisclosures(payload, disclosures, digestAlgorithms) {
  let digest;
  try {
    digest = digestFunction(payload, digestAlgorithms);
  } catch (fault) {
    if (!(fault instanceof SdJwtRefused)) throw fault;
    return { claims: new Map(), undisclosedMembers: 0, undisclosedElements: 0, faults: [fault] };
  }
  const walk = new Walk(disclosures, await Promise.all(disclosures.map(digest)));
  const claims = walk.object(payload, [], 0);
  walk.checkAllUsed();
  walk.faults.sort((one, other) => one.step - other.step);
  const { undisclosedMembers, undisclosedElements, faults } = walk;
  return { claims, undisclosedMembers, undisclosedElements, faults };
}

/**
 * @returns {(text: string) => Promise<string>} the digest that the payload names, as base64url
 * @throws {SdJwtRefused} `E_SD_ALG`
 */
export function digestFunction(payload, permitted) {
  const name = payload.has("_sd_alg") ? payload.get("_sd_alg") : "sha-256";
  if (typeof name !== "string" || !permitted.includes(name) || !Object.hasOwn(HASHES, name)) {
    throw new SdJwtRefused("E_SD_ALG", 9);
  }
  return async (text) =>
    base64url(new Uint8Array(await crypto.subtle.digest(HASHES[name], new TextEncoder().encode(text))));
}

class Walk {
  constructor(disclosures, digests) {
    this.faults = [];
    this.undisclosedMembers = 0;
    this.undisclosedElements = 0;
    this.received = new Map();
    this.seen = new Set();
    this.used = 0;
    disclosures.forEach((text, place) => this.receive(text, digests[place]));
  }

  fault(code, step) {
    this.faults.push(new SdJwtRefused(code, step));
  }

  receive(text, digest) {
    if (this.received.has(digest)) {
      this.fault("E_DISCLOSURE_DUPLICATE", 12);
      return;
    }
    const elements = decoded(text);
    if (elements === null) this.fault("E_DISCLOSURE_FORMAT", 11);
    else this.received.set(digest, elements);
  }

  /** Return `source` with its disclosed members; `depth` counts the disclosures that lead here. */
  object(source, path, depth) {
    const revealed = new Map();
    for (const [name, value] of source) {
      if (value instanceof Map) revealed.set(name, this.object(value, [...path, name], depth));
      else if (!Array.isArray(value)) revealed.set(name, value);
      else if (name !== "_sd") revealed.set(name, this.array(value, [...path, name], depth));
    }
    if (RESERVED_NAMES.some((name) => source.has(name))) this.reservedMembers(source, revealed, path, depth);
    return revealed;
  }

  reservedMembers(source, revealed, path, depth) {
    for (const name of RESERVED_NAMES) revealed.delete(name);
    if (source.has("_sd_alg") && path.length > 0) this.fault("E_SD_ALG", 9);
    if (source.has("...")) this.fault("E_SD_FORMAT", 10);
    if (!source.has("_sd")) return;
    const digests = source.get("_sd");
    if (!Array.isArray(digests) || !digests.every((digest) => typeof digest === "string")) {
      this.fault("E_SD_FORMAT", 10);
      return;
    }
    for (const digest of digests) this.member(digest, revealed, path, depth);
  }

  member(digest, revealed, path, depth) {
    if (path.length > 0) this.checkNotControl(path);
    const elements = this.take(digest);
    if (elements === null) {
      this.undisclosedMembers += 1;
      return;
    }
    if (elements.length === 2) {
      this.fault("E_DISCLOSURE_ARITY", 14);
      this.disclosed(elements, path, depth);
      return;
    }
    const name = elements[1];
    const value = this.disclosed(elements, [...path, name], depth);
    if (RESERVED_NAMES.includes(name)) this.fault("E_RESERVED_NAME", 15);
    else if (revealed.has(name)) this.fault("E_NAME_COLLISION", 16);
    else {
      revealed.set(name, value);
      if (path.length === 0) this.checkNotControl([name]);
    }
  }

  array(source, path, depth) {
    const revealed = [];
    source.forEach((element, index) => {
      if (Array.isArray(element)) revealed.push(this.array(element, [...path, index], depth));
      else if (!(element instanceof Map)) revealed.push(element);
      else if (element.has("...")) this.element(element, revealed, [...path, index], depth);
      else revealed.push(this.object(element, [...path, index], depth));
    });
    return revealed;
  }

  element(placeholder, revealed, path, depth) {
    const digest = placeholder.get("...");
    if (placeholder.size !== 1 || typeof digest !== "string") {
      this.fault("E_SD_FORMAT", 10);
      return;
    }
    this.checkNotControl(path);
    const elements = this.take(digest);
    if (elements === null) {
      this.undisclosedElements += 1;
      return;
    }
    if (elements.length === 3) this.fault("E_DISCLOSURE_ARITY", 14);
    revealed.push(this.disclosed(elements, path, depth));
  }

  checkNotControl([first]) {
    if (CONTROL_CLAIMS.has(first)) this.fault("E_NOT_SELECTIVELY_DISCLOSABLE", 19);
  }

  take(digest) {
    if (this.seen.has(digest)) {
      this.fault("E_DIGEST_DUPLICATE", 13);
      return null;
    }
    this.seen.add(digest);
    return this.received.get(digest) ?? null;
  }

  disclosed(elements, path, depth) {
    if (depth === MAX_DISCLOSURE_RECURSION) throw new SdJwtRefused("E_LIMIT", 0);
    this.used += 1;
    const value = elements.at(-1);
    if (value instanceof Map) return this.object(value, path, depth + 1);
    return Array.isArray(value) ? this.array(value, path, depth + 1) : value;
  }

  checkAllUsed() {
    if (this.used !== this.received.size) this.fault("E_DISCLOSURE_UNREFERENCED", 18);
  }
}

/** @returns {unknown[] | null} two or three elements, all but the last texts; null for anything else */
function decoded(text) {
  let elements;
  try {
    elements = decodeJson(base64urlBytes(text), MAX_DISCLOSURE_CHARACTERS);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    if (error.kind === "depth" || error.kind === "size") throw new SdJwtRefused("E_LIMIT", 0);
    return null;
  }
  const fits = Array.isArray(elements) && (elements.length === 2 || elements.length === 3);
  return fits && elements.slice(0, -1).every((part) => typeof part === "string") ? elements : null;
}

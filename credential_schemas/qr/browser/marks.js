/**
 * Marks that stand for values; the JavaScript of credential_schemas/qr/marks.py, reading only.
 *
 * Source: docs/formats/qr-payload.md section 5
 */

import { base64url } from "./native.js";
import { QrPayloadError } from "./refusal.js";

export const SEPARATOR = "\x00";
export const NEXT_DIGEST = "\x01";
export const NUMBERED_DIGEST = "\x02";
const FIRST_NUMBERED = 0x20;
const LAST_NUMBERED = 0x7e;
export const ISSUER = "\x16";
const RAW_32 = "\x03";
const DATE = "\x04";
const FIRST_RECENT = 0x05;
const RECENT_DATES = 4;
const MIDNIGHT = "\x09";
const RAW_12 = "\x0a";
const FIRST_RUN = 0x0b;
const SHORTEST_RUN = 4;
const RUN_BYTES = [2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6]; // of 4 to 14 digits
const RESOLVED_LATER = [SEPARATOR, NEXT_DIGEST, NUMBERED_DIGEST, ISSUER];
const DAY_ZERO_MS = Date.UTC(1900, 0, 1);
const DAY_S = 86400;
const KOREAN_OFFSET_S = 9 * 3600;

/**
 * @param {string} mark of a numbered digest, with the character behind it
 * @returns {number} the number of the disclosure, from 0 to 94; -1 for any other character
 */
export function namedNumber(mark) {
  const code = mark.charCodeAt(1);
  return code >= FIRST_NUMBERED && code <= LAST_NUMBERED ? code - FIRST_NUMBERED : -1;
}

/** Raw values, read in the order in which their marks stand. */
export class ValueReader {
  #data;
  #at = 0;

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
  }

  /**
   * @param {number} count
   * @returns {Uint8Array} the next bytes
   * @throws {QrPayloadError} kind `structure`: not so many are left
   */
  take(count) {
    const taken = this.#data.subarray(this.#at, this.#at + count);
    if (taken.length !== count) refuse("expected more raw values than the payload has");
    this.#at += count;
    return taken;
  }

  /**
   * @param {number} count at most 6, so that the number is exact
   * @returns {number} the next bytes, big-endian
   */
  number(count) {
    return this.take(count).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** @throws {QrPayloadError} kind `structure`: values are left that no mark asked for */
  finish() {
    if (this.#at !== this.#data.length) refuse("expected no raw value without a mark");
  }
}

/**
 * Put the values back; separators and the marks of digests and of the issuer stay.
 *
 * @param {string} marked
 * @param {ValueReader} reader
 * @returns {string}
 * @throws {QrPayloadError} kind `structure`: values are missing, a mark has no meaning, or a value is out of its range
 */
export function restoreValues(marked, reader) {
  let recent = []; // the last four different dates, the latest first
  const restoreDate = (mark) => {
    const text = mark === DATE ? dateAfter(reader.number(2)) : recent[mark.charCodeAt(0) - FIRST_RECENT];
    if (text === undefined) refuse("expected a mark of a date that was there before");
    recent = [text, ...recent.filter((other) => other !== text)].slice(0, RECENT_DATES);
    return text;
  };
  return marked.replace(/[\x00-\x1f]/g, (mark) => {
    const code = mark.charCodeAt(0);
    if (RESOLVED_LATER.includes(mark)) return mark;
    if (mark === RAW_32) return base64url(reader.take(32));
    if (mark === RAW_12) return base64url(reader.take(12));
    if (mark === MIDNIGHT) return String(reader.number(2) * DAY_S - KOREAN_OFFSET_S);
    if (mark === DATE || (code >= FIRST_RECENT && code < FIRST_RECENT + RECENT_DATES)) return restoreDate(mark);
    return restoreRun(code - FIRST_RUN + SHORTEST_RUN, reader);
  });
}

/** @returns {string} the date so many days after 1900-01-01 */
function dateAfter(days) {
  return new Date(DAY_ZERO_MS + days * DAY_S * 1000).toISOString().slice(0, 10);
}

/** @returns {string} a run of digits, leading zeros included */
function restoreRun(length, reader) {
  const count = RUN_BYTES[length - SHORTEST_RUN];
  if (count === undefined) refuse("expected a mark that has a meaning");
  const text = String(reader.number(count)).padStart(length, "0");
  if (text.length !== length) refuse(`expected a number of ${length} digits`);
  return text;
}

function refuse(detail) {
  throw new QrPayloadError("structure", detail);
}

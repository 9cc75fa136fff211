/** Dates in tokens, and the Korean days they fall on; as credential_schemas/numeric_date.py and claim_members.py. */

import { MAX_NUMERIC_DATE } from "./limits.js";
import { Fraction } from "./strict_json.js";

export const DAY_S = 86_400;
export const KST_OFFSET_S = 9 * 3600;

/**
 * @param {unknown} value of a claim
 * @returns {number | null} seconds since 1970, where it is a NumericDate in a sane range
 */
export function numericDate(value) {
  const seconds = value instanceof Fraction ? value.value : value;
  return typeof seconds === "number" && seconds > 0 && seconds < MAX_NUMERIC_DATE ? seconds : null;
}

/**
 * @param {number} seconds since 1970
 * @returns {string} the Korean day, YYYY-MM-DD
 */
export function koreanDay(seconds) {
  return dayText(Math.floor((seconds + KST_OFFSET_S) / DAY_S));
}

/**
 * @param {number} days since 1970-01-01
 * @returns {string} YYYY-MM-DD
 */
export function dayText(days) {
  return new Date(days * DAY_S * 1000).toISOString().slice(0, 10);
}

/**
 * @param {number} seconds since 1970
 * @returns {string} RFC 3339 in UTC with whole seconds
 */
export function timestamp(seconds) {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

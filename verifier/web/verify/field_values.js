/** What a claim's value may be; the JavaScript of credential_schemas/field_kinds.py and claim_members.py. */

import { MAX_NUMERIC_DATE } from "./limits.js";
import { DAY_S, KST_OFFSET_S, dayText } from "./numeric_date.js";
import { ClaimError } from "./refusal.js";
import { Fraction } from "./strict_json.js";

export const MAX_STATUS_INDEX = 2 ** 32 - 1;
const MAX_TEXT_CHARACTERS = 1000;
const MAX_LIST_ITEMS = 100;
const REFUSED_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;
// The white space of Python's str.strip, which differs from trim() in 1C to 1F, 85 and FEFF.
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const UNIT = "[0-9]{10}_[0-9]{2}v[0-9]{1,3}";
const PATTERNS = {
  term: /^[0-9]{4}-[12SW]$/,
  item_code: /^[0-9A-Z]{4}$/,
  course_id: /^[A-Z]{3}[0-9]{14}$/,
  provider_id: /^[0-9]{12}$/,
  business_number: /^[0-9]{10}$/,
  ncs_unit: new RegExp(`^${UNIT}$`),
  ncs_code: new RegExp(`^(?:[0-9]{8}|${UNIT})$`),
};
const CLASS_CODE = /^[0-9A-Z]{1,10}$/;
const RANGES = {
  integer: [0, 2 ** 31],
  hours: [0, 100_000],
  level: [1, 8],
  entry_idx: [0, MAX_STATUS_INDEX],
  decimal: [0, 1_000_000],
  percent: [0, 100],
  credits: [0, 1000],
};
const FRACTIONS_ALLOWED = ["decimal", "percent", "credits"];
const CHECKS = { text: checkText, body: checkText, date: checkDay, boolean: checkBoolean, ncs_units: checkUnits };

/** @returns {string} a text that can be signed, printed and compared */
export function checkText(value, path) {
  if (typeof value !== "string" || BLANK.test(value)) throw new ClaimError(path);
  if ([...value].length > MAX_TEXT_CHARACTERS) throw new ClaimError(path, "too_long");
  if (REFUSED_CHARACTERS.test(value)) throw new ClaimError(path, "control_character");
  if (value.normalize("NFC") !== value) throw new ClaimError(path, "not_nfc");
  return value;
}

/** @returns {string} YYYY-MM-DD of a day that exists */
export function checkDay(value, path) {
  const found = typeof value === "string" ? DAY.exec(value) : null;
  if (found === null) throw new ClaimError(path);
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw new ClaimError(path);
  return value;
}

/** @returns {number} a whole number in a range, written as one */
export function checkInteger(value, path, [least, most]) {
  if (typeof value !== "number" || value < least || value > most) throw new ClaimError(path);
  return value;
}

/** @returns {string} the day that begins with a midnight in Korea */
export function readMidnight(value, path, daysBefore = 0) {
  const seconds = checkInteger(value, path, [0, MAX_NUMERIC_DATE]) + KST_OFFSET_S;
  if (seconds % DAY_S !== 0) throw new ClaimError(path, "not_a_day");
  return dayText(seconds / DAY_S - daysBefore);
}

/** @returns {Map<string, unknown>} */
export function readObject(value, path) {
  if (!(value instanceof Map)) throw new ClaimError(path);
  return value;
}

/** Refuse members that nobody knows. */
export function refuseUnknown(members, known, path) {
  const unknown = [...members.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) throw new ClaimError(placeOf(path, unknown[0]), "unknown_claim");
}

/** Name a member nobody knows without repeating arbitrary text. */
export function placeOf(path, name) {
  const shown = /^[A-Za-z0-9_#]{1,40}$/.test(name) ? name : "?";
  return path === "" ? shown : `${path}.${shown}`;
}

/** @returns {string | null} a text that may be absent */
export function optionalText(members, name, path) {
  return members.has(name) ? checkText(members.get(name), `${path}.${name}`) : null;
}

/** Check that a value is of its field's kind. */
export function checkValue(value, field, path) {
  const { kind } = field;
  if (Object.hasOwn(CHECKS, kind)) CHECKS[kind](value, path);
  else if (kind === "enum") {
    if (typeof value !== "string" || !Object.hasOwn(field.values, value)) throw new ClaimError(path, "unknown_value");
  } else if (Object.hasOwn(PATTERNS, kind)) checkCode(value, PATTERNS[kind], path);
  else if (Object.hasOwn(RANGES, kind)) checkNumber(value, kind, path);
  else checkCodedName(value, path);
}

function checkBoolean(value, path) {
  if (typeof value !== "boolean") throw new ClaimError(path);
}

function checkCode(value, pattern, path) {
  if (typeof value !== "string" || !pattern.test(value)) throw new ClaimError(path);
}

function checkNumber(value, kind, path) {
  const number = FRACTIONS_ALLOWED.includes(kind) && value instanceof Fraction ? value.value : value;
  checkInteger(number, path, RANGES[kind]);
}

function checkUnits(value, path) {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_LIST_ITEMS) throw new ClaimError(path);
  value.forEach((unit, index) => {
    checkCode(unit, PATTERNS.ncs_unit, `${path}[${index}]`);
    if (value.indexOf(unit) < index) throw new ClaimError(`${path}[${index}]`, "repeated");
  });
}

function checkCodedName(value, path) {
  if (!(value instanceof Map) || value.size !== 2 || !value.has("code") || !value.has("name")) {
    throw new ClaimError(path);
  }
  checkCode(value.get("code"), CLASS_CODE, `${path}.code`);
  checkText(value.get("name"), `${path}.name`);
}

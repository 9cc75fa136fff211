/** Every limit of the QR payload, as in credential_schemas/qr/limits.py. */

export const MAX_TEXT_CHARACTERS = 4296; // of one code, address included
export const MAX_INFLATED = 64 * 1024; // bytes after DEFLATE, and again characters after the words are put in
export const MAX_CODES = 4;
export const MAX_DISCLOSURES = 256;

/**
 * Whether a text has more Unicode characters than a limit; a pair of UTF-16 units is one character.
 *
 * @param {string} text
 * @param {number} limit
 * @returns {boolean}
 */
export function isLongerThan(text, limit) {
  return text.length > limit && (text.length > 2 * limit || characterCount(text) > limit);
}

/**
 * @param {string} text
 * @returns {number} Unicode characters, not UTF-16 units
 */
export function characterCount(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

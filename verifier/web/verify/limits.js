/** The limits of reading and verifying, as in credential_schemas/limits.py. */

export const MAX_SD_JWT_CHARACTERS = 256 * 1024;
export const MAX_DISCLOSURES = 256;
export const MAX_DISCLOSURE_CHARACTERS = 16 * 1024;
export const MAX_DISCLOSURE_RECURSION = 8;

export const CLOCK_SKEW_S = 60;
export const MAX_NUMERIC_DATE = 2 ** 33;
export const KEY_BINDING_MAX_AGE_S = 300;

export const MAX_STATUS_TOKEN_BYTES = 2 * 1024 * 1024;
export const MAX_STATUS_LIST_BYTES = 4 * 1024 * 1024;
export const MAX_STATUS_CACHE_S = 12 * 3600;
export const MIN_STATUS_CACHE_S = 60;
export const MAX_STATUS_GRACE_S = 72 * 3600;

/** Take a compact SD-JWT apart, before anything in it is believed; the JavaScript of credential_schemas/sd_jwt/parse.py. */

import { JwsRefused, parseCompact } from "./jws.js";
import { MAX_DISCLOSURES, MAX_DISCLOSURE_CHARACTERS, MAX_SD_JWT_CHARACTERS } from "./limits.js";
import { SdJwtRefused } from "./refusal.js";
import { DecodingError, decodeJsonObject } from "./strict_json.js";

const JWS_REFUSALS = { size: ["E_LIMIT", 0], duplicate_member: ["E_DUP_KEY", 2], header: ["E_HEADER", 2] };

/**
 * @param {string} token compact serialisation without white space around it
 * @returns {{token: string, jws: object, payload: Map, presented: string, disclosures: string[],
 *   keyBinding: string | null}} nothing verified; `presented` is the text up to and including the last `~`
 * @throws {SdJwtRefused} steps 0 to 2
 */
export function parseSdJwt(token) {
  const { issuerJwt, disclosures, keyBinding } = split(token);
  let jws;
  try {
    jws = parseCompact(issuerJwt, MAX_SD_JWT_CHARACTERS);
  } catch (error) {
    if (!(error instanceof JwsRefused)) throw error;
    throw new SdJwtRefused(...(JWS_REFUSALS[error.kind] ?? ["E_FORMAT", 1]));
  }
  return {
    token,
    jws,
    payload: payloadOf(jws.payload),
    presented: token.slice(0, token.length - keyBinding.length),
    disclosures,
    keyBinding: keyBinding === "" ? null : keyBinding,
  };
}

function split(token) {
  const parts = token.split("~");
  if (token.length > MAX_SD_JWT_CHARACTERS || parts.length - 1 > MAX_DISCLOSURES + 1) {
    throw new SdJwtRefused("E_LIMIT", 0);
  }
  if (parts.length === 1 || !/^[\u0000-\u007f]*$/.test(token)) throw new SdJwtRefused("E_FORMAT", 1);
  const [issuerJwt, ...disclosures] = parts;
  const keyBinding = disclosures.pop();
  if (keyBinding !== "" && keyBinding.split(".").length !== 3) throw new SdJwtRefused("E_FORMAT", 1);
  for (const disclosure of disclosures) {
    if (disclosure.length > MAX_DISCLOSURE_CHARACTERS) throw new SdJwtRefused("E_LIMIT", 0);
    if (disclosure === "") throw new SdJwtRefused("E_DISCLOSURE_FORMAT", 1);
  }
  return { issuerJwt, disclosures, keyBinding };
}

function payloadOf(data) {
  try {
    return decodeJsonObject(data, MAX_SD_JWT_CHARACTERS);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new SdJwtRefused(...codeOf(error.kind, data));
  }
}

function codeOf(kind, data) {
  if (kind === "duplicate_member") return ["E_DUP_KEY", 2];
  if (kind === "depth" || kind === "size") return ["E_LIMIT", 0];
  const text = kind === "number" ? new TextDecoder().decode(data) : "NaN";
  return text.includes("NaN") || text.includes("Infinity") ? ["E_PAYLOAD", 2] : ["E_CLAIM_TYPE", 2];
}

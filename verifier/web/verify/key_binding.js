/** Check for whom a presentation was made: steps 23 to 28; the JavaScript of credential_schemas/sd_jwt/key_binding.py. */

import { digestFunction } from "./disclosures.js";
import { JwkRefused, JwsRefused, checkHeader, checkSignature, keyOfJwk, parseCompact } from "./jws.js";
import { CLOCK_SKEW_S, KEY_BINDING_MAX_AGE_S, MAX_SD_JWT_CHARACTERS } from "./limits.js";
import { numericDate } from "./numeric_date.js";
import { SdJwtRefused } from "./refusal.js";
import { DecodingError, decodeJsonObject } from "./strict_json.js";

const CODES = {
  size: "E_LIMIT",
  base64url: "E_FORMAT",
  header: "E_KB_TYP",
  duplicate_member: "E_DUP_KEY",
  typ: "E_KB_TYP",
  crit: "E_CRIT",
  key_in_header: "E_KEY",
  algorithm: "E_KB_ALG",
  signature: "E_KB_SIGNATURE",
};

/**
 * @param {object} parsed of `parseSdJwt`
 * @param {Map} claims processed
 * @param {object} policy of `examineSdJwtVc`
 * @param {number} now
 * @returns {Promise<SdJwtRefused[]>} in order of their steps; none when the binding holds or none is there or required
 */
export async function examineKeyBinding(parsed, claims, policy, now) {
  if (parsed.keyBinding === null && policy.keyBinding?.required) return [new SdJwtRefused("E_KB_MISSING", 23)];
  try {
    const jwk = confirmationJwk(claims);
    if (parsed.keyBinding === null) return [];
    const binding = await verifiedClaims(parsed.keyBinding, await holderKey(jwk));
    return [
      ...timeRefusals(binding, policy, now),
      ...transactionRefusals(binding, policy),
      ...(await hashRefusals(binding, parsed, policy)),
    ];
  } catch (refusal) {
    if (!(refusal instanceof SdJwtRefused)) throw refusal;
    return [refusal];
  }
}

function confirmationJwk(claims) {
  const confirmation = claims.has("cnf") ? claims.get("cnf") : new Map();
  if (!(confirmation instanceof Map)) throw new SdJwtRefused("E_CNF", 24);
  if (!confirmation.has("jwk")) return null;
  const jwk = confirmation.get("jwk");
  if (!(jwk instanceof Map) || jwk.has("d") || jwk.has("k")) throw new SdJwtRefused("E_CNF", 24);
  return jwk;
}

async function holderKey(jwk) {
  try {
    if (jwk !== null) return await keyOfJwk(jwk);
  } catch (error) {
    if (!(error instanceof JwkRefused)) throw error;
  }
  throw new SdJwtRefused("E_CNF", 24);
}

async function verifiedClaims(token, key) {
  let jws;
  try {
    jws = parseCompact(token, MAX_SD_JWT_CHARACTERS);
    if (jws.header.has("x5c")) throw new SdJwtRefused("E_KEY", 25);
    checkHeader(jws.header, "kb+jwt");
    await checkSignature(jws, key);
  } catch (error) {
    if (!(error instanceof JwsRefused)) throw error;
    throw new SdJwtRefused(CODES[error.kind], 25);
  }
  try {
    return decodeJsonObject(jws.payload, MAX_SD_JWT_CHARACTERS);
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    throw new SdJwtRefused(error.kind === "duplicate_member" ? "E_DUP_KEY" : "E_KB_CLAIMS", 26);
  }
}

function timeRefusals(binding, policy, now) {
  const refusals = [];
  const issued = numericDate(binding.get("iat"));
  const oldest = now - (policy.keyBinding?.maxAgeS ?? KEY_BINDING_MAX_AGE_S);
  if (issued === null || issued < oldest || issued > now + CLOCK_SKEW_S) {
    refusals.push(new SdJwtRefused("E_KB_IAT", 26));
  }
  const expires = numericDate(binding.get("exp"));
  if (binding.has("exp") && !(expires !== null && now - policy.leewayS < expires)) {
    refusals.push(new SdJwtRefused("E_KB_CLAIMS", 26));
  }
  const notBefore = numericDate(binding.get("nbf"));
  if (binding.has("nbf") && !(notBefore !== null && notBefore <= now + policy.leewayS)) {
    refusals.push(new SdJwtRefused("E_KB_CLAIMS", 26));
  }
  return refusals;
}

function transactionRefusals(binding, policy) {
  if (policy.keyBinding === null) return [new SdJwtRefused("E_KB_AUD", 27)];
  const refusals = [];
  if (binding.get("aud") !== policy.keyBinding.audience) refusals.push(new SdJwtRefused("E_KB_AUD", 27));
  if (binding.get("nonce") !== policy.keyBinding.nonce) refusals.push(new SdJwtRefused("E_KB_NONCE", 27));
  return refusals;
}

async function hashRefusals(binding, parsed, policy) {
  const digest = digestFunction(parsed.payload, policy.digestAlgorithms);
  return binding.get("sd_hash") === (await digest(parsed.presented)) ? [] : [new SdJwtRefused("E_KB_SD_HASH", 28)];
}

/**
 * Verify an SD-JWT VC, steps 0 to 28 in order; the JavaScript of credential_schemas/sd_jwt/verify.py.
 *
 * Source: RFC 9901 section 7; SD-JWT VC draft -19 section 2; RFC 8725 section 3
 */

import { processDisclosures } from "./disclosures.js";
import { JwsRefused, checkHeader, checkSignature } from "./jws.js";
import { examineKeyBinding } from "./key_binding.js";
import { CLOCK_SKEW_S } from "./limits.js";
import { numericDate } from "./numeric_date.js";
import { parseSdJwt } from "./parse.js";
import { CannotDecide, SdJwtRefused } from "./refusal.js";

const LAST_DIGEST_STEP = 19;
const HEADER_REFUSALS = {
  typ: ["E_TYP", 3],
  algorithm: ["E_ALG", 4],
  crit: ["E_CRIT", 5],
  key_in_header: ["E_KEY", 6],
  signature: ["E_SIGNATURE", 8],
};
const DEFAULTS = {
  typ: "dc+sd-jwt",
  digestAlgorithms: ["sha-256"],
  leewayS: CLOCK_SKEW_S,
  requiredClaims: ["exp"],
  keyBinding: null,
};

/**
 * Verify, and report every independent finding: up to step 18 the first failure ends the examination.
 *
 * @param {string} token
 * @param {{expectedTypes: string[], typ?: string, digestAlgorithms?: string[], leewayS?: number,
 *   requiredClaims?: string[], keyBinding?: {audience: string, nonce: string, maxAgeS?: number, required: boolean}}} demands
 * @param {(header: Map, unverifiedPayload: Map) => CryptoKey} findKey throws `SdJwtRefused` of step 6
 * @param {number} now seconds since 1970
 * @returns {Promise<{refusals: SdJwtRefused[], verified: object | null}>}
 * @throws {CannotDecide} `certificate_chain`: the token brings a chain, which only the service judges
 */
export async function examineSdJwtVc(token, demands, findKey, now) {
  const policy = { ...DEFAULTS, ...demands };
  let parsed, processed;
  try {
    parsed = parseSdJwt(token);
    await checkProof(parsed, policy, findKey);
    processed = await processDisclosures(parsed.payload, parsed.disclosures, policy.digestAlgorithms);
  } catch (refusal) {
    if (!(refusal instanceof SdJwtRefused)) throw refusal;
    return { refusals: [refusal], verified: null };
  }
  const faults = processed.faults.slice(0, 1);
  if (faults.length > 0 && faults[0].step < LAST_DIGEST_STEP) return { refusals: faults, verified: null };
  const { claims } = processed;
  const refusals = [...faults, ...typeRefusals(claims, policy), ...timeRefusals(claims, policy, now)];
  const bindingRefusals = await examineKeyBinding(parsed, claims, policy, now);
  const verified = {
    header: parsed.jws.header,
    payload: claims,
    undisclosedMembers: processed.undisclosedMembers,
    undisclosedElements: processed.undisclosedElements,
    keyBound: parsed.keyBinding !== null && bindingRefusals.length === 0,
  };
  return { refusals: [...refusals, ...bindingRefusals], verified };
}

async function checkProof(parsed, policy, findKey) {
  try {
    checkHeader(parsed.jws.header, policy.typ);
    const key = await keyOf(parsed, policy, findKey);
    await checkSignature(parsed.jws, key);
  } catch (error) {
    if (!(error instanceof JwsRefused)) throw error;
    throw new SdJwtRefused(...HEADER_REFUSALS[error.kind]);
  }
}

async function keyOf(parsed, policy, findKey) {
  try {
    const key = await findKey(parsed.jws.header, parsed.payload);
    // The issuer is known, so the matter is one of certificates, which this page does not judge.
    if (parsed.jws.header.has("x5c")) throw new CannotDecide("certificate_chain");
    return key;
  } catch (refusal) {
    if (!(refusal instanceof SdJwtRefused)) throw refusal;
    if (refusal.trust === "key_unknown" && parsed.jws.header.has("x5c")) throw new CannotDecide("certificate_chain");
    if (refusal.trust === "issuer_not_trusted") await checkIssuerNotHidden(parsed, policy);
    throw refusal;
  }
}

/** Name the better reason when no issuer was found because `iss` is in a disclosure (step 19, met early). */
async function checkIssuerNotHidden(parsed, policy) {
  if (parsed.payload.has("iss")) return;
  const { claims } = await processDisclosures(parsed.payload, parsed.disclosures, policy.digestAlgorithms);
  if (claims.has("iss")) throw new SdJwtRefused("E_NOT_SELECTIVELY_DISCLOSABLE", 6);
}

function typeRefusals(claims, policy) {
  const vct = claims.get("vct");
  const aliases = claims.has("aka_vcts") ? claims.get("aka_vcts") : [];
  const isName = (name) => typeof name === "string" && name !== "";
  const formed = isName(vct) && Array.isArray(aliases) && aliases.every(isName) && !aliases.includes(vct);
  const expected = formed && [vct, ...aliases].some((name) => policy.expectedTypes.includes(name));
  return expected ? [] : [new SdJwtRefused("E_VCT", 20)];
}

function timeRefusals(claims, policy, now) {
  const date = (name) => numericDate(claims.get(name));
  const refusals = ["exp", "nbf", "iat"]
    .filter((name) => claims.has(name) && date(name) === null)
    .map(() => new SdJwtRefused("E_CLAIM_TYPE", 21));
  const [issued, notBefore, expires] = [date("iat"), date("nbf"), date("exp")];
  if (issued !== null && issued > now + policy.leewayS) refusals.push(new SdJwtRefused("E_CLAIM_TYPE", 21));
  if (notBefore !== null && notBefore > now + policy.leewayS) refusals.push(new SdJwtRefused("E_NOT_YET_VALID", 22));
  if (expires !== null && expires <= now - policy.leewayS) refusals.push(new SdJwtRefused("E_EXPIRED", 22));
  const missing = policy.requiredClaims.filter((name) => !claims.has(name));
  return [...refusals, ...missing.map(() => new SdJwtRefused("E_REQUIRED", 22))];
}

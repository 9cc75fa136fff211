/**
 * The checks of a credential, each with its outcome and reason; the JavaScript of verifier/checks/.
 *
 * A check is `{name, outcome, reason, detail}`; those that are not here are skipped in the report.
 */

import { koreanDay, numericDate, timestamp } from "./numeric_date.js";
import { ClaimError } from "./refusal.js";

export const PROOF_CHECKS = ["format", "issuer_trust", "signature", "digests"];
const KEY_STEP = 6;
const SIGNATURE_STEP = 8;
const LAST_DIGEST_STEP = 19;
const BINDING_STEP = 23;
const TIMES = ["exp", "nbf", "iat"];
const DEFAULT_REASON = {
  format: "format_invalid",
  signature: "signature_invalid",
  digests: "digests_invalid",
  type_schema: "claims_invalid",
  holder_binding: "holder_binding_invalid",
};
const STATUS_FAILED = {
  1: ["revoked", "E_STATUS_INVALID"],
  2: ["suspended", "E_STATUS_SUSPENDED"],
  3: ["corrected", "E_STATUS_CORRECTED"],
};
const STATUS_CODES = {
  status_stale: "E_STATUS_STALE",
  status_invalid: "E_STATUS_TOKEN",
  status_rolled_back: "E_STATUS_ROLLBACK",
  status_unavailable: "E_STATUS_UNAVAILABLE",
};
const ENTRY_STATUS = ["valid", "revoked", "suspended", "corrected"];
const MAX_SHOWN_LINK = 200;

/** @returns {object} a check */
export function check(name, outcome, reason = null, detail = {}) {
  return { name, outcome, reason, detail };
}

function refused(name, refusals, vocabulary, more = {}) {
  const [first] = refusals;
  const codes = refusals.length > 1 ? { codes: refusals.map((refusal) => refusal.code) } : {};
  const reason = vocabulary.reasonOf(name, first.code) ?? DEFAULT_REASON[name];
  return check(name, "failed", reason, { code: first.code, ...codes, ...more });
}

/**
 * Tell the steps of one examination apart: `format` to `digests`, `validity_time`, and `type_schema` where a step failed.
 *
 * @returns {{checks: object[], proved: object | null, bindingRefusals: object[]}} `proved` only when every proof passed
 */
export function credentialChecks({ refusals, verified }, { vocabulary, issuer }) {
  if (verified === null) return { checks: stopped(refusals[0], vocabulary), proved: null, bindingRefusals: [] };
  const digests = refusals.find((refusal) => refusal.step <= LAST_DIGEST_STEP);
  if (digests !== undefined) return { checks: stopped(digests, vocabulary), proved: null, bindingRefusals: [] };
  const checks = PROOF_CHECKS.map((name) => check(name, "passed"));
  if (issuer?.development) checks[1] = check("issuer_trust", "passed", null, { development: true });
  const content = refusals.filter((refusal) => refusal.step < BINDING_STEP);
  const early = startsLater(content, verified.payload);
  const times = content.filter((each) => ["E_EXPIRED", "E_NOT_YET_VALID"].includes(each.code) || each === early);
  const types = content.filter((each) => !times.includes(each));
  checks.push(validityTime(times, verified.payload, vocabulary));
  if (types.length > 0) checks.push(refused("type_schema", types, vocabulary));
  return { checks, proved: verified, bindingRefusals: refusals.filter((refusal) => refusal.step >= BINDING_STEP) };
}

function stopped(refusal, vocabulary) {
  if (refusal.trust !== "") {
    return [check("format", "passed"), check("issuer_trust", "unknown", refusal.trust, { code: refusal.code })];
  }
  let failed = "digests";
  if (refusal.step <= SIGNATURE_STEP) failed = refusal.step <= KEY_STEP ? "format" : "signature";
  const before = PROOF_CHECKS.slice(0, PROOF_CHECKS.indexOf(failed));
  return [...before.map((name) => check(name, "passed")), refused(failed, [refusal], vocabulary)];
}

/** The refusal that stands for an issue time in the future, which is "not yet valid" and no wrong type. */
function startsLater(refusals, payload) {
  if (TIMES.some((name) => payload.has(name) && numericDate(payload.get(name)) === null)) return undefined;
  return refusals.find((refusal) => refusal.code === "E_CLAIM_TYPE");
}

function validityTime(refusals, payload, vocabulary) {
  if (refusals.length === 0) return check("validity_time", "passed");
  const ended = refusals[0].code === "E_EXPIRED";
  const times = (ended ? ["exp"] : ["nbf", "iat"]).map((name) => numericDate(payload.get(name)) ?? 0);
  const seconds = Math.trunc(Math.max(...times)) - (ended ? 86_400 : 0);
  return refused("validity_time", refusals, vocabulary, { date: koreanDay(seconds) });
}

/** Judge the key binding of a proved credential; a page has no place to remember nonces. */
export function holderBindingCheck({ proved, bindingRefusals }, { vocabulary, keyBinding, profile }) {
  const name = "holder_binding";
  if (proved === null) return check(name, "skipped");
  if (bindingRefusals.length > 0) {
    const notAsked = keyBinding === null && bindingRefusals.every((refusal) => refusal.code === "E_KB_AUD");
    if (notAsked) return check(name, "unknown", "holder_binding_not_asked", { code: "E_KB_AUD" });
    return refused(name, bindingRefusals, vocabulary);
  }
  if (proved.keyBound && keyBinding !== null) return check(name, "unknown", "nonce_not_tracked");
  if (profile.require_holder_binding) return check(name, "failed", "holder_binding_missing", { code: "E_KB_MISSING" });
  return check(name, "skipped", "holder_not_bound");
}

/** @returns {"none" | "failed" | "verified"} the word of `certificate.holder_binding` */
export function bindingWord(holderBinding) {
  if (holderBinding.outcome === "passed") return "verified";
  return holderBinding.reason === "holder_not_bound" ? "none" : "failed";
}

/** Judge the claims of a proved credential, or say what is wrong with them. */
export function typeSchemaCheck(claims, issuer) {
  const name = "type_schema";
  if (claims instanceof ClaimError) {
    return check(name, "failed", "claims_invalid", { field: claims.field, kind: claims.kind });
  }
  const trusted = issuer.trustedType(claims.vct);
  const allowed = trusted === null ? new Set() : trusted.entryTypes;
  const foreign = claims.entries.map((entry) => entry.type).filter((type) => allowed !== null && !allowed.has(type));
  if (foreign.length === 0) return check(name, "passed");
  return check(name, "unknown", "entry_type_not_trusted", { entry_types: [...new Set(foreign)].sort() });
}

/** Read the certificate's status from a list, or say why it could not be learnt; never "not revoked" by default. */
export function statusCheck({ token, reason }, index) {
  const name = "status";
  if (token === null || reason !== null) {
    const why = reason ?? "status_unavailable";
    return check(name, "unknown", why, { code: STATUS_CODES[why] });
  }
  const value = token.value(index);
  if (value === null) return check(name, "unknown", "status_invalid", { code: "E_STATUS_TOKEN" });
  if (value === 0) return check(name, "passed", null, { replay_check: "unknown" });
  if (Object.hasOwn(STATUS_FAILED, value)) {
    const [why, code] = STATUS_FAILED[value];
    return check(name, "failed", why, { code });
  }
  return check(name, "unknown", "status_value_unknown", { code: "E_STATUS_VALUE", value });
}

/** @returns {string[]} the status of each entry on a Korean day; without a usable list only an entry's end is known */
export function entryStatuses(entries, token, today) {
  return entries.map((entry) => {
    const value = token === null ? null : token.value(entry.idx);
    const status = value === null ? "unknown" : (ENTRY_STATUS[value] ?? "unknown");
    const last = entry.fields.get("valid_until");
    const ended = typeof last === "string" && last < today;
    return ended && (status === "valid" || status === "unknown") ? "expired" : status;
  });
}

/** Judge the entries together: what has ended speaks for itself, the rest stays good. */
export function entryStatusCheck(statuses, listRead) {
  const name = "entry_status";
  if (statuses.length === 0) return check(name, "unknown", "no_entry_disclosed");
  const unknown = statuses.filter((status) => status === "unknown").length;
  const ended = statuses.filter((status) => status !== "valid" && status !== "unknown").length;
  if (ended === statuses.length) return check(name, "failed", "no_entry_in_force", { count: ended });
  if (unknown > 0) {
    return check(name, "unknown", listRead ? "entry_status_undefined" : "entry_status_unavailable", { count: unknown });
  }
  return ended > 0 ? check(name, "passed", "superseded", { count: ended }) : check(name, "passed");
}

/** Say whether a proof of inclusion is needed: the profile demands it, or the key is distrusted since some time. */
export function logInclusionCheck(proved, issuer, profile) {
  const name = "log_inclusion";
  const kid = proved.header.get("kid");
  const since = typeof kid === "string" ? issuer.distrustedSince(kid) : null;
  if (since === null && !profile.require_log) return check(name, "skipped");
  return check(name, "unknown", "log_proof_missing", since === null ? {} : { key_distrusted_since: timestamp(since) });
}

/** Judge where the codes lead: a telephone goes there. */
export function linksCheck(addresses, issuer) {
  const name = "print_match";
  const known = new Set([...issuer.verifyUrls, issuer.id].map(originOf));
  const foreign = issuer.verifyUrls.length === 0 ? [] : addresses.filter((address) => !known.has(originOf(address)));
  if (foreign.length === 0) return check(name, "skipped");
  return check(name, "unknown", "qr_link_foreign", { links: foreign.map((each) => each.slice(0, MAX_SHOWN_LINK)) });
}

/** @returns {string} scheme and authority in small letters; an address without them is like no other */
function originOf(address) {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/.exec(address.toLowerCase());
  return found === null ? "" : `${found[1]}://${found[2]}`;
}

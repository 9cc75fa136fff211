/**
 * Verify a credential in the browser, and say what the service would say: the same checks, reasons and Report.
 *
 * Nothing here asks the network: the caller gives the trust bundle and finds status lists. Where the page lacks the
 * means, it throws `CannotDecide`; it never says more than Python would. The tests give both the same vectors.
 *
 * Source: verifier/checks/assembling.py, docs/formats/report.md
 */

import {
  bindingWord,
  credentialChecks,
  entryStatusCheck,
  entryStatuses,
  holderBindingCheck,
  linksCheck,
  logInclusionCheck,
  statusCheck,
  typeSchemaCheck,
} from "./verify/checks.js";
import { readPresented } from "./verify/claims.js";
import { koreanDay, timestamp } from "./verify/numeric_date.js";
import { ClaimError } from "./verify/refusal.js";
import { plain, reportOf } from "./verify/report.js";
import { examineSdJwtVc } from "./verify/sd_jwt.js";

export { CannotDecide } from "./verify/refusal.js";
export { TrustBundle } from "./verify/trust.js";
export { Vocabulary } from "./verify/vocabulary.js";

/**
 * @param {string} token compact SD-JWT, hostile
 * @param {{bundle: import("./verify/trust.js").TrustBundle, vocabulary: import("./verify/vocabulary.js").Vocabulary,
 *   profile: object, findStatus: (uri: string, issuer: object, now: number) => Promise<object>,
 *   keyBinding?: object}} rules whom to believe, what must hold, and where lists come from; `findStatus` answers
 *   `{token, reason}` and is asked for a proved credential only
 * @param {{now: number, evidence: object, addresses: string[]}} circumstances whole seconds since 1970, what was handed
 *   in, and where the codes lead
 * @returns {Promise<object>} the Report
 * @throws {CannotDecide} this page cannot judge it
 */
export async function verifyCredential(token, rules, { now, evidence, addresses }) {
  const { bundle, vocabulary, profile, keyBinding = null } = rules;
  let issuer = null;
  const findKey = (header, unverifiedPayload) => {
    issuer = bundle.issuer(unverifiedPayload.get("iss"));
    return bundle.findKey(header, unverifiedPayload);
  };
  const examination = await examineSdJwtVc(token, { expectedTypes: bundle.types, keyBinding }, findKey, now);
  const findings = credentialChecks(examination, { vocabulary, issuer });
  const holderBinding = holderBindingCheck(findings, { vocabulary, keyBinding, profile });
  const checks = [...findings.checks, holderBinding];
  const claims = findings.proved === null ? null : claimsOf(findings.proved, vocabulary);
  if (claims !== null && !checks.some((each) => each.name === "type_schema")) {
    checks.push(typeSchemaCheck(claims, issuer));
  }
  let content = null;
  let answer = { token: null, reason: null };
  if (claims !== null && !(claims instanceof ClaimError)) {
    answer = await rules.findStatus(claims.status.uri, issuer, now);
    const list = answer.reason === null ? answer.token : null;
    const statuses = entryStatuses(claims.entries, list, koreanDay(now));
    checks.push(statusCheck(answer, claims.status.idx), entryStatusCheck(statuses, list !== null));
    checks.push(logInclusionCheck(findings.proved, issuer, profile));
    if (addresses.length > 0) checks.push(linksCheck(addresses, issuer));
    content = contentOf(claims, findings.proved, { issuer, statuses, vocabulary, binding: bindingWord(holderBinding) });
  }
  const whole = {
    checks,
    acceptUnknownStatus: profile.accept_unknown_status && !sawOtherThanValid(claims, answer.token),
    evidence,
    content,
    freshness: freshnessOf(answer.token, bundle, now),
    context: { verified_at: timestamp(now), profile: profile.name },
  };
  return reportOf(whole, vocabulary);
}

function claimsOf(proved, vocabulary) {
  try {
    return readPresented(proved.payload, vocabulary);
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    return error;
  }
}

/** An unknown status is never accepted where the last list that was seen said something else than "valid". */
function sawOtherThanValid(claims, token) {
  if (token === null || claims === null) return claims === null || claims instanceof ClaimError;
  return [claims.status, ...claims.entries].some(({ idx }) => token.value(idx) !== 0);
}

function contentOf(claims, proved, { issuer, statuses, vocabulary, binding }) {
  const { number, kind, edition, purpose, recipient, applicant_no } = claims.certificate;
  return {
    certificate: {
      number,
      vct: claims.vct,
      issuer: { id: issuer.id, name: issuer.name },
      kind,
      edition,
      issued_on: claims.issuedOn,
      valid_until: claims.validUntil,
      purpose,
      recipient,
      applicant_no,
      holder_binding: binding,
    },
    disclosed: {
      holder: claims.holder,
      entries: claims.entries.map((entry, place) => entryOf(entry, statuses[place], vocabulary)),
    },
    withheld: {
      entries_at_most: proved.undisclosedElements,
      fields_at_most: proved.undisclosedMembers,
      other_entries_may_exist: true,
    },
  };
}

function entryOf(entry, status, vocabulary) {
  const titles = { ko: entry.title, en: entry.titleEn };
  return {
    type: entry.type,
    category: entry.category,
    title: Object.fromEntries(Object.entries(titles).filter(([, title]) => title !== null)),
    issuing_body: entry.issuingBody === null ? {} : vocabulary.bodyNames(entry.issuingBody),
    status,
    as_of: entry.asOf,
    idx: entry.idx,
    ...plain(entry.fields),
  };
}

function freshnessOf(token, bundle, now) {
  return {
    status_as_of: token === null ? null : timestamp(token.issuedAt),
    status_age_s: token === null ? null : token.ageS(now),
    trust_version: String(bundle.version),
  };
}

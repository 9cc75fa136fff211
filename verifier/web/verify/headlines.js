/** The heading and the sentence above a Report; the JavaScript of credential_schemas/report/headlines.py. */

import { filled } from "./vocabulary.js";

const FAILED_CASES = {
  signature_invalid: "tampered",
  digests_invalid: "tampered",
  disclosure_foreign: "tampered",
  disclosure_repeated: "tampered",
  claim_overridden: "tampered",
  document_mismatch: "print_differs",
  qr_differs: "qr_differs",
  qr_link_foreign: "link_foreign",
  expired: "expired",
  not_yet_valid: "not_yet_valid",
  revoked: "revoked",
  corrected: "corrected",
  suspended: "suspended",
  no_entry_in_force: "no_entry_in_force",
};
const PRECEDENCE = [
  "format",
  "signature",
  "digests",
  "type_schema",
  "print_match",
  "validity_time",
  "status",
  "entry_status",
  "holder_binding",
];
const UNTRUSTED = { issuer_not_trusted: "untrusted", key_unknown: "key_unknown" };
const PAGELESS = ["sd-jwt", "presentation"];

/**
 * @param {object} report its JSON form
 * @param {import("./vocabulary.js").Vocabulary} vocabulary
 * @returns {{case: string, sign: "tick" | "cross" | "triangle", heading: object, sentence: object}}
 */
export function headline(report, vocabulary) {
  const checks = new Map(report.checks.map((each) => [each.name, each]));
  const [name, sign, detail] = caseOf(report, checks);
  const { heading, sentence } = vocabulary.messages.headlines[name];
  const both = (texts) => ({ ko: filled(texts.ko, detail), en: filled(texts.en, detail) });
  return { case: name, sign, heading: both(heading), sentence: both(sentence) };
}

function caseOf(report, checks) {
  if (report.verdict === "valid") return validCase(report, checks);
  if (report.verdict === "indeterminate") return [undecidedCase(checks), "triangle", {}];
  for (const name of PRECEDENCE) {
    const { outcome, reason, detail } = checks.get(name);
    if (outcome === "failed") return [FAILED_CASES[reason] ?? "invalid", "cross", detail];
  }
  const copied = ["container", "seal"].some((name) => checks.get(name).outcome === "failed");
  return [copied ? "not_original" : "invalid", "cross", {}];
}

function validCase(report, checks) {
  const entries = checks.get("entry_status");
  if (checks.get("status").outcome !== "passed") return ["valid_offline", "triangle", {}];
  if (entries.reason === "superseded") return ["valid_superseded", "tick", entries.detail];
  if (report.parts.document === "valid") return ["valid", "tick", {}];
  const byNumber = checks.get("print_match").reason === "looked_up_by_number";
  const pageless = PAGELESS.includes(report.evidence.kind) && !byNumber;
  return [pageless ? "valid_pageless" : "valid_unprinted", "tick", {}];
}

/** The gravest matter that is open; a status that the rules in use accept as unknown is still the thing to say. */
function undecidedCase(checks) {
  const trust = checks.get("issuer_trust");
  if (Object.hasOwn(UNTRUSTED, trust.reason ?? "")) return UNTRUSTED[trust.reason];
  return checks.get("status").outcome === "unknown" ? "status_unknown" : "undecided";
}

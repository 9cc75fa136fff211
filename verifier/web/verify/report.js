/**
 * The Report: every check, and the verdict, parts and sentences that follow from them; docs/formats/report.md.
 *
 * The JavaScript of credential_schemas/report/model.py. Nothing is settable that can be derived.
 */

import { PROOF_CHECKS, check } from "./checks.js";
import { Fraction } from "./strict_json.js";
import { filled } from "./vocabulary.js";

export const CHECK_NAMES = [
  "container",
  ...PROOF_CHECKS,
  "type_schema",
  "validity_time",
  "status",
  "entry_status",
  "holder_binding",
  "seal",
  "print_match",
  "recipient",
  "log_inclusion",
];
const ACCEPTABLE = ["status_unavailable", "status_stale", "entry_status_unavailable"];
const ALWAYS_REQUIRED = [...PROOF_CHECKS, "type_schema", "validity_time"];
const DOCUMENT_CHECKS = ["container", "seal", "print_match"];
const STATUS_CHECKS = ["validity_time", "status", "entry_status"];
const STATUS_OF_REASON = {
  expired: "expired",
  not_yet_valid: "not_yet_valid",
  revoked: "revoked",
  corrected: "revoked",
  suspended: "suspended",
  no_entry_in_force: "superseded",
  superseded: "superseded",
};

/**
 * Put a Report together.
 *
 * @param {{checks: object[], acceptUnknownStatus: boolean, evidence: object, content: object | null,
 *   freshness: object, context: {verified_at: string, profile: string}}} findings
 * @param {import("./vocabulary.js").Vocabulary} vocabulary
 * @returns {Promise<object>} the JSON form of a Report
 */
export async function reportOf(findings, vocabulary) {
  const given = new Map(findings.checks.map((each) => [each.name, each]));
  const checks = CHECK_NAMES.map((name) => given.get(name) ?? check(name, "skipped"));
  const proved = checks.every((each) => !PROOF_CHECKS.includes(each.name) || each.outcome === "passed");
  if (findings.content !== null && !proved) throw new TypeError("expected passed proof checks before any content");
  const judge = new Judge(checks, findings.acceptUnknownStatus ? ACCEPTABLE : []);
  const { certificate = null, disclosed = null, withheld = NOTHING_WITHHELD } = findings.content ?? {};
  const body = {
    report: 1,
    verdict: judge.verdict(CHECK_NAMES),
    parts: judge.parts(),
    checks: checks.map((each) => ({ ...each, message: messageOf(each, vocabulary) })),
    certificate,
    disclosed,
    withheld,
    evidence: findings.evidence,
    freshness: findings.freshness,
    ...findings.context,
    simulated: false,
  };
  return { ...body, id: await idOf(body), advice: adviceOf(judge, body.verdict, vocabulary) };
}

const NOTHING_WITHHELD = { entries_at_most: 0, fields_at_most: 0, other_entries_may_exist: true };

class Judge {
  constructor(checks, accepted) {
    this.checks = checks;
    this.accepted = accepted;
  }

  of(names) {
    return this.checks.filter((each) => names.includes(each.name));
  }

  verdict(names) {
    const judged = this.of(names);
    if (judged.some((each) => each.outcome === "failed")) return "invalid";
    return judged.some((each) => this.leavesOpen(each)) ? "indeterminate" : "valid";
  }

  leavesOpen({ name, outcome, reason }) {
    if (outcome === "unknown") return !this.accepted.includes(reason);
    return ALWAYS_REQUIRED.includes(name) && outcome !== "passed";
  }

  parts() {
    const others = CHECK_NAMES.filter((name) => ![...DOCUMENT_CHECKS, ...STATUS_CHECKS].includes(name));
    return { credential: this.verdict(others), document: this.documentPart(), status: this.statusPart() };
  }

  documentPart() {
    const outcomes = this.of(DOCUMENT_CHECKS).map((each) => each.outcome);
    if (outcomes.includes("failed")) return "invalid";
    return outcomes.every((outcome) => outcome === "passed") ? "valid" : "not_checked";
  }

  statusPart() {
    const checks = this.of(STATUS_CHECKS);
    const failed = checks.find((each) => each.outcome === "failed" && Object.hasOwn(STATUS_OF_REASON, each.reason));
    if (failed !== undefined) return STATUS_OF_REASON[failed.reason];
    if (checks.some((each) => each.outcome !== "passed")) return "unknown";
    return checks.at(-1).reason === "superseded" ? "superseded" : "valid";
  }

  problems() {
    const failed = this.checks.filter((each) => each.outcome === "failed");
    return [...failed, ...this.checks.filter((each) => each.outcome === "unknown" && this.leavesOpen(each))];
  }
}

function messageOf({ name, outcome, reason, detail }, vocabulary) {
  const { reasons, checks } = vocabulary.messages;
  const sentence = reason === null ? checks[name][outcome === "passed" ? "passed" : "skipped"] : reasons[reason];
  return { ko: filled(sentence.ko, detail), en: filled(sentence.en, detail) };
}

function adviceOf(judge, verdict, vocabulary) {
  if (verdict === "valid") return null;
  const found = judge.problems().map((each) => vocabulary.row(each.reason).contact);
  const contacts = found.length > 0 ? [...new Set(found)] : ["operator"];
  const ask = contacts.map((contact) => ({ contact, ...vocabulary.messages.contacts[contact] }));
  return { ask, notice: vocabulary.messages.notices.no_automatic_rejection };
}

/** A number to quote: the first 16 hex digits of the SHA-256 of the findings as compact JSON. */
async function idOf(body) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(body)));
  return hexadecimal(new Uint8Array(digest)).slice(0, 16);
}

/** @returns {string} two digits a byte */
export function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {unknown} a decoded value as plain JSON: a `Map` as an object, a `Fraction` as its number */
export function plain(value) {
  if (value instanceof Fraction) return value.value;
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

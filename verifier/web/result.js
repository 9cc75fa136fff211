/**
 * A Report as people read it: verdict, three parts, reasons and what to do, who, what, until when.
 *
 * Every sentence is the Report's own or one of the vocabulary; texts of the certificate are inserted as text, and only
 * those that were proved. Used for the browser's own Reports and for those of the service.
 */

import { element, facts, icon, unproved } from "./result_dom.js";
import { entriesCard } from "./result_entries.js";
import { Words } from "./result_words.js";
import { headline } from "./verify/headlines.js";

const BANDS = { tick: ["ok", "ok"], cross: ["bad", "bad"], triangle: ["un", "un"] };
const PART_SIGNS = {
  valid: "ok",
  invalid: "bad",
  indeterminate: "un",
  not_checked: "na",
  superseded: "un",
  unknown: "un",
};
const OUTCOME_SIGNS = { passed: "ok", failed: "bad", unknown: "un", skipped: "na" };
const MAX_DIFFERENCES = 50;

/**
 * @param {object} report its JSON form
 * @param {import("./verify/vocabulary.js").Vocabulary} vocabulary
 * @param {"ko" | "en"} language
 * @param {{name?: string, expectedAddresses?: string[]}} more the name of the file, and the addresses that the trust
 *   list gives for the issuer, shown where a code leads elsewhere
 * @returns {HTMLElement}
 */
export function resultView(report, vocabulary, language, more = {}) {
  const words = new Words(vocabulary, language);
  const parts = [band(report, words, more), threeParts(report, words), developmentNote(report, words)];
  parts.push(reasons(report, words, more));
  if (report.certificate !== null && report.disclosed !== null) {
    const content = contentOf(report, words);
    parts.push(...(report.verdict === "invalid" ? [folded(content, words)] : content));
  } else {
    parts.push(freshness(report, words));
  }
  return element("article.stack.result", ...parts);
}

function band(report, words, { name = "" }) {
  const { sign, heading, sentence } = headline(report, words.vocabulary);
  const [tone, mark] = BANDS[sign];
  return element(
    `section.verdict.${tone}`,
    { role: "status" },
    icon(mark, "i mark"),
    element(
      "div",
      element("h1", { tabindex: "-1" }, words.of(heading)),
      element("p", words.of(sentence)),
      element("p.when.num", words.time(report.verified_at), name === "" ? null : unproved(` ${name}`)),
      element("p.digest", `${words.word("sha256")} `, element("code", unproved(report.evidence.sha256))),
    ),
  );
}

function threeParts(report, words) {
  const { parts } = words.vocabulary.messages;
  const items = ["credential", "document", "status"].map((part) => {
    const value = report.parts[part];
    const [word, ...sentence] = words.of(parts[part].values[value]).split(": ");
    const sign = PART_SIGNS[value] ?? "bad";
    return element(
      `li.${sign}`,
      icon(sign),
      element(
        "div",
        element("span.k", words.of(parts[part].label)),
        element("b", capitalised(word)),
        element("p", capitalised(sentence.join(": "))),
      ),
    );
  });
  return element("ul.three", { "aria-label": words.word("parts") }, ...items);
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function developmentNote(report, words) {
  const trust = report.checks.find((each) => each.name === "issuer_trust");
  if (trust.detail.development !== true) return null;
  return element("div.note.un", icon("info"), element("p", words.word("development")));
}

function reasons(report, words, more) {
  if (report.verdict === "valid") return null;
  const failed = report.checks.filter((each) => each.outcome === "failed");
  const open = report.checks.filter((each) => each.outcome === "unknown");
  const items = [...failed, ...open].map((each) =>
    element(`li.${OUTCOME_SIGNS[each.outcome]}`, icon(OUTCOME_SIGNS[each.outcome]), reason(each, words, more)),
  );
  const asked = report.advice.ask.map((each) => words.of(each)).join(" ");
  return element(
    "section.card.stack-s",
    { "aria-labelledby": "reasons-heading" },
    element("h2", { id: "reasons-heading" }, words.word("reasons")),
    element("ul.why", ...items),
    element("p.human", icon("id"), element("span", element("b", words.of(report.advice.notice)), ` ${asked}`)),
    element("p.s.muted", `${words.word("report_id")} `, element("code", report.id)),
  );
}

function reason(check, words, more) {
  return element(
    "div",
    element("p", words.of(check.message)),
    links(check.detail.links, words, more),
    differences(check.detail.differences, words),
  );
}

function links(found, words, { expectedAddresses = [] }) {
  if (!Array.isArray(found)) return null;
  const named = found.map((link) => element("p", unproved(link)));
  const expected = expectedAddresses.map((link) => element("p", unproved(link)));
  return facts([
    [words.word("link_named"), element("div", ...named)],
    [words.word("link_expected"), expected.length > 0 ? element("div", ...expected) : null],
  ]);
}

function differences(found, words) {
  if (!Array.isArray(found)) return null;
  const head = ["where", "printed", "signed"].map((name) => element("th", { scope: "col" }, words.word(name)));
  const said = (text) => (text === "" || text === null ? element("span.muted", words.word("nothing")) : unproved(text));
  const rows = found.slice(0, MAX_DIFFERENCES).map((each) =>
    element(
      "tr",
      element("th", { scope: "row" }, words.place(each.where) ?? unproved(each.where), element("span.sub", words.word("page_no", { page: each.page }))),
      element("td.said", element("del", said(each.printed))),
      element("td.true", element("ins", said(each.signed))),
    ),
  );
  return element(
    "div.scroll",
    element("table.ledger.cmp", element("caption", words.word("differences")), element("thead", element("tr", ...head)), element("tbody", ...rows)),
  );
}

function contentOf(report, words) {
  return [
    holderCard(report, words),
    element(
      "div.cols.c-2-1",
      element("div.stack", entriesCard(report.disclosed, words), withheldNote(report, words)),
      element("div.stack", certificateCard(report.certificate, words), freshness(report, words)),
    ),
  ];
}

function folded(content, words) {
  const summary = element("summary.btn", icon("next"), words.word("contents"));
  return element("details.folded", summary, element("p.note.un", words.word("contents_why")), element("div.stack", ...content));
}

function holderCard(report, words) {
  const { name, name_en: english, birth_date: birth } = report.disclosed.holder;
  const blind = report.certificate.edition === "blind";
  const proven = report.certificate.holder_binding === "verified";
  const { notices } = words.vocabulary.messages;
  const why = element("p.s.muted", words.word(blind ? "hidden_blind" : "hidden_by_holder"));
  return element(
    "section.card.who",
    { "aria-labelledby": "holder-heading" },
    element(
      "div",
      element("h2.vh", { id: "holder-heading" }, words.word("holder")),
      element("p.s.muted", words.word("name")),
      element(
        "p.nm",
        name === undefined ? words.word("hidden") : element("span", { lang: "ko" }, name),
        english === undefined ? null : element("span.s.muted", { lang: "en" }, ` ${english}`),
      ),
      element("p.bd", element("span.s.muted", `${words.word("birth_date")} `), birth ?? words.word("hidden")),
      name === undefined || birth === undefined ? why : null,
    ),
    element(
      "div.idr",
      icon("id"),
      proven
        ? element("p", words.of(notices.holder_proven))
        : element("p", element("b", words.word("check_identity")), element("br"), element("span.s", words.word("identity_why"))),
    ),
  );
}

function withheldNote(report, words) {
  const count = report.withheld.entries_at_most + report.withheld.fields_at_most;
  return element(
    "div.note",
    icon("eyeoff"),
    element(
      "div",
      element("b", words.word("withheld")),
      element("p", words.of(words.vocabulary.messages.notices.withheld)),
      count === 0 ? null : element("p", words.word("withheld_counts", { n: count })),
    ),
  );
}

function certificateCard(certificate, words) {
  const { phrases, kinds } = words.vocabulary;
  const purpose = `purpose.${certificate.purpose}`;
  const kind = kinds.get(certificate.kind);
  const shown = Object.hasOwn(phrases, purpose) ? words.of(phrases[purpose]) : certificate.purpose;
  const recipient = certificate.recipient ?? (certificate.number === null ? null : words.word("recipient_open"));
  return element(
    "section.card",
    { "aria-labelledby": "certificate-heading" },
    element("h2", { id: "certificate-heading" }, words.word("certificate")),
    facts([
      [words.word("issuer"), words.name(certificate.issuer.name)],
      [words.word("kind"), kind === undefined ? null : words.of(kind)],
      [words.word("number"), certificate.number],
      [words.word("issued_on"), certificate.issued_on],
      [words.word("valid_until"), certificate.valid_until],
      [words.word("purpose"), shown],
      [words.word("recipient"), recipient],
      [words.word("applicant_no"), certificate.applicant_no],
    ]),
  );
}

function freshness(report, words) {
  const { status_as_of: asOf, status_age_s: age, trust_version: version } = report.freshness;
  const list = asOf === null ? null : element("span", words.time(asOf), ` · ${words.age(age)}`);
  return element(
    "section.card",
    { "aria-labelledby": "freshness-heading" },
    element("h2", { id: "freshness-heading" }, words.word("freshness")),
    facts([
      [words.word("checked"), words.time(report.verified_at)],
      [words.word("status_list"), list ?? words.word("none")],
      [words.word("trust_list"), version === null ? null : words.word("trust_version", { version })],
      [words.word("profile"), unproved(report.profile)],
    ]),
    allChecks(report.checks, words),
  );
}

function allChecks(checks, words) {
  const items = checks.map((each) => {
    const sign = OUTCOME_SIGNS[each.outcome];
    const label = words.of(words.vocabulary.messages.checks[each.name].label);
    return element(
      `li.${sign}`,
      icon(sign),
      element("div", element("b", label), ` · ${words.word(`outcome_${each.outcome}`)}`, element("p.s", words.of(each.message))),
    );
  });
  const summary = element("summary", icon("next"), words.word("all_checks", { n: checks.length }));
  return element("details.more", summary, element("ul.why", ...items));
}

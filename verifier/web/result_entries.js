/** The disclosed competencies as a table: what, when, by whom, NCS field and level, and whether it is in force. */

import { element, icon } from "./result_dom.js";

const STATUS_SIGNS = { valid: ["ok", "ok"], unknown: ["un", "un"], suspended: ["un", "un"] };
const LEVELS = 8;

/**
 * @param {object} disclosed of a Report
 * @param {import("./result_words.js").Words} words
 * @returns {HTMLElement}
 */
export function entriesCard(disclosed, words) {
  const { entries } = disclosed;
  const heading = words.word("entries", { n: entries.length });
  const columns = ["title_column", "when_column", "body_column", "ncs_column", "status_column"];
  const head = columns.map((name) => element("th", { role: "columnheader", scope: "col" }, words.word(name)));
  const numbers = new Map(entries.map((entry, place) => [entry.idx, String(place + 1)]));
  const rows = entries.map((entry, place) => row(entry, { number: place + 1, numbers, words }));
  return element(
    "section.card",
    { "aria-labelledby": "entries-heading" },
    element(
      "div.hd",
      element("h2", { id: "entries-heading" }, heading),
      element("span.s.muted", words.word("chosen")),
    ),
    element(
      "table.ledger.fold",
      { role: "table" },
      element("caption.vh", heading),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head)),
      element("tbody", { role: "rowgroup" }, ...rows),
    ),
  );
}

function row(entry, { number, numbers, words }) {
  const type = words.vocabulary.typeInCredentials(entry.type);
  const table = type?.table ?? { when: [], amount: [], ncs: null, level: null };
  const fields = (type?.ownFields ?? []).filter((field) => Object.hasOwn(entry, field.name));
  const shown = new Map(fields.map((field) => [field.name, words.value(field, entry[field.name], numbers)]));
  const cell = (label, ...parts) => element("td", { role: "cell", "data-l": words.word(label) }, element("div", ...parts));
  return element(
    "tr",
    { role: "row" },
    element(
      "th",
      { role: "rowheader", scope: "row" },
      element("span.muted", `${number}. `),
      words.name(entry.title) ?? words.word("hidden"),
      element("span.sub", type === null ? "" : words.of(type)),
      details(fields, { table, shown, words }),
    ),
    cell("when_column", ...period(table, shown), amounts(table, shown)),
    cell("body_column", words.name(entry.issuing_body) ?? element("span.muted", words.word("none"))),
    cell("ncs_column", ...competency(entry, table, words)),
    cell("status_column", statusTag(entry.status, words), asOf(entry, words)),
  );
}

/** One day, or the first and the last, none of them broken in two. */
function period(table, shown) {
  const found = table.when.filter((name) => shown.has(name));
  return found.flatMap((name, place) => [place > 0 ? " ~ " : null, element("span.day", shown.get(name))]);
}

function amounts(table, shown) {
  const found = table.amount.filter((name) => shown.has(name)).map((name) => shown.get(name));
  return found.length === 0 ? null : element("span.sub", found.join(", "));
}

/** The entry's other facts; words of a choice are understood without their label. */
function details(fields, { table, shown, words }) {
  const inColumns = [...table.when, ...table.amount, table.ncs, table.level];
  const others = fields.filter((field) => !inColumns.includes(field.name));
  if (others.length === 0) return null;
  const texts = others.map((field) => {
    const value = shown.get(field.name);
    return Object.keys(field.values).length > 0 ? value : `${words.of(field)} ${value}`;
  });
  return element("span.sub", texts.join(" · "));
}

function competency(entry, table, words) {
  const codes = [entry[table.ncs] ?? []].flat().filter((code) => typeof code === "string");
  const level = entry[table.level];
  const parts = [];
  if (codes.length > 0) {
    const classes = [...new Set(codes.map((code) => code.slice(0, 2)))];
    const names = classes.map((code) => words.vocabulary.majorClasses[code]).filter((names) => names !== undefined);
    parts.push(element("span", names.map((each) => words.of(each)).join(", ")));
    parts.push(element("span.sub.num", codes.join(", ")));
  }
  if (typeof level === "number") parts.push(levelBar(level, words));
  return parts.length > 0 ? parts : [element("span.muted", words.word("none"))];
}

/** The level as a word, beside eight steps of which so many are filled. */
function levelBar(level, words) {
  const steps = Array.from({ length: LEVELS }, (_, place) => element(place < level ? "i.on" : "i"));
  return element("span.level", element("span.steps8", { "aria-hidden": "true" }, ...steps), words.word("level", { n: level }));
}

function statusTag(status, words) {
  const [sign, tone] = STATUS_SIGNS[status] ?? ["bad", "bad"];
  return element(`span.tag.${tone}`, icon(sign), words.of(words.vocabulary.messages.entry_status[status]));
}

/** Since when this is so; the day is never broken at its hyphens. */
function asOf(entry, words) {
  if (entry.as_of === null) return null;
  const [before, after] = words.word("as_of", { day: "|" }).split("|");
  return element("span.sub.num", before, element("span.day", entry.as_of), after);
}

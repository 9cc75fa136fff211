/** What the table knows of each thing that was handed in: how far it is, and what was found. */

import { headline } from "./verify/headlines.js";

export const VERDICTS = ["invalid", "indeterminate", "error", "valid"];
const SIGNS = { valid: "ok", invalid: "bad", indeterminate: "un", error: "na" };
const ARCHIVE = /\.zip$/i;

/** One row. `given` is the file or text it came from, null for one in an archive. */
export class Row {
  constructor(name, given) {
    this.name = name;
    this.given = given;
    this.note = "";
    this.line = null;
    this.pages = null;
    this.failure = "";
  }

  get isArchive() {
    return ARCHIVE.test(this.name) && this.line === null;
  }

  /** @returns {"valid" | "invalid" | "indeterminate" | "error" | "failed" | "waiting"} */
  get verdict() {
    if (this.failure !== "") return "failed";
    return this.line === null ? "waiting" : (this.line.verdict ?? "error");
  }

  get sign() {
    return SIGNS[this.verdict] ?? "na";
  }

  get holder() {
    return this.line?.disclosed?.holder?.name ?? "";
  }

  get number() {
    return this.line?.certificate?.number ?? "";
  }

  get entries() {
    return this.line?.disclosed?.entries?.length ?? null;
  }

  /** @returns {string} what one sentence can say */
  summary(vocabulary, language) {
    if (this.failure !== "") return this.failure;
    if (this.line === null) return this.note;
    if (this.line.error) return this.line.error.message[language];
    return headline(this.line, vocabulary).sentence[language];
  }
}

/** All rows, in the order in which they came. */
export class Rows {
  constructor() {
    this.all = [];
  }

  add(name, given) {
    const row = new Row(name, given);
    this.all.push(row);
    return row;
  }

  /**
   * Put the results of a job where they belong; those of an archive take its row's place.
   * @param {Row[]} parts the rows of the upload, by number
   * @param {object[]} lines
   */
  take(parts, lines) {
    for (const line of lines) {
      const row = parts[line.batch.part];
      const name = line.evidence?.name ?? line.error.name;
      if (row.line === null && !row.isArchive) {
        row.line = line;
        continue;
      }
      const inner = new Row(name, null);
      inner.line = line;
      const place = row.last ?? row;
      const at = this.all.indexOf(place);
      if (row.last === undefined && row.isArchive) this.all.splice(at, 1, inner);
      else this.all.splice(at + 1, 0, inner);
      row.last = inner;
    }
  }

  /** Say why nothing will come of those rows that still wait, such as a ZIP with nothing in it. */
  close(parts, failure) {
    for (const row of parts) if (row.line === null && row.last === undefined) row.failure = failure;
  }

  /** @returns {Map<string, number>} how many rows have which verdict */
  counts() {
    const counts = new Map([...VERDICTS, "failed", "waiting"].map((verdict) => [verdict, 0]));
    for (const { verdict } of this.all) counts.set(verdict, counts.get(verdict) + 1);
    return counts;
  }

  get lines() {
    return this.all.filter((row) => row.line !== null).map((row) => row.line);
  }

  clear() {
    this.all.length = 0;
  }
}

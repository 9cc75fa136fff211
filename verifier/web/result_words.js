/** How dates, ages, names and the values of entries are written; the JavaScript of credential_schemas/wording/values.py. */

import { element } from "./result_dom.js";
import { filled } from "./verify/vocabulary.js";

const COUNTED = { hours: "value.hours", credits: "value.credits", level: "value.level" };
const KST_MS = 9 * 3600 * 1000;

/** The words of one language: labels of the pages, and values as the certificate prints them. */
export class Words {
  constructor(vocabulary, language) {
    this.vocabulary = vocabulary;
    this.language = language;
  }

  /** @returns {string} a word of the pages; `singular|plural` is decided by the value `n` */
  word(name, values = {}) {
    const [singular, plural] = this.vocabulary.words[name][this.language].split("|");
    return filled(plural === undefined || values.n === 1 ? singular : plural, values);
  }

  /** @returns {string} a text that is there in both languages */
  of(texts) {
    return texts[this.language] ?? texts.ko;
  }

  /** @returns {string | null} a place of the printed page, as `place_words` of credential_schemas/report says it */
  place(where) {
    const { page, entry, entry_no: entryNo } = this.vocabulary.messages.places;
    const [start, number] = /^entries\[([0-9]{1,4})\](?:\.|$)/.exec(where) ?? [];
    const rest = where.replace(/\.label$/, "").slice(start?.length ?? 0);
    const named = start === undefined ? page : entry;
    const key = [rest, rest.split(/[.[]/)[0]].find((each) => Object.hasOwn(named, each));
    const found = key === undefined ? null : this.of(named[key]);
    if (start === undefined) return found;
    const whole = filled(this.of(entryNo), { n: Number(number) + 1 });
    if (rest === "") return whole;
    return found === null ? null : `${whole} · ${found}`;
  }

  /** @returns {HTMLElement | null} a name: in this language, or the original, marked as Korean */
  name(texts) {
    if (texts.en !== undefined && this.language === "en") return element("span", texts.en);
    if (texts.ko === undefined) return texts.en === undefined ? null : element("span", { lang: "en" }, texts.en);
    return element("span", this.language === "ko" ? {} : { lang: "ko" }, texts.ko);
  }

  /** @returns {HTMLElement} a moment as Korean time, to the minute */
  time(moment) {
    const korean = new Date(Date.parse(moment) + KST_MS).toISOString();
    return element("time", { datetime: moment }, `${korean.slice(0, 10)} ${korean.slice(11, 16)} (KST)`);
  }

  /** @returns {string} a length of time, in its largest whole unit */
  age(seconds) {
    const [unit, size] = [["days", 86_400], ["hours", 3600]].find(([, each]) => seconds >= each) ?? ["minutes", 60];
    return this.word(unit, { n: Math.floor(seconds / size) });
  }

  /** @returns {string} the value of a field in words; a text of the entry is shown as it is */
  value(field, value, numbers) {
    const { vocabulary, language } = this;
    if (typeof value === "boolean") {
      const own = field.values?.[String(value)];
      return own === undefined ? vocabulary.phrase(`value.${value}`, language) : this.of(own);
    }
    if (typeof value === "number") return this.number(field.kind, value, numbers);
    if (Array.isArray(value)) return value.join(", ");
    if (typeof value === "object") return `${value.code} ${value.name}`;
    if (field.kind === "enum") return this.of(field.values[value]);
    if (field.kind === "body") return this.of(vocabulary.bodyNames(value));
    if (field.kind !== "term") return value;
    const [year, term] = value.split("-");
    return vocabulary.phrase(`value.term.${term}`, language, { year });
  }

  number(kind, value, numbers) {
    const { vocabulary, language } = this;
    if (kind === "entry_idx") {
      const number = numbers.get(value);
      return number === undefined
        ? vocabulary.phrase("value.entry.elsewhere", language)
        : vocabulary.phrase("value.entry", language, { number });
    }
    const text = value.toLocaleString("en-US", { maximumFractionDigits: 20 });
    if (kind === "percent") return `${text}%`;
    return Object.hasOwn(COUNTED, kind) ? vocabulary.phrase(COUNTED[kind], language, { n: text }) : text;
  }
}

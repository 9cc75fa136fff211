/** Everything that pages say and know without asking: sentences, entry types, labels, names; `/web/vocabulary.json`. */

/** An entry type as its file in credential_schemas/types/ describes it, with the fields a credential may carry. */
class EntryType {
  constructor(document) {
    Object.assign(this, document);
    const titles = [document.title, document.title_en];
    this.ownFields = document.fields
      .filter((field) => field.pii !== "forbidden" && !titles.includes(field.name))
      .map((field) => ({ values: {}, ...field }));
    this.forbiddenFields = new Set(document.fields.filter((each) => each.pii === "forbidden").map((each) => each.name));
    Object.freeze(this);
  }
}

export class Vocabulary {
  /** @param {object} document the decoded file */
  constructor(document) {
    this.messages = document.messages;
    this.rows = document.reasons;
    this.labels = document.labels;
    this.phrases = document.phrases;
    this.words = document.words;
    this.majorClasses = document.ncs_major_classes;
    this.categories = document.labels.categories.map((category) => category.id);
    this.kinds = new Map(document.kinds.map((kind) => [kind.id, kind]));
    this.types = new Map(document.types.map((type) => [type.id, new EntryType(type)]));
    this.bodies = new Map(Object.entries(document.bodies));
    this.institutions = new Map(Object.entries(document.institutions));
    Object.freeze(this);
  }

  /** @returns {EntryType | null} the type that a credential calls by this name */
  typeInCredentials(name) {
    const found = typeof name === "string" ? this.types.get(name) : undefined;
    return found === undefined || found.credential_type !== found.id ? null : found;
  }

  /** @returns {{check: string, contact: string, codes: string[]}} the table line of a reason */
  row(reason) {
    return this.rows.find((row) => row.reason === reason);
  }

  /** @returns {string | null} the reason that a code of a verification step means for a check */
  reasonOf(check, code) {
    return this.rows.find((row) => row.check === check && row.codes.includes(code))?.reason ?? null;
  }

  /** @returns {{ko: string, en?: string}} the names of an institution; an unknown text is its own name */
  bodyNames(idOrName) {
    const found = this.bodies.get(idOrName) ?? this.institutions.get(idOrName);
    return found === undefined ? { ko: idOrName } : found;
  }

  /** @returns {string} a phrase with its places filled; `singular|plural` is decided by the value `n` */
  phrase(key, language, values = {}) {
    const [singular, plural] = this.phrases[key][language].split("|");
    return filled(plural === undefined || values.n === "1" ? singular : plural, values);
  }
}

/**
 * @param {string} text with places such as `{count}`
 * @param {object} values texts and numbers; a place without a value stays as it is
 * @returns {string}
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (Object.hasOwn(values, name) ? String(values[name]) : place));
}

/**
 * What a credential of ours says in any of its forms; the JavaScript of credential_schemas/presented_claims.py.
 *
 * Source: docs/formats/credential.md
 */

import {
  MAX_STATUS_INDEX,
  checkDay,
  checkInteger,
  checkText,
  checkValue,
  optionalText,
  placeOf,
  readMidnight,
  readObject,
  refuseUnknown,
} from "./field_values.js";
import { ClaimError } from "./refusal.js";

const HEAD = ["iss", "vct", "iat", "exp", "status", "cnf", "vct#integrity"];
const CERTIFICATE_MEMBERS = ["number", "kind", "edition", "purpose", "recipient", "applicant_no"];
const HOLDER_MEMBERS = ["name", "name_en", "birth_date"];
const ENTRY_MEMBERS = new Set(["type", "title", "title_en", "issuing_body", "as_of", "idx"]);
const INDEX = [0, MAX_STATUS_INDEX];

/**
 * Read processed claims in whichever form they have: a paper copy, a wallet certificate, a flat wallet credential.
 *
 * @param {Map<string, unknown>} payload
 * @param {import("./vocabulary.js").Vocabulary} vocabulary
 * @returns {object} `form`, `issuer`, `vct`, `issuedOn`, `validUntil`, `certificate`, `holder`, `entries`, `status`
 * @throws {ClaimError}
 */
export function readPresented(payload, vocabulary) {
  if (payload.has("type") && !payload.has("certificate")) return flat(payload, vocabulary);
  const wallet = payload.has("cnf");
  refuseUnknown(payload, new Set([...HEAD, "certificate", "holder", ...vocabulary.categories]), "");
  const days = daysOf(payload);
  const stated = readObject(payload.get("certificate"), "certificate");
  refuseUnknown(stated, new Set(CERTIFICATE_MEMBERS), "certificate");
  const certificate = wallet ? shownMembers(stated) : allMembers(stated);
  if (certificate.kind !== null || !wallet) checkKind(certificate.kind, vocabulary);
  if (!(wallet && certificate.edition === null) && !["standard", "blind"].includes(certificate.edition)) {
    throw new ClaimError("certificate.edition", "unknown_value");
  }
  const status = readStatus(payload.get("status"));
  const common = { issuer: checkText(payload.get("iss"), "iss"), vct: checkText(payload.get("vct"), "vct") };
  if (!wallet) checkStated(stated, certificate);
  const holder = readHolder(payload.has("holder") ? payload.get("holder") : new Map());
  const entries = entriesOf(payload, { certificate, vocabulary, wallet, taken: status.idx });
  return { form: wallet ? "wallet" : "paper", ...common, ...days, certificate, holder, entries, status };
}

function flat(payload, vocabulary) {
  const days = daysOf(payload);
  const status = readStatus(payload.get("status"));
  const members = new Map([...payload].filter(([name]) => !HEAD.includes(name) && name !== "holder"));
  if (members.has("idx")) throw new ClaimError("idx", "unknown_claim");
  const type = typeOf(members, vocabulary, "type");
  return {
    form: "flat",
    issuer: checkText(payload.get("iss"), "iss"),
    vct: checkText(payload.get("vct"), "vct"),
    ...days,
    certificate: Object.fromEntries(CERTIFICATE_MEMBERS.map((name) => [name, null])),
    holder: readHolder(payload.has("holder") ? payload.get("holder") : new Map()),
    entries: [{ ...entryOf(members, type, { path: type.id, blind: false }), idx: status.idx }],
    status,
  };
}

function daysOf(payload) {
  const issuedOn = readMidnight(payload.get("iat"), "iat");
  const validUntil = readMidnight(payload.get("exp"), "exp", 1);
  if (validUntil < issuedOn) throw new ClaimError("exp", "not_a_day");
  return { issuedOn, validUntil };
}

function shownMembers(stated) {
  return Object.fromEntries(CERTIFICATE_MEMBERS.map((name) => [name, optionalText(stated, name, "certificate")]));
}

/** A paper copy states its members; they are checked after kind, edition and status, as in Python. */
function allMembers(stated) {
  return Object.fromEntries(CERTIFICATE_MEMBERS.map((name) => [name, stated.has(name) ? stated.get(name) : null]));
}

function checkStated(stated, certificate) {
  for (const name of ["number", "purpose"]) checkText(certificate[name], `certificate.${name}`);
  for (const name of ["recipient", "applicant_no"]) optionalText(stated, name, "certificate");
}

function checkKind(kind, vocabulary) {
  if (typeof kind !== "string" || !vocabulary.kinds.has(kind)) throw new ClaimError("certificate.kind", "unknown_value");
}

function readStatus(value) {
  const status = readObject(value, "status");
  refuseUnknown(status, new Set(["status_list"]), "status");
  const reference = readObject(status.get("status_list"), "status.status_list");
  refuseUnknown(reference, new Set(["idx", "uri"]), "status.status_list");
  return {
    uri: checkText(reference.get("uri"), "status.status_list.uri"),
    idx: checkInteger(reference.get("idx"), "status.status_list.idx", INDEX),
  };
}

function readHolder(value) {
  const members = readObject(value, "holder");
  refuseUnknown(members, new Set(HOLDER_MEMBERS), "holder");
  const holder = {};
  for (const name of HOLDER_MEMBERS) {
    if (members.has(name)) {
      holder[name] = (name === "birth_date" ? checkDay : checkText)(members.get(name), `holder.${name}`);
    }
  }
  return holder;
}

function entriesOf(payload, { certificate, vocabulary, wallet, taken }) {
  const kind = certificate.kind === null ? null : vocabulary.kinds.get(certificate.kind);
  const blind = certificate.edition === "blind";
  const indexes = new Set([taken]);
  const entries = [];
  for (const category of vocabulary.categories) {
    const listed = payload.has(category) ? payload.get(category) : [];
    if (!Array.isArray(listed)) throw new ClaimError(category);
    if (listed.length > 0 && kind !== null && kind.categories !== null && !kind.categories.includes(category)) {
      throw new ClaimError(category, "wrong_category");
    }
    listed.forEach((item, position) => {
      const path = `${category}[${position}]`;
      const members = readObject(item, path);
      const type = typeOf(members, vocabulary, `${path}.type`);
      if (type.category !== category) throw new ClaimError(`${path}.type`, "wrong_category");
      if (blind) refuseHidden(members, type, { path, bodyOnly: !wallet });
      if (wallet) takeIndex(members, indexes, path); // each form in the order of its Python
      else checkText(members.get("title"), `${path}.title`);
      const entry = entryOf(members, type, { path, blind });
      entries.push({ ...entry, idx: wallet ? members.get("idx") : takeIndex(members, indexes, path) });
    });
  }
  return entries;
}

function takeIndex(members, indexes, path) {
  const idx = checkInteger(members.get("idx"), `${path}.idx`, INDEX);
  if (indexes.has(idx)) throw new ClaimError(`${path}.idx`, "repeated");
  indexes.add(idx);
  return idx;
}

function refuseHidden(members, type, { path, bodyOnly }) {
  const hidden = new Set(bodyOnly ? [] : type.ownFields.filter(hides).map((field) => field.name));
  if (type.issuing_body_blind === "hide") hidden.add("issuing_body");
  for (const name of members.keys()) if (hidden.has(name)) throw new ClaimError(`${path}.${name}`, "blind_field");
}

function hides(field) {
  return field.blind === "hide";
}

function typeOf(members, vocabulary, path) {
  const type = vocabulary.typeInCredentials(members.get("type"));
  if (type === null) throw new ClaimError(path, "unknown_type");
  return type;
}

function entryOf(members, type, { path, blind }) {
  return {
    type: type.id,
    category: type.category,
    title: optionalText(members, "title", path),
    titleEn: optionalText(members, "title_en", path),
    issuingBody: optionalText(members, "issuing_body", path),
    fields: ownFields(members, type, { path, blind }),
    asOf: checkDay(members.get("as_of"), `${path}.as_of`),
  };
}

/** Read the fields of an entry's type that are there; refuses any other member that no entry has. */
function ownFields(members, type, { path, blind }) {
  const own = new Map(type.ownFields.map((field) => [field.name, field]));
  for (const name of members.keys()) {
    if (type.forbiddenFields.has(name)) throw new ClaimError(`${path}.${name}`, "forbidden_field");
    if (!own.has(name) && !ENTRY_MEMBERS.has(name)) throw new ClaimError(placeOf(path, name), "unknown_field");
  }
  const fields = new Map();
  for (const [name, field] of own) {
    if (!members.has(name)) continue;
    if (blind && hides(field)) throw new ClaimError(`${path}.${name}`, "blind_field");
    checkValue(members.get(name), field, `${path}.${name}`);
    fields.set(name, members.get(name));
  }
  return fields;
}

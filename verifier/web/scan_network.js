/**
 * What the page asks of its own origin: what this verifier believes, its rules, and whole status lists.
 *
 * No address and no body here has anything of a certificate: a status list is asked for as a whole, by its own address.
 */

import { TrustBundle, Vocabulary } from "./verify.js";
import { StatusListError } from "./verify/refusal.js";
import { verifyStatusToken } from "./verify/status_list.js";
import { openDictionary } from "./qr/qr_payload.js";

const TELLING = ["status_rolled_back", "status_stale", "status_invalid", "status_unavailable"];
const REASON_OF_KIND = { expired: "status_stale" };
const LIST_PATIENCE_MS = 6000;

/** What the page knows for good: sentences and the code dictionary. */
export async function loadFixtures() {
  const [vocabulary, dictionary] = await Promise.all([
    loaded("/web/vocabulary.json").then((answer) => answer.json()),
    loaded("/web/qr/v1.bin").then((answer) => answer.arrayBuffer()),
  ]);
  return { vocabulary: new Vocabulary(vocabulary), dictionary: await openDictionary(dictionary) };
}

/**
 * What this verifier believes now, or what was kept of it.
 *
 * @returns {Promise<{bundle: TrustBundle, verifier: object, online: boolean, now: () => number}>} `now` is the time of
 *   the service while it can be asked; without it that of the device, but never earlier than the service has been seen
 */
export async function loadBeliefs() {
  const [answer, own] = await Promise.all([loaded("/bundle.json"), loaded("/web/verifier.json")]);
  const verifier = await own.json();
  const online = !answer.headers.has("X-Kept") && !own.headers.has("X-Kept");
  const began = performance.now();
  const served = () => verifier.now + Math.floor((performance.now() - began) / 1000);
  const device = () => Math.max(Math.floor(Date.now() / 1000), verifier.now);
  const bundle = new TrustBundle(new Uint8Array(await answer.arrayBuffer()));
  return { bundle, verifier, online, now: online ? served : device };
}

/**
 * Find the status list of a proved credential: at the service, else in the bundle.
 *
 * @returns {Promise<{token: object | null, reason: string | null, obtainedAt: number}>}
 */
export async function findStatus(uri, { issuer, now, graceS, bundle }) {
  const expected = { uri, issuer, now, graceS };
  const fetched = await fetchedList(uri);
  const answer = await listAnswer([fetched], expected);
  return answer.reason === null ? answer : listAnswer([fetched, bundle.statusLists.get(uri)], expected);
}

/**
 * Judge lists that are at hand; the first good one counts, else the most telling reason.
 *
 * @param {({token: string, obtainedAt: number} | {reason: string} | undefined)[]} candidates
 */
export async function listAnswer(candidates, expected) {
  const refused = [];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const answer = await judged(candidate, expected);
    if (answer.reason === null) return answer;
    refused.push(answer);
  }
  refused.sort((one, other) => TELLING.indexOf(one.reason) - TELLING.indexOf(other.reason));
  return refused[0] ?? { token: null, reason: "status_unavailable", obtainedAt: 0 };
}

async function judged(candidate, { uri, issuer, now, graceS }) {
  if (candidate.reason !== undefined) return { token: null, reason: candidate.reason, obtainedAt: 0 };
  const { obtainedAt } = candidate;
  try {
    const token = await verifyStatusToken(candidate.token.trim(), { uri, issuer, now });
    const reason = token.usableAt(now, obtainedAt, graceS) ? null : "status_stale";
    return { token, reason, obtainedAt };
  } catch (error) {
    if (!(error instanceof StatusListError)) throw error;
    return { token: null, reason: REASON_OF_KIND[error.kind] ?? "status_invalid", obtainedAt };
  }
}

async function fetchedList(uri) {
  try {
    const answer = await fetch(`/status?uri=${encodeURIComponent(uri)}`, {
      signal: AbortSignal.timeout(LIST_PATIENCE_MS),
    });
    const obtainedAt = Number(answer.headers.get("X-Status-Obtained-At"));
    if (answer.ok && obtainedAt > 0) return { token: await answer.text(), obtainedAt };
    const { code } = await answer.json();
    return { reason: TELLING.includes(code) ? code : "status_unavailable" };
  } catch {
    return { reason: "status_unavailable" }; // no network, or an answer that is none: the status was not learnt
  }
}

async function loaded(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new TypeError(`expected ${address}, found ${answer.status}`);
  return answer;
}

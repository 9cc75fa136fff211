/**
 * The page that a phone lands on: it reads the certificate out of the address, checks it here, and shows the answer.
 *
 * The fragment of the address never leaves the device. Nothing of a certificate is stored, put into a title, or sent.
 */

import { element, icon } from "./result_dom.js";
import { Words } from "./result_words.js";
import { resultView } from "./result.js";
import { CodeSet } from "./scan_codes.js";
import { findStatus, loadBeliefs, loadFixtures } from "./scan_network.js";
import { keepForOffline } from "./scan_offline.js";
import { failureView, noVerdictView, serviceOffer } from "./scan_no_verdict.js";
import { receiptOffer } from "./scan_receipt.js";
import { Scanner } from "./scan_scanner.js";
import { hexadecimal } from "./verify/report.js";
import { CannotDecide, verifyCredential } from "./verify.js";

const language = document.documentElement.lang === "en" ? "en" : "ko";
const RETURN_ATTEMPTS = 5;
const place = document.getElementById("scan");

/** One visit: what the page knows for good, what it believes now, and the certificate in hand, if any. */
class Visit {
  constructor(fixtures, beliefs) {
    this.fixtures = fixtures;
    this.beliefs = beliefs;
    this.words = new Words(fixtures.vocabulary, language);
    this.codes = new CodeSet(fixtures.dictionary);
    this.scanner = null;
    this.credential = null;
    this.offline = false;
  }

  async begin() {
    if (location.hash.length > 1) await this.take(location.href);
    else this.scan();
  }

  /** Take the text of one code; answers whether that was enough for an answer. */
  async take(text) {
    const found = await this.codes.add(text);
    if (found.credential === undefined) {
      if (this.scanner === null) this.scan();
      this.scanner.tell(found);
      return false;
    }
    this.credential = found.credential;
    await this.check();
    return true;
  }

  async check() {
    this.scanner?.stop();
    this.scanner = null;
    const { bundle, verifier, online, now } = this.beliefs;
    const { profile } = verifier;
    const at = now();
    let obtainedAt = 0;
    const rules = {
      bundle,
      vocabulary: this.fixtures.vocabulary,
      profile,
      findStatus: async (uri, issuer) => {
        const answer = await findStatus(uri, { issuer, now: at, graceS: profile.status_grace_s, bundle });
        obtainedAt = answer.token === null ? 0 : answer.obtainedAt;
        return answer;
      },
    };
    const evidence = { kind: "qr", sha256: await sha256(this.codes.text), name: "code" };
    try {
      const { addresses } = this.codes;
      const report = await verifyCredential(this.credential, rules, { now: at, evidence, addresses });
      this.show(report, online ? null : this.offlineNote(report, obtainedAt));
    } catch (error) {
      if (!(error instanceof CannotDecide)) throw error;
      const offer = serviceOffer(this.words, {
        text: this.codes.text,
        show: (answer) => this.show(answer, null, "privacy_asked"),
      });
      this.replace(noVerdictView(this.words, { heading: "cannot_heading", sentence: `cannot_${error.kind}`, offer }));
    }
  }

  /** Without a network, and only for a good signature: since when nobody has asked about cancellation. */
  offlineNote(report, obtainedAt) {
    if (report.disclosed === null) return null;
    const moment = obtainedAt > 0 ? this.words.time(new Date(obtainedAt * 1000).toISOString()).textContent : null;
    const sentence = moment === null ? "offline_never" : "offline_since";
    const text = this.words.word(sentence, { time: moment });
    return element("div.note.un.offline", icon("clock"), element("p", element("b", this.words.word("offline")), ` ${text}`));
  }

  show(report, note, whatLeft = "privacy") {
    const issuer = this.beliefs.bundle.issuer(report.certificate?.issuer.id);
    const view = resultView(report, this.fixtures.vocabulary, language, { expectedAddresses: issuer?.verifyUrls });
    if (note !== null) view.querySelector(".three").after(note);
    const privacy = element("p.s.muted", this.words.word(whatLeft));
    view.prepend(element("p.printed", this.words.word("not_proof")));
    view.append(this.actions(report), privacy);
    if (this.beliefs.verifier.receipts === true && this.beliefs.online && whatLeft === "privacy") {
      const left = () => (privacy.textContent = this.words.word("privacy_receipt"));
      privacy.before(receiptOffer(this.words, { text: this.codes.text, id: report.id, sent: left }));
    }
    this.replace(view);
    this.offline = note !== null;
  }

  actions(report) {
    const button = (tag, name, mark, onclick) =>
      element(tag, { type: "button", onclick }, icon(mark), this.words.word(name));
    const copy = button("button.btn.p", "copy_request", "mail", (event) => this.copyRequest(report, event.currentTarget));
    const again = button("button.btn", "again", "redo", () => this.again());
    const another = button("button.btn", "another", "cam", () => this.another());
    const print = button("button.btn", "print", "print", () => globalThis.print());
    if (report.verdict === "valid") another.classList.add("p");
    if (report.verdict === "indeterminate") again.classList.add("p");
    const shown = { valid: [another, print], invalid: [copy, another, print], indeterminate: [again, another, print] };
    return element("div.acts.noprint", ...shown[report.verdict]);
  }

  async copyRequest(report, button) {
    const failed = report.checks.find((each) => each.outcome === "failed");
    const values = { reason: this.words.of(failed.message), id: report.id };
    const text = this.words.word("request_text", values);
    try {
      await navigator.clipboard.writeText(text);
      button.lastChild.textContent = this.words.word("copied");
    } catch {
      button.lastChild.textContent = text; // not allowed here: at least it can be read
    }
  }

  async again() {
    this.beliefs = await loadBeliefs();
    if (this.credential === null) await this.begin();
    else await this.check();
  }

  /** The network is said to be back: check again until the service can be asked, and say so. */
  async returned() {
    for (let attempt = 1; attempt <= RETURN_ATTEMPTS; attempt += 1) {
      await this.again();
      if (this.beliefs.online) {
        this.announce("online_again");
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
    }
  }

  /** Say something above the answer that is shown; the place is a live region. */
  announce(name) {
    place.querySelector(".three")?.after(element("div.note.ok", icon("redo"), element("p", this.words.word(name))));
  }

  another() {
    history.replaceState(null, "", location.pathname);
    this.codes = new CodeSet(this.fixtures.dictionary);
    this.credential = null;
    this.scan();
  }

  scan() {
    this.scanner = new Scanner(this.words, {
      take: (text) => this.take(text),
      show: (report) => {
        this.scanner?.stop();
        this.scanner = null;
        this.show(report, null, "privacy_sent");
      },
    });
    this.replace(this.scanner.view);
  }

  /** Put a view in the place, with whose page this is below it, and begin reading at its heading. */
  replace(view) {
    place.replaceChildren(view, this.house());
    void painted().then(() => place.querySelector("h1")?.focus({ preventScroll: true })); // to focus is to lay out
  }

  house() {
    const { name } = this.beliefs.verifier;
    return element(
      "aside.house",
      { "aria-label": this.words.word("house") },
      icon("lock"),
      element(
        "p.s",
        name === "" ? null : element("b", `${this.words.word("house_name", { name })} `),
        this.words.word("house_host", { host: location.host }),
      ),
    );
  }
}

/** What can wait comes behind the next painting, so that the answer is seen first. */
function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

async function sha256(text) {
  return hexadecimal(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** The way to the other language keeps what stands in the address. */
function keepFragmentInLanguageLink() {
  const link = document.querySelector("a.lang");
  link?.addEventListener("click", () => {
    link.href = link.getAttribute("href").split("#")[0] + location.hash;
  });
}

async function main() {
  keepFragmentInLanguageLink();
  try {
    const visit = new Visit(...(await Promise.all([loadFixtures(), loadBeliefs()])));
    addEventListener("hashchange", () => {
      if (location.hash.length > 1) void visit.take(location.href);
    });
    addEventListener("online", () => {
      if (visit.offline) void visit.returned();
    });
    await visit.begin();
  } catch (error) {
    console.error(error.name); // never a message, which might hold a part of the certificate
    place.replaceChildren(failureView(language, error));
  }
  await painted();
  await keepForOffline();
}

await main();

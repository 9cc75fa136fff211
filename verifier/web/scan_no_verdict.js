/** What the page says when there is no verdict: what happened, that nothing was learnt, and what to do. */

import { element, icon } from "./result_dom.js";

// Needed when the file of the words itself could not be loaded.
const FAILURE = {
  ko: ["확인하지 못했습니다.", "확인에 필요한 자료를 불러오지 못했습니다. 인정서에 대해 알게 된 것은 없습니다. 연결을 살피고 다시 확인하십시오.", "다시 확인"],
  en: ["The check could not be made.", "What the check needs could not be loaded. Nothing was learnt about the certificate. Look at your connection and check again.", "Check again"],
};
const OLD = {
  ko: "이 브라우저로는 확인할 수 없습니다. 새 판으로 바꾸거나, PDF나 사진을 올려 확인하십시오.",
  en: "This browser cannot make the check. Update it, or check by uploading the PDF or a picture.",
};

const CHECKS = "/api/v1/checks";

/** @returns {HTMLElement} a view without a verdict, with the way to the other means of checking */
export function noVerdictView(words, { heading, sentence, offer = null }) {
  return element(
    "article.stack",
    band(words.word(heading), words.word(sentence)),
    offer,
    element("p.human", icon("id"), element("b", words.of(words.vocabulary.messages.notices.no_automatic_rejection))),
    element("p", desk(words)),
  );
}

/**
 * Sends what the codes say to the service, only on request, for what this page cannot judge.
 *
 * @param {import("./result_words.js").Words} words
 * @param {{text: string, show: (report: object) => void}} scanned the texts of the codes, one a line; and what to do with
 *   the service's Report, while this offer still stands on the page
 * @returns {HTMLElement} the button with its sentence
 */
export function serviceOffer(words, { text, show }) {
  const said = element("p.s", { role: "status" });
  const ask = async () => {
    said.textContent = words.word("reading");
    const headers = { "Content-Type": "text/plain", Accept: "application/json" };
    const answer = await fetch(CHECKS, { method: "POST", headers, body: text }).catch(() => null);
    const report = answer?.ok === true ? await answer.json().catch(() => null) : null;
    if (!said.isConnected) return; // something else stands here by now
    if (report === null) said.textContent = words.word("service_failed");
    else show(report);
  };
  const about = { type: "button", onclick: ask, "aria-describedby": "service-why" };
  const button = element("button.btn.p", about, icon("redo"), words.word("service_ask"));
  return element("div.noprint.stack-s", button, element("p.s.muted", { id: "service-why" }, words.word("service_why")), said);
}

/** @returns {HTMLElement} the way to upload and confirmation number */
export function desk(words) {
  return element("a.btn", { href: words.language === "ko" ? "/" : "/en/" }, icon("doc"), words.word("to_desk"));
}

/** @returns {HTMLElement} a view that needs no file of words */
export function failureView(language, error) {
  const [heading, sentence, again] = FAILURE[language];
  const old = error instanceof ReferenceError || !("DecompressionStream" in globalThis) || !globalThis.crypto?.subtle;
  const button = element("button.btn.p", { type: "button", onclick: () => location.reload() }, icon("redo"), again);
  return element("article.stack", band(heading, old ? OLD[language] : sentence), element("p", button));
}

function band(heading, sentence) {
  return element(
    "section.verdict.na",
    { role: "status" },
    icon("na", "i mark"),
    element("div", element("h1", { tabindex: "-1" }, heading), element("p", sentence)),
  );
}

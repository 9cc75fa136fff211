/**
 * A signed receipt for what was scanned: only on request, because for it the service must see the certificate.
 *
 * The rest of the page never sends what a code says; the button stands beside the sentence that this one does.
 */

import { element, icon } from "./result_dom.js";

const CHECKS = "/api/v1/checks";

/**
 * @param {import("./result_words.js").Words} words
 * @param {{text: string, id: string, sent: () => void}} scanned the texts of the codes, one a line; the id of the
 *   Report, for the name of the file; and what to do once the text has left this device
 * @returns {HTMLElement} the button with its sentence
 */
export function receiptOffer(words, { text, id, sent }) {
  const said = element("span.s", { role: "status" });
  const ask = async () => {
    said.textContent = words.word("reading");
    sent();
    const answer = await fetch(`${CHECKS}?lang=${words.language}`, {
      method: "POST",
      headers: { "Content-Type": "text/plain", Accept: "application/pdf" },
      body: text,
    }).catch(() => null);
    if (answer?.ok !== true) {
      said.textContent = words.word("receipt_failed");
      return;
    }
    save(await answer.blob(), `${id}.pdf`);
    said.textContent = words.word("receipt_saved");
  };
  const button = element("button.btn", { type: "button", onclick: ask, "aria-describedby": "receipt-why" }, icon("down"), words.word("receipt"));
  return element("div.noprint.stack-s", button, element("p.s.muted", { id: "receipt-why" }, words.word("receipt_why")), said);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

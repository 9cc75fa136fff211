/** The page as it was handed in beside the page as the credential says it; what differs is marked by sign and word. */

import { element, icon } from "./result_dom.js";

/**
 * @param {{signed: [string, boolean][][], printed: [string, boolean][][][], differences: number}} pages rows of the
 *   signed form, lines of each printed page; a piece of text with true differs
 * @param {Record<string, string>} words
 * @returns {HTMLElement}
 */
export function pagesView(pages, words) {
  const line = (pieces, tone) => element("p", ...pieces.flatMap((piece, place) => shown(piece, { place, tone, words })));
  const printed = pages.printed.map((page) => element("div.sheet", ...page.map((pieces) => line(pieces, "bad"))));
  const signed = element("div.sheet", ...pages.signed.map((pieces) => line(pieces, "ok")));
  return element(
    "details.card.more.pages",
    { open: pages.differences > 0 },
    element("summary", icon("next"), words.pages),
    element("p.s.muted", words.pages_why),
    element(
      "div.sides",
      element("section", element("h3", words.pages_printed), ...printed),
      element("section", element("h3", words.pages_signed), signed),
    ),
  );
}

function shown([text, differs], { place, tone, words }) {
  const between = tone === "ok" && place > 0 ? [" · "] : [];
  if (!differs) return [...between, text];
  const [tag, said] = tone === "bad" ? ["del", words.pages_differs] : ["ins", words.pages_as_signed];
  return [...between, element(tag, icon(tone), text, element("span.vh", ` (${said})`))];
}

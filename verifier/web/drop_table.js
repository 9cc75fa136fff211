/** The table of results: sorted, filtered, with the details of a row below it on request. */

import { VERDICTS } from "./drop_rows.js";
import { resultView } from "./result.js";
import { pagesView } from "./drop_pages.js";
import { element, icon, unproved } from "./result_dom.js";

const COLUMNS = ["file", "verdict", "holder", "number", "entry_count", "reason"];
const SORTED_BY = {
  file: (row) => row.name,
  verdict: (row) => VERDICTS.indexOf(row.verdict),
  holder: (row) => row.holder,
  number: (row) => row.number,
};

export class ResultsTable {
  /**
   * @param {HTMLElement} place
   * @param {{rows: object, words: object, vocabulary: object, language: string, actions: object}} desk
   */
  constructor(place, desk) {
    this.desk = desk;
    this.place = place;
    this.filter = "all";
    this.sought = "";
    this.order = null;
    this.lines = new Map();
    this.open = new Map();
    this.chips = new Map();
    this.heads = new Map();
    this.body = element("tbody", { role: "rowgroup" });
    this.heading = element("h2", { id: "results-h", tabindex: "-1" }, desk.words.results);
    this.bar = element("progress", { max: "1", value: "0", "aria-label": desk.words.results });
    this.status = element("p.s.muted.num");
    this.said = element("span.s", { role: "status" });
    place.replaceChildren(...this.frame());
    place.hidden = false;
  }

  frame() {
    const { words, actions } = this.desk;
    const search = element("input", { id: "sought", type: "search", autocomplete: "off", spellcheck: "false" });
    search.addEventListener("input", () => {
      this.sought = search.value.trim().toLowerCase();
      this.refresh();
    });
    const chips = element("div.chips", { role: "group", "aria-label": words.verdict });
    for (const name of ["all", ...VERDICTS]) chips.append(this.chip(name));
    const head = element("tr", { role: "row" }, ...COLUMNS.map((name) => this.head(name)));
    head.append(element("th", { role: "columnheader", scope: "col" }, element("span.vh", words.details)));
    const downloads = ["csv", "xlsx", "json"].map((kind) =>
      button(`btn sm`, "down", words[`download_${kind}`], () => actions.download(kind)),
    );
    this.receipts = button("btn sm", "doc", words.download_receipts, () => actions.receipts());
    this.receipts.hidden = true;
    return [
      element(
        "section.card.results",
        { "aria-labelledby": "results-h" },
        element("div.hd", this.heading, this.status),
        this.bar,
        element(
          "div.tools.noprint",
          chips,
          element("div.field.search", element("label", { for: "sought" }, words.filter_text), search),
        ),
        element(
          "table.ledger.fold.list",
          { role: "table", "aria-labelledby": "results-h" },
          element("thead", { role: "rowgroup" }, head),
          this.body,
        ),
        element(
          "div.acts.noprint",
          element("span.s.muted", words.download),
          ...downloads,
          this.receipts,
          button("btn sm danger", "na", words.erase, actions.erase),
          this.said,
        ),
      ),
    ];
  }

  chip(name) {
    const { words } = this.desk;
    const count = element("b", "0");
    const word = name === "all" ? words.filter_all : words[`verdict_${name}`];
    const chip = element("button.chip", { type: "button", "aria-pressed": String(name === this.filter) }, word, count);
    chip.addEventListener("click", () => {
      this.filter = name;
      for (const [each, { chip: other }] of this.chips) other.setAttribute("aria-pressed", String(each === name));
      this.refresh();
    });
    this.chips.set(name, { chip, count });
    return chip;
  }

  head(name) {
    const { words } = this.desk;
    const cell = element("th", { role: "columnheader", scope: "col", class: `c-${name}` });
    if (SORTED_BY[name] === undefined) {
      cell.append(words[name]);
      return cell;
    }
    const sorter = element("button.sorter", { type: "button", title: words.sort_by.replace("{column}", words[name]) });
    sorter.append(words[name]);
    sorter.addEventListener("click", () => {
      const descending = this.order?.name === name && !this.order.descending;
      this.order = { name, descending };
      for (const other of this.heads.values()) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
      this.refresh();
    });
    this.heads.set(name, cell);
    cell.append(sorter);
    return cell;
  }

  /** Show the rows as they are now. */
  refresh() {
    const { rows, words } = this.desk;
    const shown = this.sorted(rows.all.filter((row) => this.isShown(row)));
    this.replace(shown.flatMap((row) => this.nodes(row)));
    const counts = rows.counts();
    for (const [name, { count }] of this.chips) {
      count.textContent = String(name === "all" ? rows.all.length : counts.get(name));
    }
    const total = rows.all.length;
    const done = total - counts.get("waiting");
    this.bar.max = Math.max(1, total);
    this.bar.value = done;
    this.bar.hidden = done === total;
    this.status.textContent = words.progress.replace("{total}", total).replace("{done}", done);
  }

  /** Show lines; whoever is in one of them with the keyboard stays there. */
  replace(lines) {
    const { activeElement: focused } = document;
    this.body.replaceChildren(...lines);
    if (this.body.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Say something about all results, beside the buttons for them. */
  tell(text) {
    this.refresh();
    this.said.textContent = text;
  }

  sorted(rows) {
    if (this.order === null) return rows;
    const { name, descending } = this.order;
    const key = SORTED_BY[name];
    const compare = (a, b) => {
      const [x, y] = [key(a), key(b)];
      return typeof x === "number" ? x - y : x.localeCompare(y, this.desk.language, { numeric: true });
    };
    return [...rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  }

  isShown(row) {
    if (this.filter !== "all" && row.verdict !== this.filter) return false;
    return [row.name, row.holder, row.number].some((text) => text.toLowerCase().includes(this.sought));
  }

  nodes(row) {
    const kept = this.lines.get(row);
    const state = `${row.verdict} ${row.note} ${row.failure}`;
    if (kept?.state !== state) this.lines.set(row, { state, node: this.line(row) });
    const { node } = this.lines.get(row);
    const details = this.open.get(row);
    return details === undefined ? [node] : [node, details];
  }

  line(row) {
    const { words, vocabulary, language } = this.desk;
    const isOver = row.line !== null || row.failure !== "";
    const word = row.failure !== "" ? words.failed : isOver ? words[`verdict_${row.verdict}`] : words.waiting;
    const tag = isOver ? element(`span.tag.${row.sign}`, icon(row.sign), word) : element("span.tag", icon("clock"), word);
    const cell = (name, ...content) => element("td", { role: "cell", class: `c-${name}${content[0]?.textContent === "–" || content[0] === "–" ? " hide-s" : ""}`, "data-l": words[name] }, ...content);
    const line = element(
      "tr",
      { role: "row" },
      element("th", { role: "rowheader", scope: "row", class: "c-file" }, unproved(row.name)),
      cell("verdict", tag),
      cell("holder", unproved(row.holder || "–")),
      cell("number", unproved(row.number || "–")),
      cell("entry_count", row.entries === null ? "–" : String(row.entries)),
      cell("reason", row.summary(vocabulary, language)),
    );
    const last = element("td", { role: "cell", class: "c-details noprint" });
    if (row.line !== null) last.append(this.opener(row));
    line.append(last);
    return line;
  }

  opener(row) {
    const { words } = this.desk;
    const opener = element("button.btn.sm", { type: "button", "aria-expanded": String(this.open.has(row)) });
    const name = () => opener.replaceChildren(this.open.has(row) ? words.close : words.details, element("span.vh", " ", unproved(row.name)));
    opener.addEventListener("click", () => {
      if (this.open.has(row)) this.open.delete(row);
      else this.open.set(row, this.details(row));
      opener.setAttribute("aria-expanded", String(this.open.has(row)));
      name();
      this.refresh();
      opener.focus();
    });
    name();
    return opener;
  }

  /** Open the details of a row, and move there. */
  show(row) {
    if (!this.open.has(row)) this.open.set(row, this.details(row));
    this.lines.delete(row);
    this.refresh();
    const heading = this.open.get(row).querySelector("h2, h3");
    heading?.focus();
    heading?.scrollIntoView({ block: "start" });
  }

  details(row) {
    const view = row.line.error ? this.unreadable(row) : this.report(row);
    if (row.pages !== null) view.append(pagesView(row.pages, this.desk.words));
    view.append(this.deeds(row));
    return element("tr.detail", { role: "row" }, element("td", { role: "cell", colspan: "7" }, view));
  }

  report(row) {
    const { vocabulary, language } = this.desk;
    const view = resultView(row.line, vocabulary, language, { name: row.name });
    for (const section of view.querySelectorAll("section[aria-labelledby]")) section.removeAttribute("aria-labelledby");
    for (const named of view.querySelectorAll("[id]")) named.removeAttribute("id"); // there is one view for each row
    const title = view.querySelector("h1");
    if (title !== null) title.replaceWith(element("h2.h1", { tabindex: "-1" }, ...title.childNodes)); // the page has its own
    return view;
  }

  unreadable(row) {
    const { vocabulary, language } = this.desk;
    const { error } = row.line;
    const texts = vocabulary.messages.lookups.kinds[error.kind] ? "lookups" : "unreadable";
    return element(
      "article.stack.result",
      element(
        "section.verdict.na",
        icon("na", "i mark"),
        element(
          "div",
          element("h2.h1", { tabindex: "-1" }, vocabulary.messages[texts].heading[language]),
          element("p", error.message[language]),
          element("p.when", unproved(row.name)),
        ),
      ),
      element(
        "section.card",
        element("h3", this.desk.words.todo),
        element("p.ln", icon("next"), element("span", error.ask[language])),
        element("p.note.un", icon("info"), element("b", error.notice[language])),
      ),
    );
  }

  deeds(row) {
    const { words, actions, receipts } = this.desk;
    const said = element("span.s", { role: "status" });
    const deeds = [];
    if (!row.line.error && receipts && row.given !== null) {
      deeds.push(button("btn sm", "down", words.save_receipt, () => actions.receipt(row, said)));
    } else if (!row.line.error && receipts) {
      said.textContent = words.no_receipt_zip;
    }
    if (row.verdict !== "valid") deeds.push(button("btn sm", "mail", words.copy_request, () => actions.copy(row, said)));
    deeds.push(button("btn sm", "print", words.print, () => window.print()));
    return element("div.acts.noprint", ...deeds, said);
  }
}

function button(classes, mark, word, act) {
  const made = element("button", { type: "button", class: classes }, icon(mark), word);
  made.addEventListener("click", act);
  return made;
}

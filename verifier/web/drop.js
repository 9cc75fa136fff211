/**
 * The employer's desk: takes files, a number or a text, and shows what was found, as it is found.
 *
 * One file goes to the form's own address and nothing of it is kept; several, or a ZIP, become a job of the service.
 */

import { Rows } from "./drop_rows.js";
import { erase, follow, jsonLines, receipt, receiptsOf, Refused, send, sendJob, table } from "./drop_send.js";
import { ResultsTable } from "./drop_table.js";
import { Vocabulary } from "./verify/vocabulary.js";

const LARGEST_FILE = 10 * 1024 * 1024;
const LARGEST_TABLE = 32 * 1024 * 1024;
const SAID_EVERY_MS = 3000;
const TOO_LARGE = 413;

const language = document.documentElement.lang;
const { form: address, receipts, kept } = document.body.dataset;
const place = (id) => document.getElementById(id);

const [words, vocabulary] = await Promise.all([
  fetch(`/web/words-${language}.json`).then((answer) => answer.json()),
  fetch("/web/vocabulary.json").then(async (answer) => new Vocabulary(await answer.json())),
]);

const rows = new Rows();
const jobs = new Set();
const archives = [];
let shown = null;
let saidAt = 0;
let untilErased = new AbortController(); // what is on its way when everything is erased must not come back

function tableOfResults() {
  shown ??= new ResultsTable(place("results"), {
    rows,
    words,
    vocabulary,
    language,
    receipts: receipts === "yes",
    actions: { download, erase: eraseAll, receipt: saveReceipt, receipts: saveReceipts, copy: copyRequest },
  });
  return shown;
}

function say(text, { isUrgent = false } = {}) {
  const now = Date.now();
  if (!isUrgent && now - saidAt < SAID_EVERY_MS) return;
  saidAt = now;
  place("said").textContent = text;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function refresh() {
  tableOfResults().refresh();
  const counts = rows.counts();
  const total = rows.all.length;
  const waiting = counts.get("waiting");
  if (waiting > 0) say(filled(words.progress, { total, done: total - waiting }));
  else say(filled(words.all_done, Object.fromEntries(counts)), { isUrgent: true });
}

/** @returns {string} why there is no result, in a sentence that says nothing about any certificate */
function reasonOf(error) {
  if (!(error instanceof Refused)) throw error;
  const { status, problem } = error;
  if (problem.message) return problem.message[language];
  if (status === 0) return words.failed_network;
  if (status === TOO_LARGE) return words.failed_large;
  if (problem.code === "job_unknown") return words.failed_gone;
  if (problem.code === "issuer_choice") return words.failed_issuer;
  if (problem.code === "upload_empty") return words.failed_empty;
  if (problem.code === "nothing_given") return words.failed_input;
  return filled(words.failed_service, { id: problem.request_id ?? "-" });
}

function teller(parts, { signal }) {
  const note = (text) => {
    if (signal.aborted) return;
    for (const row of parts) if (row.line === null) row.note = text;
    refresh();
  };
  let last = -1;
  return {
    progress: (share) => {
      const percent = Math.floor(share * 100);
      if (percent === last) return;
      last = percent;
      note(percent < 100 ? filled(words.uploading, { percent }) : words.checking);
    },
    busy: (seconds) => note(filled(words.failed_busy, { seconds })),
  };
}

async function checkOne(row, form) {
  const { signal } = untilErased;
  try {
    const { pages = null, ...line } = await send(address, form, teller([row], { signal }));
    row.line = line; // what stands in files of results; the pages are only for this page
    row.pages = pages;
  } catch (error) {
    row.failure = reasonOf(error);
  }
  if (signal.aborted) return;
  refresh();
  if (rows.all.length === 1 && row.line !== null) tableOfResults().show(row);
}

async function checkMany(parts) {
  const { signal } = untilErased;
  try {
    const wishes = place("wish")?.checked === true;
    const job = await sendJob(parts.map((row) => row.given), teller(parts, { signal }), wishes ? language : null);
    if (signal.aborted) {
      await erase(job);
      return;
    }
    jobs.add(job);
    for (const row of parts) row.note = words.waiting;
    const end = await follow(job, signal, (lines) => {
      rows.take(parts, lines);
      refresh();
    });
    if (end === null) return;
    rows.close(parts, words.failed_empty);
    refresh();
    if (wishes) await keepReceipts(job, end, signal);
    if (end.kept_days === 0) {
      if (await erase(job)) jobs.delete(job);
    } else if (!signal.aborted) showKept(end.erased_at);
  } catch (error) {
    if (signal.aborted) return;
    rows.close(parts, reasonOf(error));
    refresh();
  }
}

/** The receipts of a job come here with its last result, because the service erases them with it. */
async function keepReceipts(job, { total, verdicts }, signal) {
  if (verdicts.error === total) return;
  try {
    const archive = await receiptsOf(job);
    if (signal.aborted) return;
    archives.push(archive);
    tableOfResults().receipts.hidden = false;
  } catch (error) {
    reasonOf(error);
    if (!signal.aborted) say(words.receipt_failed, { isUrgent: true });
  }
}

function saveReceipts() {
  archives.forEach((archive, place) => save(archive, archives.length > 1 ? `receipts-${place + 1}.zip` : "receipts.zip"));
}

function takeFiles(files) {
  if (files.length === 0) return;
  const parts = [...files].map((file) => rows.add(file.name, file));
  refresh();
  const [only] = parts;
  if (parts.length > 1 || only.isArchive || only.given.size > LARGEST_FILE) {
    checkMany(parts);
    return;
  }
  const form = new FormData();
  form.append("file", only.given);
  checkOne(only, form);
}

function takeForm(form, name) {
  const fields = new FormData(form);
  checkOne(rows.add(name, fields.get("text")), fields);
  form.reset();
}

async function download(kind) {
  const { lines } = rows;
  const text = jsonLines(lines);
  if (kind === "json") {
    save(new Blob([text], { type: "application/x-ndjson" }), "results.jsonl");
  } else if (text.length > LARGEST_TABLE) {
    say(words.download_large, { isUrgent: true });
  } else {
    await table(lines, kind).then(
      (file) => save(file, `results.${kind}`),
      (error) => say(reasonOf(error), { isUrgent: true }),
    );
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function eraseAll() {
  untilErased.abort();
  untilErased = new AbortController();
  await Promise.all([...jobs].map(async (job) => (await erase(job)) && jobs.delete(job)));
  if (jobs.size > 0) {
    rows.close(rows.all, words.given_up);
    tableOfResults().tell(words.erase_failed);
    return;
  }
  archives.length = 0;
  rows.clear();
  place("results").replaceChildren();
  place("results").hidden = true;
  shown = null;
  place("kept-until")?.remove();
  say(words.erased, { isUrgent: true });
  place("file").focus();
}

async function saveReceipt(row, said) {
  said.textContent = words.checking;
  try {
    save(await receipt(row.given, language), `${row.line.id}.pdf`);
    said.textContent = "";
  } catch (error) {
    reasonOf(error);
    said.textContent = words.receipt_failed;
  }
}

async function copyRequest(row, said) {
  const text = filled(words.request_text, { id: row.line.id ?? "-" });
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = words.copied;
  } catch {
    said.textContent = text; // not allowed, or not there: at least it can be read
  }
}

function showKept(until) {
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(until));
  const line = place("kept-until") ?? document.createElement("p");
  line.id = "kept-until";
  line.className = "note";
  line.textContent = filled(words.server_kept, { time });
  place("results").after(line);
}

function listen() {
  const drop = place("files");
  const input = place("file");
  input.multiple = true;
  input.required = false;
  input.addEventListener("change", () => {
    takeFiles(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    takeFiles(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (files.length === 0) return; // a text goes where the cursor is
    event.preventDefault();
    takeFiles(files);
  });
  const forms = { number: words.drop_number_label, text: words.pasted };
  for (const [id, name] of Object.entries(forms)) {
    place(id).addEventListener("submit", (event) => {
      event.preventDefault();
      takeForm(event.target, name);
    });
  }
  document.documentElement.dataset.ready = kept;
}

listen();

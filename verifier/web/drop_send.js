/** What the desk says to its service, and to nobody else: one file, many files, a number; receipts and tables. */

const JOBS = "/api/v1/jobs";
const EXPORTS = "/api/v1/exports";
const CHECKS = "/api/v1/checks";
const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 1000;
const TRIES = 20;
const NO_ANSWER_S = 1;
const GONE = 404;
const KINDS = { pdf: "application/pdf", png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg" };

export const TABLES = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** The service did not do what was asked; `problem` is its problem document, empty when there was no answer at all. */
export class Refused extends Error {
  constructor(status, problem = {}) {
    super(problem.code ?? "network");
    this.status = status;
    this.problem = problem;
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Send a form, and again when the service says that it is busy.
 * @param {string} address
 * @param {FormData} form
 * @param {{progress: (share: number) => void, busy: (seconds: number) => void}} tell
 * @returns {Promise<object>} the answer
 */
export async function send(address, form, tell, headers = {}) {
  for (let left = TRIES; ; left -= 1) {
    const answer = await upload(address, form, tell.progress, headers);
    if (answer.status < 300) return answer.body;
    if (!(answer.retryAfter > 0) || left <= 1) throw new Refused(answer.status, answer.body ?? {});
    tell.busy(answer.retryAfter);
    await pause(answer.retryAfter * 1000);
  }
}

function upload(address, form, progress, headers) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing while it sends
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new Refused(0)));
    request.addEventListener("load", () => {
      const retryAfter = Number(request.getResponseHeader("Retry-After"));
      resolve({ status: request.status, body: request.response, retryAfter });
    });
    request.send(form);
  });
}

/**
 * Hand in many files as one job.
 * @param {"ko" | "en" | null} receipts the language of receipts, where they are wished for
 * @returns {Promise<string>} the address of the job
 */
export async function sendJob(files, tell, receipts) {
  const form = new FormData();
  for (const file of files) form.append("file", file);
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
  const address = receipts === null ? JOBS : `${JOBS}?receipts=${receipts}`;
  return (await send(address, form, tell, { "Idempotency-Key": key })).status;
}

/**
 * Read the results of a job as they come.
 * @param {string} job its address
 * @param {AbortSignal} signal says when nobody wants them any more
 * @param {(lines: object[], status: object) => void} take
 * @returns {Promise<object | null>} how it ended; null when it was given up
 */
export async function follow(job, signal, take) {
  let seen = 0;
  let wait = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const status = await (await ask(job)).json();
    if (status.done > seen) {
      const lines = linesOf(await (await ask(`${job}/results?after=${seen}`)).text());
      if (signal.aborted) break;
      seen += lines.length;
      take(lines, status);
      wait = FIRST_PAUSE_MS;
    }
    if (status.state === "done" && seen >= status.total) return status;
    await pause(wait);
    wait = Math.min(LONGEST_PAUSE_MS, wait * 1.5);
  }
  return null;
}

/** @returns {Promise<Blob>} the receipts of a finished job, a ZIP */
export async function receiptsOf(job) {
  return (await ask(`${job}/receipts`)).blob();
}

/** @returns {Promise<boolean>} whether nothing of a job is there any more; one that is gone already is fine */
export async function erase(job) {
  const answer = await fetch(job, { method: "DELETE" }).catch(() => null);
  return answer !== null && (answer.ok || answer.status === GONE);
}

/**
 * Have something checked once more, for a receipt.
 * @param {File | string} given
 * @returns {Promise<Blob>} a PDF
 */
export async function receipt(given, language) {
  const name = typeof given === "string" ? "" : given.name;
  const ending = name.split(".").pop().toLowerCase();
  const kind = typeof given === "string" ? "text/plain" : (KINDS[ending] ?? "text/plain");
  const headers = { Accept: "application/pdf", "Content-Type": kind };
  const answer = await ask(`${CHECKS}?lang=${language}`, { method: "POST", body: given, headers });
  return answer.blob();
}

/** @returns {Promise<Blob>} results as CSV or XLSX, written by the service, which keeps nothing */
export async function table(lines, kind) {
  const body = new Blob([jsonLines(lines)]);
  const headers = { Accept: TABLES[kind], "Content-Type": "application/x-ndjson" };
  return (await ask(EXPORTS, { method: "POST", body, headers })).blob();
}

export const jsonLines = (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** Ask, and again when the service is busy; what is only read is asked for again without an answer, too. */
async function ask(address, options = {}) {
  for (let left = TRIES; ; left -= 1) {
    const answer = await fetch(address, options).catch(() => null);
    if (answer?.ok) return answer;
    const wait = answer === null ? NO_ANSWER_S : Number(answer.headers.get("Retry-After"));
    const again = wait > 0 && left > 1 && (answer !== null || options.method === undefined);
    if (!again) throw new Refused(answer?.status ?? 0, (await answer?.json().catch(() => null)) ?? {});
    await pause(wait * 1000);
  }
}

function linesOf(text) {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** What was read from codes, in any order: the certificate once all of its codes are there, else which are missing. */

import { QrPayloadError, decodeQrPayload, joinCodes, splitQrText } from "./qr/qr_payload.js";

const NOT_OURS = ["digits", "format_unknown"];
const KINDS = { codes_missing: "codes_missing", codes_mixed: "several_certificates" };

/** Texts of codes, each counted once; the JavaScript of `verifier.evidence.codes.CodeSet` for one certificate. */
export class CodeSet {
  #dictionary;
  #texts = new Set();
  #addresses = new Set();

  constructor(dictionary) {
    this.#dictionary = dictionary;
  }

  /** @returns {string} every text, one a line: what was handed in */
  get text() {
    return [...this.#texts].join("\n");
  }

  /** @returns {string[]} where the codes lead */
  get addresses() {
    return [...this.#addresses];
  }

  /**
   * Take the text of one code, with or without the address before its payload.
   *
   * @param {string} text
   * @returns {Promise<{credential: string} | {problem: string, missing?: number[], total?: number}>} `problem` is a kind
   *   of the vocabulary's unreadable things; a code that is not ours changes nothing
   */
  async add(text) {
    try {
      return await this.#added(text);
    } catch (error) {
      if (!(error instanceof QrPayloadError)) throw error;
      if (NOT_OURS.includes(error.kind)) return { problem: "other_code" };
      const problem = KINDS[error.kind] ?? "code_damaged";
      return { problem, missing: error.missing, total: this.#texts.size + error.missing.length };
    }
  }

  async #added(text) {
    const { address, payload } = splitQrText(text);
    const joined = await joinCodes([payload]).catch((error) => whole(error));
    if (joined !== null) {
      const credential = await decodeQrPayload(joined, [this.#dictionary]);
      this.#texts.clear();
      this.#addresses.clear();
      this.#note(text, address);
      return { credential };
    }
    this.#note(text, address);
    try {
      return { credential: await decodeQrPayload(await joinCodes(this.#texts), [this.#dictionary]) };
    } catch (error) {
      if (error.kind !== "codes_missing") this.#restart(text, address);
      throw error;
    }
  }

  /** Codes that do not belong together: the last one begins anew. */
  #restart(text, address) {
    this.#texts.clear();
    this.#addresses.clear();
    this.#note(text, address);
  }

  #note(text, address) {
    this.#texts.add(text);
    if (address !== null) this.#addresses.add(address);
  }
}

/** One code of several is no fault of its own. */
function whole(error) {
  if (error instanceof QrPayloadError && error.kind === "codes_missing") return null;
  throw error;
}

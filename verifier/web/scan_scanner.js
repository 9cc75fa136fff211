/** The scanner of the page: camera, torch, chosen pictures, and which codes are still missing. */

import { element, icon } from "./result_dom.js";
import { Camera, codeReader, readPicture } from "./scan_camera.js";
import { desk } from "./scan_no_verdict.js";
import { filled } from "./verify/vocabulary.js";

const TOO_MANY = [429, 503];

export class Scanner {
  #words;
  #handlers;
  #camera = null;
  #lit = false;

  /**
   * @param {import("./result_words.js").Words} words
   * @param {{take: (text: string) => Promise<boolean>, show: (report: object) => void}} handlers
   */
  constructor(words, handlers) {
    this.#words = words;
    this.#handlers = handlers;
    const word = (name) => words.word(name);
    const button = (tag, name, mark, onclick) => element(tag, { type: "button", onclick }, icon(mark), element("span", word(name)));
    this.video = element("video", { playsinline: true, muted: true, "aria-label": word("camera_view"), hidden: true });
    this.state = element("p.state", { role: "status" });
    this.how = element("p.s.muted");
    this.startButton = button("button.btn.p.wide", "camera_start", "cam", () => this.#toggle());
    this.torchButton = button("button.btn", "torch_on", "info", () => this.#torch());
    this.torchButton.hidden = true;
    this.file = element("input.vh", { type: "file", accept: "image/png,image/jpeg", id: "picture" });
    this.file.addEventListener("change", () => this.#picture());
    this.view = element(
      "section.card.stack-s.scanner",
      element("h1", { tabindex: "-1" }, word("scan_heading")),
      element("p", word("scan_why")),
      element("div.viewer", this.video),
      this.state,
      element(
        "div.acts",
        this.startButton,
        this.torchButton,
        this.file,
        element("label.btn", { for: "picture" }, icon("doc"), element("span", word("file"))),
        desk(words),
      ),
      this.how,
    );
    this.ready = codeReader().then((reader) => {
      this.reader = reader;
      this.how.textContent = word(reader === null ? "sends_pictures" : "reads_here");
    });
  }

  /** Say what was found in place of a whole certificate. */
  tell({ problem, missing = [], total = 0, values = {} }) {
    const { heading_codes: heading, kinds } = this.#words.vocabulary.messages.unreadable;
    if (problem !== "codes_missing") {
      this.state.textContent = filled(this.#words.of(kinds[problem] ?? kinds.not_a_certificate), values);
      return;
    }
    const counts = missing.length > 0 ? { total, have: total - missing.length } : values;
    const which = missing.length > 0 ? this.#words.word("codes_missing", { total, missing: missing.join(", ") }) : this.#words.word("together");
    this.state.textContent = `${filled(this.#words.of(heading), counts)} ${which}`;
  }

  stop() {
    this.#camera?.stop();
    this.#camera = null;
  }

  async #toggle() {
    if (this.#camera !== null) {
      this.stop();
      this.#showCamera(false);
      return;
    }
    await this.ready;
    const camera = new Camera(this.video, this.reader);
    try {
      await camera.start();
    } catch (error) {
      if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
      this.state.textContent = this.#words.word("camera_refused");
      return;
    }
    this.#camera = camera;
    this.#showCamera(true);
    this.state.textContent = this.#words.word("looking");
    await camera.look({
      texts: (texts) => this.#texts(texts),
      answer: (answer) => this.#answer(answer, { seeking: true }),
      nothingYet: () => (this.state.textContent = this.#words.word("nothing_yet")),
    });
  }

  #showCamera(on) {
    this.video.hidden = !on;
    this.torchButton.hidden = !(on && this.#camera.hasTorch);
    this.startButton.lastChild.textContent = this.#words.word(on ? "camera_stop" : "camera_start");
    if (!on) this.state.textContent = "";
  }

  async #torch() {
    this.#lit = !this.#lit;
    await this.#camera?.setTorch(this.#lit);
    this.torchButton.lastChild.textContent = this.#words.word(this.#lit ? "torch_off" : "torch_on");
  }

  async #picture() {
    const [picture] = this.file.files;
    if (picture === undefined) return;
    await this.ready;
    this.state.textContent = this.#words.word("reading");
    const { texts, answer } = await readPicture(picture, this.reader);
    this.file.value = "";
    if (answer !== undefined) await this.#answer(answer, { seeking: false });
    else if (texts.length === 0) this.tell({ problem: "no_code" });
    else await this.#texts(texts);
  }

  async #texts(texts) {
    for (const text of texts) if (await this.#handlers.take(text)) return true;
    return false;
  }

  /** What the service says about a picture; while seeking, a picture without a code says nothing. */
  async #answer({ report, problem, status }, { seeking }) {
    if (report !== undefined) {
      this.#handlers.show(report);
      return true;
    }
    if (status === 0) this.state.textContent = this.#words.word("service_failed");
    else if (TOO_MANY.includes(status)) this.state.textContent = this.#words.word("too_many");
    else if (problem.kind === "codes_missing") this.state.textContent = `${this.#words.of(problem.message)} ${this.#words.word("together")}`;
    else if (!seeking) this.state.textContent = this.#words.of(problem.message ?? { ko: problem.detail, en: problem.detail });
    return false;
  }
}

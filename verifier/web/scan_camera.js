/**
 * The camera and pictures of the page: codes are read by the browser where it can, else by our own service.
 *
 * What is sent to the service is a picture, never a payload that was read; the page says so before.
 */

const CHECKS = "/api/v1/checks";
const READ_EVERY_MS = 200;
const SEND_EVERY_MS = 1500;
const PATIENT_FRAMES_MS = 10_000;
const JPEG_QUALITY = 0.9;

/** @returns {Promise<BarcodeDetector | null>} what reads codes on this device, or null where the browser has none */
export async function codeReader() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

/** The camera as a source of codes; `found` is called with what was read until it answers that this is enough. */
export class Camera {
  #video;
  #reader;
  #stream = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {BarcodeDetector | null} reader
   */
  constructor(video, reader) {
    this.#video = video;
    this.#reader = reader;
  }

  /** @throws {DOMException} the camera is refused or missing */
  async start() {
    this.#stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
      audio: false,
    });
    this.#video.srcObject = this.#stream;
    await this.#video.play();
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** @returns {boolean} whether there is a light to switch */
  get hasTorch() {
    return this.#track?.getCapabilities?.().torch === true;
  }

  async setTorch(on) {
    await this.#track.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /**
   * Look at frame after frame until it is stopped.
   *
   * @param {{texts: (texts: string[]) => Promise<boolean>, answer: (answer: object) => Promise<boolean>,
   *   nothingYet: () => void}} handlers each says whether that was enough
   */
  async look({ texts, answer, nothingYet }) {
    const began = performance.now();
    let told = false;
    while (this.#stream !== null) {
      if (!told && performance.now() - began > PATIENT_FRAMES_MS) {
        nothingYet();
        told = true;
      }
      if (this.#video.videoWidth > 0 && (await this.#frame(texts, answer))) return;
      await pause(this.#reader === null ? SEND_EVERY_MS : READ_EVERY_MS);
    }
  }

  async #frame(texts, answer) {
    if (this.#reader !== null) {
      const codes = await this.#reader.detect(this.#video);
      return codes.length > 0 && texts(codes.map((code) => code.rawValue));
    }
    const picture = await this.#still();
    return this.#stream !== null && answer(await askService(picture));
  }

  #still() {
    const canvas = document.createElement("canvas");
    canvas.width = this.#video.videoWidth;
    canvas.height = this.#video.videoHeight;
    canvas.getContext("2d").drawImage(this.#video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  }
}

/**
 * Read a chosen picture.
 *
 * @param {Blob} picture
 * @param {BarcodeDetector | null} reader
 * @returns {Promise<{texts: string[]} | {answer: object}>} what its codes say, or what the service answered
 */
export async function readPicture(picture, reader) {
  if (reader === null) return { answer: await askService(picture) };
  const bitmap = await createImageBitmap(picture).catch(() => null); // no picture, or of a kind not known here
  const codes = bitmap === null ? [] : await reader.detect(bitmap);
  return { texts: codes.map((code) => code.rawValue) };
}

/** @returns {Promise<{report: object} | {problem: object, status: number}>} status 0: there was no answer */
async function askService(picture) {
  const answer = await fetch(CHECKS, {
    method: "POST",
    headers: { "Content-Type": picture.type, Accept: "application/json" },
    body: picture,
  }).catch(() => null);
  const document = await answer?.json().catch(() => null);
  if (!document) return { problem: {}, status: 0 };
  return answer.ok ? { report: document } : { problem: document, status: answer.status };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

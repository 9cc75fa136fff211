/** Why a text is refused as a QR payload, with the same kinds as `QrPayloadError` in credential_schemas/errors.py. */
export class QrPayloadError extends Error {
  /**
   * @param {string} kind one of the kinds in docs/formats/qr-payload.md section 8
   * @param {string} detail what was expected; never a part of the credential
   * @param {number[]} missing for `codes_missing`: the numbers, from 1, of the absent codes
   */
  constructor(kind, detail, missing = []) {
    super(`${kind}: ${detail}`);
    this.name = "QrPayloadError";
    this.kind = kind;
    this.missing = Object.freeze([...missing]);
  }
}

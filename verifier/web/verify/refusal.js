/** Why a credential or a status list is refused; codes, steps and kinds as in credential_schemas/errors.py. */

/** One refusal of the verification algorithm. */
export class SdJwtRefused extends Error {
  /**
   * @param {string} code such as `E_SIGNATURE`
   * @param {number} step 0 to 28
   * @param {string} trust for step 6: `issuer_not_trusted`, `type_not_trusted` or `key_unknown`, where that is the reason
   */
  constructor(code, step, trust = "") {
    super(`${code} at step ${step}`);
    this.name = "SdJwtRefused";
    this.code = code;
    this.step = step;
    this.trust = trust;
  }
}

/** A status list that cannot be believed; `kind` says why. */
export class StatusListError extends Error {
  constructor(kind) {
    super(kind);
    this.name = "StatusListError";
    this.kind = kind;
  }
}

/** A claim that is not as the claim set demands; `field` is its path, `kind` says why. */
export class ClaimError extends Error {
  constructor(field, kind = "wrong_kind") {
    super(`${field}: ${kind}`);
    this.name = "ClaimError";
    this.field = field;
    this.kind = kind;
  }
}

/** This page cannot judge the credential, and says so instead of giving a verdict; `kind` says what it lacks. */
export class CannotDecide extends Error {
  constructor(kind) {
    super(kind);
    this.name = "CannotDecide";
    this.kind = kind;
  }
}

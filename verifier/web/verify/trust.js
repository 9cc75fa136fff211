/**
 * Whom this verifier believes, as its own `/bundle.json` says; the JavaScript of `keys.trust_list` for reading.
 *
 * The page trusts the origin it came from, so the list is not judged again: the service has refused a bad one.
 *
 * Source: docs/formats/trust-bundle.md
 */

import { keyOfJwk } from "./jws.js";
import { SdJwtRefused } from "./refusal.js";
import { decodeJsonObject } from "./strict_json.js";

const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/** One issuer of the list; members as in `keys.trust_list.TrustedIssuer`. */
export class TrustedIssuer {
  constructor(document) {
    const list = (name) => (document.has(name) ? document.get(name) : []);
    const keys = (name) => (document.has(name) ? document.get(name).get("keys") : []);
    this.id = document.get("id");
    this.name = { ko: document.get("name").get("ko"), en: document.get("name").get("en") };
    this.types = list("types").map((type) => ({
      vct: type.get("vct"),
      entryTypes: type.has("entry_types") ? new Set(type.get("entry_types")) : null,
    }));
    this.keys = byKid(keys("jwks"));
    this.statusKeys = byKid(keys("status_jwks"));
    this.distrusted = new Map(
      list("distrusted").map((each) => [each.get("kid"), Math.floor(Date.parse(each.get("since")) / 1000)]),
    );
    this.verifyUrls = list("verify_urls");
    this.development = document.get("dev") === true;
    Object.freeze(this);
  }

  /** @returns {{vct: string, entryTypes: Set<string> | null} | null} what it is trusted for in one credential type */
  trustedType(vct) {
    return this.types.find((type) => type.vct === vct) ?? null;
  }

  /** @returns {number | null} since when a key is not believed any more */
  distrustedSince(kid) {
    return this.distrusted.get(kid) ?? null;
  }
}

/** The trust list and the status lists at hand. */
export class TrustBundle {
  /** @param {Uint8Array} data of `/bundle.json` */
  constructor(data) {
    const document = decodeJsonObject(data, MAX_BUNDLE_BYTES);
    const trustList = document.get("trust_list");
    if (document.get("bundle") !== 1 || !(trustList instanceof Map)) throw new TypeError("expected a trust bundle");
    this.version = trustList.get("version");
    this.issuers = new Map(
      trustList.get("issuers").map((each) => {
        const issuer = new TrustedIssuer(each);
        return [issuer.id, issuer];
      }),
    );
    this.statusLists = new Map(
      [...document.get("status_lists")].map(([uri, list]) => [
        uri,
        { token: list.get("token"), obtainedAt: list.get("obtained_at") },
      ]),
    );
    Object.freeze(this);
  }

  /** @returns {TrustedIssuer | null} the issuer with exactly this identifier */
  issuer(id) {
    return (typeof id === "string" && this.issuers.get(id)) || null;
  }

  /** @returns {string[]} every credential type that somebody is trusted for */
  get types() {
    return [...this.issuers.values()].flatMap((issuer) => issuer.types.map((type) => type.vct));
  }

  /**
   * Find the key that a token names by `iss` and `kid`.
   *
   * @throws {SdJwtRefused} step 6: issuer, type or key are not on the list
   */
  async findKey(header, unverifiedPayload) {
    const issuer = this.issuer(unverifiedPayload.get("iss"));
    if (issuer === null) throw new SdJwtRefused("E_KEY", 6, "issuer_not_trusted");
    const vct = unverifiedPayload.get("vct");
    if (typeof vct === "string" && issuer.trustedType(vct) === null) {
      throw new SdJwtRefused("E_VCT", 6, "type_not_trusted");
    }
    return namedKey(issuer.keys, header.get("kid"), () => new SdJwtRefused("E_KEY", 6, "key_unknown"));
  }
}

/**
 * @param {Map<string, Map>} keys JWKs by `kid`
 * @param {unknown} kid as the header has it
 * @param {() => Error} refusal thrown when none of the keys has this name
 * @returns {Promise<CryptoKey>}
 */
export async function namedKey(keys, kid, refusal) {
  const jwk = typeof kid === "string" ? keys.get(kid) : undefined;
  if (jwk === undefined) throw refusal();
  return keyOfJwk(jwk);
}

function byKid(jwks) {
  return new Map(jwks.map((jwk) => [jwk.get("kid"), jwk]));
}

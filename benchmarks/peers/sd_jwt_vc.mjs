// Verifies SD-JWT VCs with the npm package of the same name, one for each line it reads: {"token"}.
// Answers {"wall_ns", "processor_us", "entries"}. Its first line is the issuer's key: {"jwk"}.
// Signatures are checked by OpenSSL through node:crypto, synchronously: the fastest that Node.js has.

import { createHash, createPublicKey, verify } from "node:crypto";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const { SDJwtVcInstance } = require("@sd-jwt/sd-jwt-vc");

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const first = JSON.parse((await lines.next()).value);
const key = createPublicKey({ key: first.jwk, format: "jwk" });

const instance = new SDJwtVcInstance({
  hashAlg: "sha-256",
  hasher: (data) => createHash("sha256").update(data).digest(),
  verifier: (data, signature) =>
    verify("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")),
});

for await (const line of { [Symbol.asyncIterator]: () => lines }) {
  const { token, now } = JSON.parse(line);
  const used = process.cpuUsage();
  const started = process.hrtime.bigint();
  const { payload } = await instance.verify(token, { currentDate: now });
  const wall = process.hrtime.bigint() - started;
  const { user, system } = process.cpuUsage(used);
  const entries = (payload.qualifications ?? []).length + (payload.trainings ?? []).length;
  console.log(JSON.stringify({ wall_ns: Number(wall), processor_us: user + system, entries }));
}

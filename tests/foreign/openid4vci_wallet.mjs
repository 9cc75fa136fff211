// A wallet that is not ours: npm @openid4vc/openid4vci receives an offer.
// Arguments: the folder with node_modules, then a JSON text {offer, tx_code, configuration, copies}.
// Prints one JSON document: what it received, or the standard's error it was refused with.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [folder, asked] = process.argv.slice(2)
const module_ = createRequire(`${folder}/package.json`).resolve('@openid4vc/openid4vci')
const { Openid4vciClient, setGlobalConfig } = await import(pathToFileURL(module_).href.replace(/index\.js$/, 'index.mjs'))
const wanted = JSON.parse(asked)
setGlobalConfig?.({ allowInsecureUrls: true }) // loopback without TLS

const base64url = (data) => Buffer.from(data).toString('base64url')
const keys = Array.from({ length: wanted.copies }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwkOf = (pair) => pair.publicKey.export({ format: 'jwk' })

const client = new Openid4vciClient({
  callbacks: {
    fetch,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (bytes) => randomBytes(bytes),
    clientAuthentication: () => undefined,
    signJwt: (signer, { header, payload }) => {
      const pair = keys.find((each) => jwkOf(each).x === signer.publicJwk.x)
      const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`
      const signature = sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
      return { jwt: `${input}.${base64url(signature)}`, signerJwk: signer.publicJwk }
    },
  },
})

async function receive() {
  const credentialOffer = await client.resolveCredentialOffer(wanted.offer)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    txCode: wanted.tx_code ?? undefined,
  })
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const jwts = []
  for (const pair of keys) {
    const { jwt } = await client.createCredentialRequestJwtProof({
      issuerMetadata,
      credentialConfigurationId: wanted.configuration,
      nonce,
      signer: { method: 'jwk', alg: 'ES256', publicJwk: jwkOf(pair) },
    })
    jwts.push(jwt)
  }
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    accessToken: accessTokenResponse.access_token,
    credentialConfigurationId: wanted.configuration,
    proofs: { jwt: jwts },
  })
  await client.sendNotification({
    issuerMetadata,
    accessToken: accessTokenResponse.access_token,
    notification: { notificationId: credentialResponse.notification_id, event: 'credential_accepted' },
  })
  return { credentials: credentialResponse.credentials.map((each) => each.credential), keys: keys.map(jwkOf) }
}

try {
  console.log(JSON.stringify(await receive()))
} catch (error) {
  const response = error.response ?? error.cause?.response
  const refused = error.errorResponse?.error ?? error.response?.credentialErrorResponseResult?.data?.error
  console.log(JSON.stringify({ refused: refused ?? null, status: response?.status ?? null, message: String(error.message).slice(0, 400) }))
}

// A wallet that is not ours: npm @openid4vc/openid4vci asks the holder (pushed request, PKCE, DPoP) and receives.
// Arguments: the folder with node_modules, then a JSON text {offer, configuration, copies, client_id, redirect_uri}.
// Prints the address of the page as a first line, reads a line with the address to which the browser came back, and
// prints one JSON document: what it received, twice, or the standard's error it was refused with.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline/promises'
import { pathToFileURL } from 'node:url'

const [folder, asked] = process.argv.slice(2)
const require_ = createRequire(`${folder}/package.json`)
const load = (name) => import(pathToFileURL(require_.resolve(name)).href.replace(/index\.js$/, 'index.mjs'))
const { Openid4vciClient, setGlobalConfig } = await load('@openid4vc/openid4vci')
const oauth2 = await load('@openid4vc/oauth2')
const wanted = JSON.parse(asked)
for (const configure of [setGlobalConfig, oauth2.setGlobalConfig]) configure?.({ allowInsecureUrls: true }) // loopback

const base64url = (data) => Buffer.from(data).toString('base64url')
const pairs = Array.from({ length: wanted.copies + 1 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const jwkOf = (pair) => pair.publicKey.export({ format: 'jwk' })
const [holderKey, ...keys] = pairs
const signer = (pair) => ({ method: 'jwk', alg: 'ES256', publicJwk: jwkOf(pair) })

const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  generateRandom: (bytes) => randomBytes(bytes),
  clientAuthentication: ({ body }) => { body.client_id = wanted.client_id },
  signJwt: (by, { header, payload }) => {
    const pair = pairs.find((each) => jwkOf(each).x === by.publicJwk.x)
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`
    const signature = sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })
    return { jwt: `${input}.${base64url(signature)}`, signerJwk: by.publicJwk }
  },
}
const client = new Openid4vciClient({ callbacks })

async function credentials(issuerMetadata, accessToken, dpop) {
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const proofs = keys.map((pair) =>
    client.createCredentialRequestJwtProof({
      issuerMetadata,
      credentialConfigurationId: wanted.configuration,
      nonce,
      clientId: wanted.client_id,
      signer: signer(pair),
    })
  )
  const jwt = (await Promise.all(proofs)).map((each) => each.jwt)
  return client.retrieveCredentials({
    issuerMetadata,
    accessToken,
    credentialConfigurationId: wanted.configuration,
    proofs: { jwt },
    dpop,
  })
}

async function receive() {
  const credentialOffer = await client.resolveCredentialOffer(wanted.offer)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const state = base64url(randomBytes(16))
  const [authorizationServerMetadata] = issuerMetadata.authorizationServers
  // The shortcut of the client for offers leaves `state` out; the client below it does not.
  const request = await new oauth2.Oauth2Client({ callbacks }).createAuthorizationRequestUrl({
    authorizationServerMetadata,
    clientId: wanted.client_id,
    redirectUri: wanted.redirect_uri,
    scope: wanted.configuration,
    state,
    resource: issuerMetadata.credentialIssuer.credential_issuer,
    additionalRequestPayload: { issuer_state: credentialOffer.grants.authorization_code.issuer_state },
    dpop: { signer: signer(holderKey) },
  })
  console.log(request.authorizationRequestUrl)
  const lines = createInterface({ input: process.stdin })
  const back = (await lines[Symbol.asyncIterator]().next()).value
  lines.close()
  const authorizationResponse = oauth2.parseAuthorizationResponseRedirectUrl({ url: back })
  oauth2.verifyAuthorizationResponse({ authorizationResponse, authorizationServerMetadata })
  if (authorizationResponse.error) return { refused: authorizationResponse.error }
  if (authorizationResponse.state !== state) return { refused: 'state' }
  const { accessTokenResponse, dpop } = await client.retrieveAuthorizationCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    authorizationCode: authorizationResponse.code,
    pkceCodeVerifier: request.pkce.codeVerifier,
    redirectUri: wanted.redirect_uri,
    dpop: request.dpop,
  })
  const proved = (last) => ({ ...dpop, ...last?.dpop, signer: signer(holderKey) })
  const first = await credentials(issuerMetadata, accessTokenResponse.access_token, proved())
  const again = await credentials(issuerMetadata, accessTokenResponse.access_token, proved(first))
  await client.sendNotification({
    issuerMetadata,
    accessToken: accessTokenResponse.access_token,
    notification: { notificationId: first.credentialResponse.notification_id, event: 'credential_accepted' },
    dpop: proved(again),
  })
  return {
    type: accessTokenResponse.token_type,
    refresh: typeof accessTokenResponse.refresh_token,
    same: JSON.stringify(first.credentialResponse) === JSON.stringify(again.credentialResponse),
    credentials: first.credentialResponse.credentials.map((each) => each.credential),
    keys: keys.map(jwkOf),
  }
}

try {
  console.log(JSON.stringify(await receive()))
} catch (error) {
  const response = error.response ?? error.cause?.response
  const refused = error.errorResponse?.error ?? error.response?.credentialErrorResponseResult?.data?.error
  const message = String(error.stack).slice(0, 800)
  console.log(JSON.stringify({ refused: refused ?? null, status: response?.status ?? null, message }))
}

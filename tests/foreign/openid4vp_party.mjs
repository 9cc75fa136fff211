// A wallet and a verifier that are not ours: npm @openid4vc/openid4vp. Its cryptography is node's, none of it ours.
// Arguments: the folder with node_modules, "wallet" or "verifier", then a JSON text; see openid4vp.py.
// A wallet prints one JSON document. A verifier prints {"link"} once it listens, then what a wallet sent it.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import {
  X509Certificate, createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman,
  generateKeyPairSync, randomBytes, sign, verify,
} from 'node:crypto'

const [folder, role, asked] = process.argv.slice(2)
const loaded = (name) => import(pathToFileURL(createRequire(`${folder}/package.json`).resolve(name)).href.replace(/index\.js$/, 'index.mjs'))
const { Openid4vpClient, Openid4vpVerifier } = await loaded('@openid4vc/openid4vp')
const { setGlobalConfig } = await loaded('@openid4vc/utils')
setGlobalConfig({ allowInsecureUrls: true }) // loopback without TLS
const wanted = JSON.parse(asked)

const base64url = (data) => Buffer.from(data).toString('base64url')
const json = (value) => base64url(JSON.stringify(value))
const certificate = (text) => new X509Certificate(Buffer.from(text, 'base64'))
const es256 = { dsaEncoding: 'ieee-p1363' }

function signed(header, payload, jwk) {
  const input = `${json(header)}.${json(payload)}`
  return `${input}.${base64url(sign('sha256', Buffer.from(input), { key: createPrivateKey({ key: jwk, format: 'jwk' }), ...es256 }))}`
}

// RFC 7518 section 4.6.2 with ECDH-ES in direct mode
function derived(secret, enc, apu = '', apv = '') {
  const length = enc === 'A256GCM' ? 32 : 16
  const number = (value) => { const four = Buffer.alloc(4); four.writeUInt32BE(value); return four }
  const framed = (data) => Buffer.concat([number(data.length), data])
  const info = [framed(Buffer.from(enc)), framed(Buffer.from(apu, 'base64url')), framed(Buffer.from(apv, 'base64url')), number(length * 8)]
  return createHash('sha256').update(Buffer.concat([number(1), secret, ...info])).digest().subarray(0, length)
}

function encrypted(encryptor, data) {
  const enc = encryptor.enc ?? 'A128GCM'
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey({ key: encryptor.publicJwk, format: 'jwk' }) })
  const header = { alg: 'ECDH-ES', enc, kid: encryptor.publicJwk.kid, epk: own.publicKey.export({ format: 'jwk' }), apu: encryptor.apu, apv: encryptor.apv }
  const vector = randomBytes(12)
  const cipher = createCipheriv(enc === 'A256GCM' ? 'aes-256-gcm' : 'aes-128-gcm', derived(secret, enc, header.apu, header.apv), vector)
  const head = json(header)
  cipher.setAAD(Buffer.from(head))
  const text = Buffer.concat([cipher.update(data), cipher.final()])
  return { jwe: [head, '', base64url(vector), base64url(text), base64url(cipher.getAuthTag())].join('.'), encryptionJwk: encryptor.publicJwk }
}

function decrypted(jwe, jwk) {
  const [head, , vector, text, tag] = jwe.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url'))
  const secret = diffieHellman({ privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey: createPublicKey({ key: header.epk, format: 'jwk' }) })
  const name = header.enc === 'A256GCM' ? 'aes-256-gcm' : 'aes-128-gcm'
  const decipher = createDecipheriv(name, derived(secret, header.enc, header.apu, header.apv), Buffer.from(vector, 'base64url'))
  decipher.setAAD(Buffer.from(head))
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString()
}

const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  verifyJwt: (signer, { compact }) => {
    const key = certificate(signer.x5c[0]).publicKey
    const [header, payload, signature] = compact.split('.')
    const verified = verify('sha256', Buffer.from(`${header}.${payload}`), { key, ...es256 }, Buffer.from(signature, 'base64url'))
    return { verified, signerJwk: key.export({ format: 'jwk' }) }
  },
  getX509CertificateMetadata: (text) => {
    const names = (certificate(text).subjectAltName ?? '').split(', ')
    const of = (kind) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
    return { sanDnsNames: of('DNS:'), sanUriNames: of('URI:') }
  },
  encryptJwe: encrypted,
  decryptJwe: (jwe) => ({ decrypted: true, payload: decrypted(jwe, wanted.encryption_key), decryptionJwk: wanted.encryption_key }),
  signJwt: (signer, { header, payload }) => ({ jwt: signed({ ...header, x5c: wanted.x5c }, payload, wanted.key), signerJwk: wanted.key }),
}

async function wallet() {
  const client = new Openid4vpClient({ callbacks })
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: wanted.link })
  const request = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: parsed.params })
  const payload = request.authorizationRequestPayload
  const binding = {
    iat: Math.floor(Date.now() / 1000),
    aud: wanted.audience ?? payload.client_id,
    nonce: payload.nonce,
    sd_hash: base64url(createHash('sha256').update(wanted.shown).digest()),
  }
  if (request.transactionData) {
    binding.transaction_data_hashes = payload.transaction_data.map((each) => base64url(createHash('sha256').update(each).digest()))
  }
  const presentation = wanted.shown + signed({ typ: 'kb+jwt', alg: 'ES256' }, binding, wanted.key)
  const encryption = payload.response_mode === 'direct_post.jwt' ? { jarm: { encryption: { nonce: base64url(randomBytes(16)) }, serverMetadata: {
    authorization_signing_alg_values_supported: [],
    authorization_encryption_alg_values_supported: ['ECDH-ES'],
    authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
  } } } : {}
  const answer = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload,
    authorizationResponsePayload: { vp_token: { [request.dcql.query.credentials[0].id]: [presentation] } },
    ...encryption,
  })
  const sent = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload,
    authorizationResponsePayload: answer.authorizationResponsePayload,
    jarm: answer.jarm ? { responseJwt: answer.jarm.responseJwt } : undefined,
  })
  return { status: sent.response.status, prefix: request.client.prefix, version: request.version, answer: await sent.response.json() }
}

async function verifier() {
  const party = new Openid4vpVerifier({ callbacks })
  const server = createServer()
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  const url = `http://127.0.0.1:${server.address().port}`
  const hash = base64url(createHash('sha256').update(Buffer.from(wanted.x5c[0], 'base64')).digest())
  const { d, ...publicKey } = wanted.encryption_key
  const encrypts = wanted.response_mode === 'direct_post.jwt'
  const made = await party.createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: {
      response_type: 'vp_token', response_mode: wanted.response_mode, client_id: `x509_hash:${hash}`, nonce: wanted.nonce, state: wanted.state,
      response_uri: `${url}/response`, dcql_query: wanted.dcql,
      client_metadata: {
        vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
        ...(encrypts ? { jwks: { keys: [publicKey] }, encrypted_response_enc_values_supported: ['A256GCM'] } : {}),
      },
    },
    // Left alone the library writes the request's own address into aud, which OpenID4VP section 5.8 does not have.
    jar: { requestUri: `${url}/request`, additionalJwtPayload: wanted.aud ? { aud: wanted.aud } : {}, jwtSigner: { method: 'x5c', alg: 'ES256', x5c: wanted.x5c }, expiresInSeconds: 300 },
  })
  server.on('request', async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (request.url === '/request') {
      response.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt' }).end(made.jar.authorizationRequestJwt)
      return
    }
    const found = await party.parseOpenid4vpAuthorizationResponse({
      callbacks,
      authorizationResponse: Object.fromEntries(new URLSearchParams(body)),
      authorizationRequestPayload: made.authorizationRequestPayload,
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    console.log(JSON.stringify({ dcql: found.dcql?.presentations ?? null, nonce: found.expectedNonce, encrypted: Boolean(found.jarm) }))
    server.close()
  })
  return { link: made.authorizationRequest }
}

try {
  console.log(JSON.stringify(role === 'wallet' ? await wallet() : await verifier()))
} catch (error) {
  console.log(JSON.stringify({ failed: String(error.message).slice(0, 600), cause: String(error.cause?.message ?? '').slice(0, 300) }))
  process.exit(1)
}

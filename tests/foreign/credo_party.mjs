// A holder, an issuer and a verifier that are not ours: npm @credo-ts/core and @credo-ts/openid4vc.
// Arguments: the folder with node_modules, "holder" or "services", then a JSON text; see credo.py.
// Credo leaves keys, storage and files to its user: here keys are node's own cryptography and everything lies in memory.
// Says {"ready"}, then reads one task a line as JSON and answers each with one line.
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import {
  createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync,
  randomBytes, randomUUID, sign, verify,
} from 'node:crypto'

const [folder, role, asked] = process.argv.slice(2)
const require = createRequire(`${folder}/package.json`)
const loaded = (name) => import(pathToFileURL(require.resolve(name)).href)
const core = await loaded('@credo-ts/core')
const { OpenId4VcModule } = await loaded('@credo-ts/openid4vc')
const wanted = JSON.parse(asked ?? '{}')
const es256 = { dsaEncoding: 'ieee-p1363' }
const publicOf = ({ kty, crv, x, y }) => ({ kty, crv, x, y })
const exported = (pair) => pair.privateKey.export({ format: 'jwk' })

// RFC 7518 section 4.6.2 with ECDH-ES in direct mode
function derived(privateJwk, publicJwk, enc, { apu, apv }) {
  const secret = diffieHellman({
    privateKey: createPrivateKey({ key: privateJwk, format: 'jwk' }),
    publicKey: createPublicKey({ key: publicOf(publicJwk), format: 'jwk' }),
  })
  const length = enc === 'A256GCM' ? 32 : 16
  const number = (value) => { const four = Buffer.alloc(4); four.writeUInt32BE(value); return four }
  const framed = (data) => Buffer.concat([number(data.length), data])
  const info = [framed(Buffer.from(enc)), framed(Buffer.from(apu ?? [])), framed(Buffer.from(apv ?? [])), number(length * 8)]
  return createHash('sha256').update(Buffer.concat([number(1), secret, ...info])).digest().subarray(0, length)
}
const cipherOf = (enc) => (enc === 'A256GCM' ? 'aes-256-gcm' : 'aes-128-gcm')

class NodeKeys {
  backend = 'node'
  #keys = new Map()

  isOperationSupported(_, { operation, type }) { return operation !== 'createKey' || type.crv === 'P-256' }
  async getPublicKey(_, id) { return this.#keys.has(id) ? { ...publicOf(this.#keys.get(id)), kid: id } : null }
  async createKey(context, { keyId = randomUUID() }) {
    this.#keys.set(keyId, exported(generateKeyPairSync('ec', { namedCurve: 'P-256' })))
    return { keyId, publicJwk: await this.getPublicKey(context, keyId) }
  }
  async importKey(context, { privateJwk }) {
    const keyId = privateJwk.kid ?? randomUUID()
    this.#keys.set(keyId, privateJwk)
    return { keyId, publicJwk: await this.getPublicKey(context, keyId) }
  }
  async deleteKey(_, { keyId }) { return this.#keys.delete(keyId) }
  async sign(_, { keyId, data }) {
    const key = createPrivateKey({ key: this.#keys.get(keyId), format: 'jwk' })
    return { signature: new Uint8Array(sign('sha256', data, { key, ...es256 })) }
  }
  async verify(context, { key, algorithm, data, signature }) {
    const jwk = key.publicJwk ?? (await this.getPublicKey(context, key.keyId))
    if (algorithm !== 'ES256' || jwk.crv !== 'P-256') return { verified: false }
    const good = verify('sha256', data, { key: createPublicKey({ key: publicOf(jwk), format: 'jwk' }), ...es256 }, signature)
    return good ? { verified: true, publicJwk: jwk } : { verified: false }
  }
  async encrypt(_, { key: { keyAgreement: to }, data, encryption: { algorithm, aad } }) {
    const iv = randomBytes(12)
    const secret = derived(this.#keys.get(to.keyId), to.externalPublicJwk, algorithm, to)
    const cipher = createCipheriv(cipherOf(algorithm), secret, iv).setAAD(aad)
    const encrypted = Buffer.concat([cipher.update(data), cipher.final()])
    return { encrypted: new Uint8Array(encrypted), iv: new Uint8Array(iv), tag: new Uint8Array(cipher.getAuthTag()) }
  }
  async decrypt(_, { key: { keyAgreement: from }, encrypted, decryption: { algorithm, aad, iv, tag } }) {
    const secret = derived(this.#keys.get(from.keyId), from.externalPublicJwk, algorithm, from)
    const decipher = createDecipheriv(cipherOf(algorithm), secret, iv).setAAD(aad).setAuthTag(tag)
    return { data: new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()])) }
  }
  randomBytes(_, { length }) { return new Uint8Array(randomBytes(length)) }
}

class InMemory {
  supportsCursorPagination = false
  #records = new Map()
  #key = (type, id) => `${type} ${id}`

  async save(_, record) { this.#records.set(this.#key(record.type, record.id), record) }
  async update(_, record) { this.#records.set(this.#key(record.type, record.id), record) }
  async delete(_, record) { this.#records.delete(this.#key(record.type, record.id)) }
  async deleteById(_, { type }, id) { this.#records.delete(this.#key(type, id)) }
  async getById(_, { type }, id) {
    const found = this.#records.get(this.#key(type, id))
    if (!found) throw new core.RecordNotFoundError('no such record', { recordType: type })
    return found
  }
  async getAll(_, { type }) { return [...this.#records.values()].filter((each) => each.type === type) }
  async findByQuery(context, recordClass, query) {
    const has = (tags, [name, value]) => (Array.isArray(value) ? value.every((each) => tags[name]?.includes(each)) : tags[name] === value)
    const fits = (tags, { $or, $and, $not, ...plain }) => Object.entries(plain).every((pair) => has(tags, pair))
      && (!$or || $or.some((each) => fits(tags, each))) && (!$and || $and.every((each) => fits(tags, each))) && (!$not || !fits(tags, $not))
    return (await this.getAll(context, recordClass)).filter((each) => fits(each.getTags(), query))
  }
}

// Credo 0.6 checks a status list with the credential's key, whoever signed the list (credo-ts issue 2605, open), so it
// refuses every credential whose issuer keeps two keys. With "status_keys" it gets those to check lists with.
if (wanted.status_keys) {
  const { getBaseSdJwtConfig } = core.SdJwtVcService.prototype
  const keys = wanted.status_keys.map((key) => createPublicKey({ key: publicOf(key), format: 'jwk' }))
  const statusVerifier = (data, signature) =>
    keys.some((key) => verify('sha256', Buffer.from(data), { key, ...es256 }, Buffer.from(signature, 'base64url')))
  core.SdJwtVcService.prototype.getBaseSdJwtConfig = function (context) {
    return { ...getBaseSdJwtConfig.call(this, context), statusVerifier }
  }
}

// What Credo 0.6 writes itself and gives no way to change, once "repair" was asked for: `iat` to the second, where days
// are needed so that copies cannot be linked (RFC 9901 section 10.1); and the request's own address in `aud`, where
// OpenID4VP section 5.8 has https://self-issued.me/v2.
let repaired = false
const { SDJwtVcInstance } = await import(pathToFileURL(require.resolve('@sd-jwt/sd-jwt-vc')).href.replace(/\.(c?js)$/, '.mjs'))
const { issue } = SDJwtVcInstance.prototype
SDJwtVcInstance.prototype.issue = function (payload, ...more) {
  return issue.call(this, repaired ? { ...payload, iat: wanted.issued_at } : payload, ...more)
}
const { createJwsCompact } = core.JwsService.prototype
core.JwsService.prototype.createJwsCompact = function (context, { payload, ...more }) {
  if (repaired && more.protectedHeaderOptions.typ === 'oauth-authz-req+jwt') payload.aud = 'https://self-issued.me/v2'
  return createJwsCompact.call(this, context, { payload, ...more })
}

class NoFiles { constructor() { this.dataPath = this.cachePath = this.tempPath = '/nowhere' } }

async function agentWith(openid4vc, trusted) {
  const manager = new core.DependencyManager()
  manager.registerInstance(core.InjectionSymbols.StorageService, new InMemory())
  const agent = new core.Agent({
    config: { allowInsecureHttpUrls: true, autoUpdateStorageOnStartup: true }, // loopback without TLS; an empty storage
    dependencies: { FileSystem: NoFiles, EventEmitterClass: EventEmitter, fetch, WebSocketClass: class {} },
    modules: {
      kms: new core.Kms.KeyManagementModule({ backends: [new NodeKeys()] }),
      x509: new core.X509Module({ trustedCertificates: trusted }),
      openid4vc: new OpenId4VcModule(openid4vc),
    },
  }, manager)
  await agent.initialize()
  return agent
}

async function receive(agent, { offer, tx_code: txCode, configuration, copies }) {
  const { holder } = agent.openid4vc
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offer)
  const token = await holder.requestToken({ resolvedCredentialOffer, txCode: txCode ?? undefined })
  const { credentials } = await holder.requestCredentials({
    resolvedCredentialOffer,
    ...token,
    credentialConfigurationIds: [configuration],
    credentialBindingResolver: async ({ issuerMaxBatchSize }) => {
      const keys = []
      for (let made = 0; made < Math.min(copies, issuerMaxBatchSize); made += 1) {
        const key = await agent.kms.createKey({ type: { kty: 'EC', crv: 'P-256' } })
        keys.push(core.Kms.PublicJwk.fromPublicJwk(key.publicJwk))
      }
      return { method: 'jwk', keys }
    },
  })
  const [{ record, notificationId }] = credentials
  await agent.sdJwtVc.store({ record })
  await holder.sendNotification({
    metadata: resolvedCredentialOffer.metadata,
    notificationId,
    accessToken: token.accessToken,
    dpop: token.dpop,
    notificationEvent: 'credential_accepted',
  })
  return { copies: record.credentialInstances.length, token_type: token.accessTokenResponse.token_type, claims: record.firstCredential.prettyClaims }
}

async function present(agent, { link }) {
  const { holder } = agent.openid4vc
  const request = await holder.resolveOpenId4VpAuthorizationRequest(link)
  if (!request.dcql.queryResult.can_be_satisfied) return { unmet: true }
  const credentials = holder.selectCredentialsForDcqlRequest(request.dcql.queryResult)
  const sent = await holder.acceptOpenId4VpAuthorizationRequest({
    authorizationRequestPayload: request.authorizationRequestPayload,
    dcql: { credentials },
  })
  return { ok: sent.ok, status: sent.serverResponse?.status, prefix: request.verifier.clientIdPrefix }
}

async function holder() {
  const agent = await agentWith({}, wanted.trusted)
  await work({ receive: (task) => receive(agent, task), present: (task) => present(agent, task) })
}

// An issuer and a verifier behind one address, with one certificate: {port, certificate, key, root, configurations,
// claims, hidden, status_list}. The status list is given ready-made; Credo has no program that makes one.
async function services() {
  const app = require('express')()
  const base = `http://127.0.0.1:${wanted.port}`
  const certificate = core.X509Certificate.fromEncodedCertificate(wanted.certificate)
  const disclosureFrame = { _sd: wanted.hidden, holder: { _sd: Object.keys(wanted.claims.holder) } }
  const credentialRequestToCredentialMapper = async ({ holderBinding }) => ({
    type: 'credentials',
    format: 'dc+sd-jwt',
    credentials: holderBinding.keys.map(({ jwk }, position) => ({
      payload: { ...wanted.claims, status: { status_list: { uri: `${base}/status`, idx: position } } },
      disclosureFrame,
      headerType: 'dc+sd-jwt',
      holder: { method: 'jwk', jwk },
      issuer: { method: 'x5c', x5c: [certificate], issuer: `${base}/issuing/credo` },
    })),
  })
  const agent = await agentWith({
    app,
    issuer: { baseUrl: `${base}/issuing`, credentialRequestToCredentialMapper },
    verifier: { baseUrl: `${base}/verifying` },
  }, [wanted.root])
  certificate.publicJwk.keyId = (await agent.kms.importKey({ privateJwk: wanted.key })).keyId
  app.get('/status', (_, answer) => answer.type('application/statuslist+jwt').send(wanted.status_list))
  await new Promise((ready) => app.listen(wanted.port, '127.0.0.1', ready))
  const { issuer, verifier } = agent.openid4vc
  await issuer.createIssuer({
    issuerId: 'credo',
    accessTokenSignerKeyType: { kty: 'EC', crv: 'P-256' },
    credentialConfigurationsSupported: wanted.configurations,
    batchCredentialIssuance: { batchSize: 5 },
    dpopSigningAlgValuesSupported: ['ES256'],
  })
  const { verifierId } = await verifier.createVerifier({ verifierId: 'credo' })
  await work({
    repair: async () => { repaired = true; return {} },
    offer: async ({ tx_code: txCode }) => {
      const made = await issuer.createCredentialOffer({
        issuerId: 'credo',
        credentialConfigurationIds: Object.keys(wanted.configurations),
        preAuthorizedCodeFlowConfig: { txCode: { input_mode: 'numeric', length: 4 } },
        version: 'v1',
      })
      return { offer: made.credentialOffer, tx_code: made.issuanceSession.userPin }
    },
    request: async ({ mode, query }) => {
      const made = await verifier.createAuthorizationRequest({
        verifierId,
        requestSigner: { method: 'x5c', x5c: [certificate], clientIdPrefix: 'x509_hash' },
        responseMode: mode,
        dcql: { query },
        version: 'v1',
      })
      return { link: made.authorizationRequest, id: made.verificationSession.id }
    },
    outcome: async ({ id }) => {
      const { state, errorMessage } = await verifier.getVerificationSessionById(id)
      if (state !== 'ResponseVerified') return { state, error: errorMessage }
      const { dcql } = await verifier.getVerifiedAuthorizationResponse(id)
      return { state, shown: Object.values(dcql.presentations).flat().map((each) => each.prettyClaims) }
    },
  })
}

async function work(tasks) {
  console.log(JSON.stringify({ ready: true }))
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, ...more } = JSON.parse(line)
    try {
      console.log(JSON.stringify(await tasks[task](more)))
    } catch (error) {
      console.log(JSON.stringify(failure(error)))
    }
  }
}

function failure(error) {
  const said = error.errorResponse?.error ?? error.response?.credentialErrorResponseResult?.data?.error
  return { refused: said ?? null, failed: String(error.message).slice(0, 800), cause: String(error.cause?.stack ?? error.stack).slice(0, 900) }
}

try {
  await { holder, services }[role]()
} catch (error) {
  console.log(JSON.stringify(failure(error)))
}
process.exit(0)

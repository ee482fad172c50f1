// Verifies an exported audit log by itself: Node and nothing else, so that whoever audits a signer
// need not run it. docs/audit-log.md describes every byte.
//
//   node scripts/verify-audit.mjs audit.ndjson PUBLIC_KEY_HEX
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

const [file, publicKeyHex] = process.argv.slice(2)
if (file === undefined || !/^0[23][0-9a-f]{64}$/.test(publicKeyHex ?? '')) {
  console.error('usage: node verify-audit.mjs <export.ndjson> <public key, 33 bytes in hex>')
  process.exit(2)
}

const number = (value) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
const count = (value) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const hex = (text) => Buffer.from(text, 'hex')
const text = (value) => Buffer.concat([count(Buffer.byteLength(value)), Buffer.from(value)])
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** The bytes of what a row says. */
const factBytes = {
  decision: ({ event, request, bodyHash, policyHash, verdict, tags, grantDigest }) => [
    ...[text(event), text(request), hex(bodyHash), hex(policyHash), text(verdict)],
    ...[count(tags.length), ...tags.map(text)],
    ...(grantDigest === undefined ? [Buffer.of(0)] : [Buffer.of(1), hex(grantDigest)]),
  ],
  act: ({ act, who, detail }) => [text(act), text(who), text(detail)],
  checkpoint: ({ sequence, hash, signature }) => [number(sequence), hex(hash), hex(signature)],
}

function rowHash({ sequence, previous, fact }) {
  const head = [text('boltwarden/audit/row/1'), number(sequence), hex(previous)]
  return sha256(...head, text(fact.type), number(fact.atMs), ...factBytes[fact.type](fact))
}

// SubjectPublicKeyInfo of a compressed point on secp256k1.
const spki = hex('3036301006072a8648ce3d020106052b8104000a032200')
const key = createPublicKey({
  key: Buffer.concat([spki, hex(publicKeyHex)]),
  format: 'der',
  type: 'spki',
})

/** The signature is over a digest, and Node hashes once: it is given what the digest is of. */
function isSigned({ sequence, hash, atMs, signature }) {
  const message = [text('boltwarden/audit/checkpoint/1'), number(sequence), hex(hash), number(atMs)]
  const options = { key, dsaEncoding: 'ieee-p1363' }
  return verify('sha256', Buffer.concat(message), options, hex(signature))
}

const hashes = new Map()
const problems = []
let last
let rows = 0
let signedUpTo = 0

function begin({ format, start, anchor }) {
  if (format !== 'boltwarden-audit') throw new TypeError('not an export of an audit log')
  last = start
  hashes.set(start.sequence, start.hash)
  if (anchor === undefined || anchor.sequence !== start.sequence) return
  if (!isSigned(anchor) || anchor.hash !== start.hash) problems.push(`${anchor.sequence}: unsigned`)
  else signedUpTo = anchor.sequence
}

function add(row) {
  rows++
  const { sequence, previous, hash, fact } = row
  if (sequence !== last.sequence + 1) problems.push(`${sequence}: missing or reordered`)
  else if (previous !== last.hash) problems.push(`${sequence}: unlinked`)
  if (rowHash(row).toString('hex') !== hash) problems.push(`${sequence}: altered`)
  if (fact.type === 'checkpoint') {
    const known = hashes.get(fact.sequence)
    if (!isSigned(fact)) problems.push(`${sequence}: unsigned`)
    else if (known !== undefined && known !== fact.hash) problems.push(`${sequence}: contradicted`)
    else if (known !== undefined) signedUpTo = Math.max(signedUpTo, fact.sequence)
  }
  hashes.set(sequence, hash)
  last = row
}

for await (const line of createInterface({ input: createReadStream(file) })) {
  if (last === undefined) begin(JSON.parse(line))
  else add(JSON.parse(line))
}
for (const problem of problems) console.log(problem)
console.log(`${rows} rows, signed for up to row ${signedUpTo} of ${last?.sequence ?? 0}`)
process.exit(problems.length === 0 ? 0 : 7)

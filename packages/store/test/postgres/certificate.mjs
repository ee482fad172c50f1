// A certificate for `localhost` that signs itself, so that no key has to lie in the repository.
import { generateKeyPairSync, sign } from 'node:crypto'

const ecdsaWithSha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
const commonName = [0x55, 0x04, 0x03]
const subjectAltName = [0x55, 0x1d, 0x11]

/** A DER element (ITU-T X.690). */
function der(tag, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : long)]), body])
}

const sequence = (...parts) => der(0x30, ...parts)
const oid = (bytes) => der(0x06, bytes)
const text = (value) => Buffer.from(value, 'ascii')

/**
 * A new key and its certificate (RFC 5280), both as PEM.
 *
 * @param {string} host
 */
export function selfSigned(host) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const algorithm = sequence(oid(ecdsaWithSha256))
  const name = sequence(der(0x31, sequence(oid(commonName), der(0x0c, text(host)))))
  const validity = sequence(der(0x17, text('200101000000Z')), der(0x17, text('491231235959Z')))
  const names = sequence(der(0x82, text(host)))
  const extension = sequence(oid(subjectAltName), der(0x04, names))
  const tbs = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  )
  const signature = der(0x03, [0], sign('sha256', tbs, privateKey))
  const body = sequence(tbs, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    certificate: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  }
}

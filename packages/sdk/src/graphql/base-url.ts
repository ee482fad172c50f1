/** Where the API is where nothing else is said. */
export const defaultBaseUrl = 'api.lightspark.com'

const schemaEndpoint = 'graphql/server/2023-09-13'
const loopback = /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The URL of the GraphQL endpoint.
 *
 * @param baseUrl - a host, with a port and a scheme where wanted; `https://` where none is spelt.
 * @param allowPlainHttp - whether `http://` may name another host than this one.
 * @throws {RangeError} if it is no such URL. The text is not quoted: it could hold a password.
 */
export function endpointUrl(baseUrl: string, allowPlainHttp: boolean): string {
  const spelt = /^[a-z][a-z0-9+.-]*:\/\//i.test(baseUrl) ? baseUrl : `https://${baseUrl}`
  const url = URL.canParse(spelt) ? new URL(spelt) : undefined
  if (url === undefined || url.hostname === '') {
    throw new RangeError('"baseUrl" expected a host such as api.lightspark.com')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new RangeError('"baseUrl" expected https:// or http://')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new RangeError('"baseUrl" expected no credentials, query or fragment')
  }
  if (url.protocol === 'http:' && !allowPlainHttp && !loopback.test(url.hostname)) {
    throw new RangeError('"baseUrl" expected https:// for a host other than this one')
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${schemaEndpoint}`
}

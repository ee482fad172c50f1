const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Whether a host name or address is this machine's own. */
export function isLoopbackHost(host: string): boolean {
  return loopbackHosts.has(host) || host === '::1'
}

/**
 * Whether a request comes from a program or page of this machine: the `Host` it names is loopback
 * (a page elsewhere cannot rebind its own name to it) and its `Origin`, if any, is the same.
 */
export function isLocal(request: Request): boolean {
  const host = request.headers.get('host') ?? ''
  if (!loopbackHosts.has(host.replace(/:\d+$/, ''))) return false
  const origin = request.headers.get('origin')
  return origin === null || origin === `http://${host}`
}

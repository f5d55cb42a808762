import { isLocalhost } from '../deliver/guard/localhost.ts'

/** Whether a key that is sent to this base URL can be read on its way: plain http to another machine. */
export function isKeyInClear(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'http:' && !isLocalhost(hostname) && !/^127(\.\d+){3}$|^\[::1\]$/.test(hostname)
}

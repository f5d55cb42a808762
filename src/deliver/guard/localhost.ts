/** The addresses that `localhost` stands for, always (RFC 6761, section 6.3). */
export const LOOPBACK = ['127.0.0.1', '::1'] as const

/** Whether a host is `localhost` or under it: such names are loopback and nothing else, and DNS is not asked. */
export function isLocalhost(host: string): boolean {
  return /^(.+\.)?localhost\.*$/i.test(host)
}

const MASK = '••••'

/** Hosts whose path is a credential, and the part of it that is none. */
const TOKEN_PATHS: readonly [host: RegExp, open: RegExp][] = [
  [/^hooks\.slack(?:-gov)?\.com$/, /^\/(?:services|workflows|triggers)\//],
  [/^(?:[\w-]+\.)?discord(?:app)?\.com$/, /^\/api\/(?:v\d+\/)?webhooks\/\d+\//],
  [/^api\.telegram\.org$/, /^\/bot(?:\d+:)?/],
  [/^(?:[\w-]+\.)?webhook\.office\.com$/, /^\//],
  [/^hooks\.zapier\.com$/, /^\/hooks\/catch\//],
  [/^hook\.(?:[\w-]+\.)?make\.com$/, /^\//],
]
/** Names of query parameters that hold a secret. */
const SECRET_NAME =
  /^(?:sig|code|auth|jwt|pass|pwd)$|key$|token|secret|signature|password|passwd|credential|authorization/i
/** What of a path after the credential is no part of it: the method of a Telegram bot. */
const TELEGRAM_METHOD = /\/[A-Za-z]+$/

/**
 * A URL as it may be shown and logged: without user and password, with the values of secret query parameters
 * masked, and with the path masked where whoever has it can post (Slack, Discord, Telegram and the like).
 */
export function maskUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return text
  }
  const query = [...url.searchParams].map(([name, value]) =>
    value === ''
      ? encodeURIComponent(name)
      : `${encodeURIComponent(name)}=${SECRET_NAME.test(name) ? MASK : encodeURIComponent(value)}`,
  )
  const masked = `${url.protocol}//${url.host}${maskPath(url)}${query.length > 0 ? `?${query.join('&')}` : ''}`
  // What has no secret is shown as it was written.
  return masked.includes(MASK) || url.username || url.password ? masked : text
}

function maskPath({ hostname, pathname }: URL): string {
  for (const [host, open] of TOKEN_PATHS) {
    if (!host.test(hostname)) continue
    const shown = open.exec(pathname)?.[0]
    if (shown === undefined || shown.length === pathname.length) return pathname
    const method = shown.startsWith('/bot') ? (TELEGRAM_METHOD.exec(pathname)?.[0] ?? '') : ''
    return `${shown}${MASK}${method}`
  }
  return pathname
}

/** A text that may repeat a URL, such as an error of a redirect, with that URL masked. */
export function maskUrlIn(text: string, url: string): string {
  const masked = maskUrl(url)
  return masked === url ? text : text.replaceAll(url, masked)
}

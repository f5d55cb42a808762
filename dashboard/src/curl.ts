/** A text as one word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The request of an attempt as a command, to be tried by hand. */
export function curlOf(attempt: {
  url: string
  request: { headers: Record<string, string>; body: string }
}): string {
  const headers = Object.entries(attempt.request.headers)
    // curl knows these better.
    .filter(
      ([name]) => !['content-length', 'host', 'connection', 'accept-encoding'].includes(name.toLowerCase()),
    )
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  return [`curl -i ${quoted(attempt.url)}`, ...headers, `--data-binary ${quoted(attempt.request.body)}`].join(
    ' \\\n  ',
  )
}

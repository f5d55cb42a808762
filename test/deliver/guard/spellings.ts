/** An IPv4 address from its 32 bits. */
export function ipv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
}

/** The eight groups of an IPv6 address from its 128 bits. */
function groups(bits: bigint): string[] {
  return Array.from({ length: 8 }, (_, n) => ((bits >> BigInt(112 - 16 * n)) & 0xffffn).toString(16))
}

/** An IPv6 address in full. */
export function ipv6(bits: bigint): string {
  return groups(bits).join(':')
}

/** Every way to write an IPv6 address: full, padded, in capitals, shortened at any run of zeros, with an IPv4 tail. */
export function spellingsOfIpv6(bits: bigint): string[] {
  const all = groups(bits)
  const tailed = [...all.slice(0, 6), ipv4(bits & 0xffffffffn)]
  const forms = [all, all.map((group) => group.padStart(4, '0')), tailed]
  const written = forms.flatMap((form) => [form.join(':'), ...shortened(form)])
  return [...written, ...written.map((text) => text.toUpperCase()), `${all.join(':')}%eth0`]
}

function shortened(form: string[]): string[] {
  const texts: string[] = []
  for (let from = 0; from < form.length; from++) {
    for (let to = from + 1; to <= form.length && /^0+$/.test(form[to - 1] ?? ''); to++) {
      texts.push(`${form.slice(0, from).join(':')}::${form.slice(to).join(':')}`)
    }
  }
  return texts
}

/** Every way in which a URL may write an IPv4 address: one to four parts, each decimal, octal or hexadecimal. */
export function spellingsOfIpv4(bits: bigint): string[] {
  const bytes = [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n)
  const texts: string[] = []
  for (let parts = 1; parts <= 4; parts++) {
    // The last part holds what is left of the 32 bits.
    const last = bits & ((1n << BigInt(8 * (5 - parts))) - 1n)
    const values = [...bytes.slice(0, parts - 1), last]
    texts.push(...product(values.map(numerals)).map((one) => one.join('.')))
  }
  return texts.flatMap((text) => [text, `${text}.`])
}

function numerals(value: bigint): string[] {
  const [hex, octal] = [value.toString(16), value.toString(8)]
  return [String(value), `0x${hex}`, `0${octal}`, `0X000${hex.toUpperCase()}`]
}

function product(lists: string[][]): string[][] {
  return lists.reduce<string[][]>(
    (all, list) => all.flatMap((one) => list.map((item) => [...one, item])),
    [[]],
  )
}

/** Ways to disguise a host that a URL parser undoes: other alphabets, other full stops, escapes, invisible signs. */
export function spellingsOfHost(host: string): string[] {
  const mapped = (change: (code: number, character: string) => string) =>
    [...host].map((character) => change(character.charCodeAt(0), character)).join('')
  const fullWidth = mapped((code) => String.fromCharCode(code + 0xfee0))
  const circled = mapped((code, one) => {
    if (one === '0') return '⓪'
    if (/[1-9]/.test(one)) return String.fromCharCode(0x2460 + code - 0x31)
    return /[a-z]/.test(one) ? String.fromCharCode(0x24d0 + code - 0x61) : one
  })
  const bold = mapped((code, one) => {
    if (/\d/.test(one)) return String.fromCodePoint(0x1d7ce + code - 0x30)
    return /[a-z]/.test(one) ? String.fromCodePoint(0x1d41a + code - 0x61) : one
  })
  const escaped = mapped((code) => `%${code.toString(16)}`)
  const escapedWide = [...fullWidth].map((one) => encodeURIComponent(one)).join('')
  const stops = ['。', '．', '｡'].map((stop) => host.replaceAll('.', stop))
  const hidden = ['\u00ad', '\u200b', '\u2060'].map((one) => host.slice(0, 2) + one + host.slice(2))
  return [fullWidth, circled, bold, escaped, escapedWide, ...stops, ...hidden, host.toUpperCase(), host]
}

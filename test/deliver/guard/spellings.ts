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

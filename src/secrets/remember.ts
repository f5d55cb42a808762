/**
 * A function of one text that remembers its last answers, for what costs more than looking it up: decrypting,
 * reading a key. It holds at most `size` of them; the one that came first goes first. An error is not remembered.
 */
export function remember<Value>(size: number, make: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const value = make(text)
    const oldest = known.size >= size ? known.keys().next() : null
    if (oldest?.done === false) known.delete(oldest.value)
    known.set(text, value)
    return value
  }
}

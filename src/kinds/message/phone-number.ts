/** ITU-T E.164: a plus and at most 15 digits. What is shorter than seven is no number of a caller. */
const E164 = /^\+[1-9]\d{6,14}$/
/** Country codes of one and of two digits; all others have three. */
const SHORT_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/
/** What people write between the digits. */
const BETWEEN = /[\s().\-/\u00a0\u2010-\u2013]/g

/** Whether a text is a phone number in E.164, as it is. */
export function isE164(text: string): boolean {
  return E164.test(text)
}

/** A phone number in E.164, whatever stands between its digits; null for what is none. */
export function toE164(text: string): string | null {
  const digits = text.replace(BETWEEN, '')
  return isE164(digits) ? digits : null
}

/** `+13035550178` as people read it: `+1 (303) 555-0178`. What is no phone number is left as it is. */
export function readablePhone(text: string): string {
  if (!isE164(text)) return text
  const all = text.slice(1)
  const code = SHORT_CODE.exec(all)?.[0] ?? all.slice(0, 3)
  const rest = all.slice(code.length)
  if (code === '1' && rest.length === 10) {
    return `+1 (${rest.slice(0, 3)}) ${rest.slice(3, 6)}-${rest.slice(6)}`
  }
  return `+${code} ${rest.replace(/\d{3}(?=\d{2})/g, '$& ')}`
}

import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'

/** Where something is once what is around it has been drawn, and has its true height. */
export async function settled(page: Page, topOf: () => Promise<number>): Promise<number> {
  let before = Number.NaN
  let same = 0
  await until(async () => {
    // Of a busy browser two looks may be at one picture.
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
    const now = await topOf()
    same = now === before ? same + 1 : 0
    before = now
    return same >= 10
  })
  return before
}

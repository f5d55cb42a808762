import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

test('many events are read as one by one, in any order, with gaps and more than once', async () => {
  const { redis, keys, outbox } = stage
  const key = keys.source('src_a').outbox
  const everything = Array.from({ length: 120 }, (_, i) => `${1 + (i >> 2)}-${i % 4}`)
  const indexes = fc.array(fc.nat(everything.length - 1), { maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(indexes, indexes, fc.boolean(), async (gone, asked, inOrder) => {
      await redis.del(key)
      const there = everything.filter((_, i) => !gone.includes(i))
      for (const id of there) await redis.xadd(key, id, 'event', `{"at":"${id}"}`)
      const some = inOrder ? [...asked].sort((a, b) => a - b) : asked
      const wanted = some.map((i) => everything[i] ?? '')
      const read = await outbox.textsToSend(wanted.map((streamId) => ({ sourceId: 'src_a', streamId })))
      expect(read).toEqual(wanted.map((id) => (there.includes(id) ? `{"at":"${id}"}` : null)))
    }),
    { numRuns: 40 },
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createForemost } from '../../src/log/foremost.ts'

test('what is taken out is always the foremost of what is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: 'take' as const })), (steps) => {
      const heap = createForemost<number>((a, b) => a < b)
      const sorted: number[] = []
      for (const step of steps) {
        expect(heap.foremost).toBe(sorted[0])
        if (step === 'take') {
          expect(heap.take()).toBe(sorted.shift())
          continue
        }
        heap.add(step)
        sorted.push(step)
        sorted.sort((a, b) => a - b)
      }
      for (const one of sorted) expect(heap.take()).toBe(one)
      expect(heap.take()).toBeUndefined()
    }),
  )
})

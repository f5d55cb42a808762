import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** Folders whose tests take long because they start processes, browsers or servers. */
const LONG = /\/test\/(bench|chaos|cli|dashboard|deploy|e2e|redis|simulation|simulator\/large-list|package)/

/** Begins with what takes long, so that nothing is left that runs alone at the end. */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

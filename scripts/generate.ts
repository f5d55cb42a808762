/**
 * Writes the files that are generated from the source: `npm run generate`. The tests fail when one of them
 * is not what this writes.
 */
import { writeGenerated } from './generated.ts'

await writeGenerated((path) => console.log(`wrote ${path}`))

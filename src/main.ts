import { endOnClosedPipe } from './closed-pipe.ts'
import { keepCompiled } from './compile-cache.ts'

keepCompiled()
endOnClosedPipe()
const { runServer } = await import('./run-server.ts')
await runServer()

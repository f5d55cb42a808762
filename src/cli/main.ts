#!/usr/bin/env node
import { endOnClosedPipe } from '../closed-pipe.ts'
import { keepCompiled } from '../compile-cache.ts'

keepCompiled()
endOnClosedPipe()
const { createProgram } = await import('./program.ts')
await createProgram().parseAsync()

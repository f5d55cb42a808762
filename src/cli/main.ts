#!/usr/bin/env node
import { keepCompiled } from '../compile-cache.ts'

keepCompiled()
const { createProgram } = await import('./program.ts')
await createProgram().parseAsync()

import { readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import flags from '../../scripts/bootstrap/node-flags.json' with { type: 'json' }
import { dockerfileText, readImage } from './image.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('the Dockerfile is valid, and its stages are of the Node that the project is on', () => {
  expect(validate(dockerfileText)).toEqual([])
  const bases = [...dockerfileText.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
  const major = read('.nvmrc').trim()
  expect(bases).toEqual([
    `node:${major}-bookworm-slim`,
    `node:${major}-bookworm-slim`,
    'debian:bookworm-slim',
  ])
})

test('the image runs without root, on the flags that were measured, and is asked for its health', () => {
  const { entrypoint, command, environment, user, healthcheck } = readImage()
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  expect([...entrypoint, ...command]).toEqual(['node', ...flags, 'dist/src/cli/main.js', 'serve'])
  expect(`./${entrypoint.at(-1)}`).toBe(`./${manifest.bin.ringpost}`)
  const asStarted = /UV_THREADPOOL_SIZE: '(\d+)'/.exec(read('scripts/bootstrap/verbs.mjs'))?.[1]
  expect(environment).toMatchObject({ NODE_ENV: 'production', UV_THREADPOOL_SIZE: asStarted })
  expect(environment.PORT).toBe(environment.RINGPOST_HEALTH_PORT)
  expect(healthcheck[0]).toBe('node')
})

test('the image gets no development or optional dependency, and nothing that is not needed to run', () => {
  expect(dockerfileText).toMatch(/AS packages\n[\s\S]*npm ci --omit=dev --omit=optional --ignore-scripts/)
  const last = dockerfileText.slice(dockerfileText.lastIndexOf('\nFROM '))
  const copied = [...last.matchAll(/^COPY (.+)$/gm)].map(([, what]) => what)
  expect(copied).toEqual([
    '--from=build /usr/local/bin/node /usr/local/bin/node',
    'LICENSE ./',
    '--from=packages /app/node_modules node_modules',
    '--from=build /app/dist dist',
  ])
})

test('what is secret or large never gets into the build', () => {
  const ignored = read('.dockerignore').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['.env', 'data', '.git', 'node_modules']))
  // What git does not keep is of this machine.
  const local = read('.gitignore').split('\n').filter(Boolean)
  expect(ignored).toEqual(expect.arrayContaining(local.map((line) => line.replace(/\/$/, ''))))
})

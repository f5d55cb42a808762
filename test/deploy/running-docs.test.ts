import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../src/cli/program.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { environment, ROLES } from '../../src/config/schema.ts'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'

const DOCS = new URL('../../docs/', import.meta.url)
const text = readFileSync(new URL('running.md', DOCS), 'utf8')
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)
const matches = (pattern: RegExp, where = text) => [...where.matchAll(pattern)].map(([, found = '']) => found)

test('what docs/running.md links to is there', () => {
  const links = matches(/\]\(([^)#]+)[^)]*\)/g).filter((link) => !link.startsWith('http'))
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !existsSync(new URL(link, DOCS)))).toEqual([])
  const named = matches(/\b((?:deploy|test)\/[\w./-]+)/g)
  expect(named.filter((path) => !existsSync(new URL(`../${path.replace(/\.$/, '')}`, DOCS)))).toEqual([])
})

test('its variables are ringpost’s, and its split roles are all of them', () => {
  const variables = matches(/\b((?:RINGPOST|ELEVENLABS)_[A-Z_]+)\b/g)
  expect(variables.filter((name) => !(name in environment.shape))).toEqual([])
  const secrets = { RINGPOST_API_TOKEN: 'a'.repeat(32), RINGPOST_MASTER_KEY: '5f'.repeat(32) }
  const started = matches(/^(.+) ringpost serve$/gm).map((assignments) => {
    const env = Object.fromEntries(assignments.split(' ').map((one) => one.split('=') as [string, string]))
    return parseConfig({ ...secrets, ...env }, '/')
  })
  expect(started.flatMap(({ roles }) => roles).sort()).toEqual([...ROLES].sort())
  // On one machine, each needs a port of its own.
  const ports = started.map(({ roles, port, healthPort }) => (roles.includes('api') ? port : healthPort))
  expect(new Set(ports).size).toBe(started.length)
  expect(ports).not.toContain(null)
})

test('its commands are those of the command line, and its settings those of the chart', () => {
  const verbs = matches(/(?:`ringpost|^ringpost|main\.js) ([a-z]+ ?[a-z]*)/gm).map((verb) =>
    verb.trim().split(' '),
  )
  expect(verbs.length).toBeGreaterThan(3)
  for (const verb of verbs) {
    const found = verb.reduce<Command | undefined>(
      (command, name) =>
        command?.commands.length ? command.commands.find((one) => one.name() === name) : command,
      createProgram(),
    )
    expect(found, verb.join(' ')).toBeDefined()
  }
  const values = parse(readFileSync(new URL('../deploy/helm/values.yaml', DOCS), 'utf8'))
  const settings = [
    ...matches(/--set ([\w.]+)=/g, blocks.join('\n')),
    ...matches(/`((?:\w+\.)+\w+)(?:=[^`]*)?`/g),
  ]
  const missing = settings.filter((path) => {
    let at: unknown = values
    for (const name of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[name]
    return at === undefined
  })
  const types = new Set<string>(EVENT_TYPES)
  const others = missing.filter((path) => !types.has(path))
  expect(others.filter((path) => !/\.(rdb|ts|md|yml|yaml|json|sh|conf|txt|log)$/.test(path))).toEqual([])
})

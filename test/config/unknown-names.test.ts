import { expect, it } from 'vitest'
import { problemsOf } from './problems.ts'

it.each([
  ['RINGPOST_POL_INTERVAL', 'RINGPOST_POLL_INTERVAL'],
  ['RINGPOST_POLL_INTERVALL', 'RINGPOST_POLL_INTERVAL'],
  ['RINGPOST_POLL_INTREVAL', 'RINGPOST_POLL_INTERVAL'],
  ['RINGPOST_OVERLAP', 'RINGPOST_POLL_OVERLAP'],
  ['RINGPOST_TOKEN', 'RINGPOST_API_TOKEN'],
  ['RINGPOST_MASTERKEY', 'RINGPOST_MASTER_KEY'],
  ['RINGPOST_ROLE', 'RINGPOST_ROLES'],
  ['RINGPOST_ALLOWED_NETWORKS', 'RINGPOST_ALLOW_NETWORKS'],
  ['ringpost_demo', 'RINGPOST_DEMO'],
  ['RINGPOST_PORT', 'PORT'],
  ['RINGPOST_HOST', 'HOST'],
  ['RINGPOST_REDIS_URL', 'REDIS_URL'],
  ['RINGPOST_LOG_LEVEL', 'LOG_LEVEL'],
  ['RINGPOST_ELEVENLABS_API_KEY', 'ELEVENLABS_API_KEY'],
  ['RINGPOST_API_KEY', 'ELEVENLABS_API_KEY'],
])('%s: did you mean %s?', (name, meant) => {
  expect(problemsOf({ [name]: 'x' }).fields).toEqual([
    { path: name, message: `There is no such variable. Did you mean ${meant}?` },
  ])
})

it.each(['RINGPOST_FOO', 'RINGPOST_', 'RINGPOST_CHEESE_SANDWICH'])('%s is near nothing', (name) => {
  expect(problemsOf({ [name]: 'x' }).fields).toEqual([
    { path: name, message: 'There is no such variable. See .env.example for all there are.' },
  ])
})

it('refuses an unknown name although its value is empty', () => {
  expect(problemsOf({ RINGPOST_FOO: '' }).fields).toHaveLength(1)
})

it('ignores what Kubernetes sets beside a service that is called ringpost', () => {
  const links = {
    RINGPOST_SERVICE_HOST: '10.0.0.7',
    RINGPOST_SERVICE_PORT: '7464',
    RINGPOST_SERVICE_PORT_HTTP: '7464',
    RINGPOST_PORT: 'tcp://10.0.0.7:7464',
    RINGPOST_PORT_7464_TCP: 'tcp://10.0.0.7:7464',
    RINGPOST_PORT_7464_TCP_PROTO: 'tcp',
    RINGPOST_PORT_7464_TCP_PORT: '7464',
    RINGPOST_PORT_7464_TCP_ADDR: '10.0.0.7',
    RINGPOST_REDIS_SERVICE_HOST: '10.0.0.8',
    RINGPOST_REDIS_PORT: 'tcp://10.0.0.8:6379',
    RINGPOST_REDIS_PORT_6379_TCP_ADDR: '10.0.0.8',
  }
  expect(problemsOf(links).message).toBe('')
  expect(problemsOf({ RINGPOST_PORT: '7464' }).fields).toHaveLength(1)
})

it('leaves names of other programs alone', () => {
  expect(
    problemsOf({ RINGPOSTER: 'x', MY_RINGPOST_KEY: 'x', ELEVENLABS_VOICE: 'x', npm_package_name: 'x' })
      .message,
  ).toBe('')
})

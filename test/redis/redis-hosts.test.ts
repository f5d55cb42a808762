import { expect, test } from 'vitest'
import { readRedisHosts } from '../../src/redis/redis-hosts.ts'

const NOTHING = {
  tls: false,
  username: null,
  password: null,
  master: '',
  db: 0,
  sentinelUsername: null,
  sentinelPassword: null,
}

test('a cluster is its nodes, with one user and password for all of them', () => {
  expect(readRedisHosts('redis+cluster://10.0.0.1:7000,redis.internal,[::1]:7002')).toEqual({
    ...NOTHING,
    kind: 'cluster',
    hosts: [
      { host: '10.0.0.1', port: 7000 },
      { host: 'redis.internal', port: 6379 },
      { host: '::1', port: 7002 },
    ],
  })
  expect(readRedisHosts('rediss+cluster://ringpost:p%40ss%2F@redis.internal')).toMatchObject({
    kind: 'cluster',
    tls: true,
    username: 'ringpost',
    password: 'p@ss/',
  })
})

test('Sentinels have a name for the servers, which may have a database, and passwords of their own', () => {
  expect(
    readRedisHosts(
      'redis+sentinel://:secret@s1,s2:26380/my%20master/3?sentinel_username=watch&sentinel_password=other',
    ),
  ).toEqual({
    ...NOTHING,
    kind: 'sentinel',
    hosts: [
      { host: 's1', port: 26_379 },
      { host: 's2', port: 26_380 },
    ],
    password: 'secret',
    master: 'my master',
    db: 3,
    sentinelUsername: 'watch',
    sentinelPassword: 'other',
  })
})

test('what is wrong is said without the password', () => {
  for (const url of [
    'redis+cluster://:hunter2@a/0',
    'redis+sentinel://:hunter2@a',
    'redis+cluster://:hunter2@',
  ]) {
    expect(() => readRedisHosts(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  }
})

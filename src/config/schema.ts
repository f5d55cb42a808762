import { resolve } from 'node:path'
import { z } from 'zod'
import { readBaseUrl, readHeaders, readNetwork, readOrigin, readRedisUrl } from './addresses.ts'
import { parseDuration } from './duration.ts'
import * as value from './values.ts'
import { fromText, optional, withDefault } from './variable.ts'

export const ROLES = ['api', 'poll', 'relay', 'deliver', 'maintain'] as const
export type Role = (typeof ROLES)[number]

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const SWITCH = 'true or false (also 1, yes, on, 0, no, off)'

/** Every variable that ringpost reads. The one place that knows their names, types, defaults and meaning. */
export const environment = z.object({
  ELEVENLABS_API_KEY: optional(value.token(), {
    section: 'ElevenLabs',
    description:
      'The API key of the ElevenLabs workspace. It makes the source `src_default`; without it, sources come from `RINGPOST_CONFIG` or the API.',
    allowed: 'a key as ElevenLabs shows it, without spaces or quotation marks',
    example: 'sk_…',
    unset: 'no `src_default`',
    secret: true,
  }),
  ELEVENLABS_BASE_URL: withDefault(fromText(readBaseUrl), {
    section: 'ElevenLabs',
    description: 'Where the API is: another region or a proxy. `/v1/convai/users` is added to it.',
    allowed: 'an http or https URL without credentials, query or fragment',
    example: 'https://api.eu.residency.elevenlabs.io',
    default: 'https://api.elevenlabs.io',
  }),
  ELEVENLABS_AGENT_ID: optional(value.token(), {
    section: 'ElevenLabs',
    description:
      'Only the callers of this agent, for `src_default`. A change starts with a new, silent baseline.',
    allowed: 'the id of an agent',
    example: 'agent_3701k3ttaq12ewp8b7qv5rfyszkz',
    unset: 'all agents',
  }),
  ELEVENLABS_BRANCH_ID: optional(value.token(), {
    section: 'ElevenLabs',
    description:
      'Only the callers of this branch of an agent, for `src_default`. A change starts with a new, silent baseline.',
    allowed: 'the id of a branch',
    example: 'agtbrch_8901k4t9z5defmb8vdrnx3y5ftyz',
    unset: 'all branches',
  }),
  REDIS_URL: optional(fromText(readRedisUrl), {
    section: 'Redis',
    description:
      'The Redis (or Valkey) that holds the state and the queues: one server, a cluster, or servers that Sentinels look after (see docs/scaling.md). Without it, ringpost runs a private `redis-server` on a unix socket, with an append-only file in the data folder.',
    allowed:
      'a redis:// or unix:// URL, redis+cluster://host,host or redis+sentinel://host,host/name; rediss for TLS',
    example: 'redis://127.0.0.1:6379',
    unset: 'a private server',
    secret: true,
  }),
  HOST: withDefault(value.host(), {
    section: 'Server',
    description:
      'The address that the API and the dashboard listen on. Anything but loopback needs `RINGPOST_API_TOKEN`.',
    allowed: 'an IP address or a host name',
    example: '0.0.0.0',
    default: '127.0.0.1',
  }),
  PORT: withDefault(value.port(), {
    section: 'Server',
    description: 'The port that the API and the dashboard listen on. `0` picks a free one and prints it.',
    allowed: 'a whole number from 0 to 65535',
    example: '8080',
    default: '7464',
  }),
  RINGPOST_HEALTH_PORT: optional(value.port(), {
    section: 'Server',
    description:
      'The port on which a process without the role `api` answers `/healthz`, `/readyz` and `/metrics`, at `HOST`. With that role they are at `PORT`.',
    allowed: 'a whole number from 0 to 65535',
    example: '7464',
    unset: 'such a process has no port',
  }),
  RINGPOST_QUEUE_BOARD: withDefault(value.flag(), {
    section: 'Server',
    description:
      'Whether the queues can be looked at with bull-board, under `/admin/queues`. A browser asks for a name, which can be anything, and a password, which is the API token.',
    allowed: SWITCH,
    example: 'true',
    default: 'false',
  }),
  RINGPOST_CORS_ORIGINS: optional(value.list(readOrigin), {
    section: 'Server',
    description:
      'Web pages of which origins may use the API from a browser (CORS). They need a token all the same; cookies have no part in it.',
    allowed: 'origins (scheme, host and port, without a path) separated by commas, or *',
    example: 'https://app.example.com,http://localhost:3000',
    unset: 'none',
  }),
  RINGPOST_API_TOKEN: optional(value.token(16), {
    section: 'Secrets and files',
    description: 'The bearer token of an administrator, for the API, the dashboard and the command line.',
    allowed: 'at least 16 characters, without spaces or quotation marks',
    example: '$(openssl rand -hex 32)',
    unset: 'generated, kept in the data folder (mode 0600), printed once',
    secret: true,
  }),
  RINGPOST_MASTER_KEY: optional(value.masterKey(), {
    section: 'Secrets and files',
    description:
      'Encrypts API keys, signing secrets and secret headers at rest. Keep a copy: without it they cannot be read again.',
    allowed: '32 bytes, as base64 or as 64 hexadecimal characters',
    example: '$(openssl rand -base64 32)',
    unset: 'generated in the data folder (mode 0600)',
    secret: true,
  }),
  RINGPOST_MASTER_KEY_PREVIOUS: optional(value.masterKey(), {
    section: 'Secrets and files',
    description:
      'The master key of before, while it is being replaced: it opens what is still encrypted with it. `ringpost master-key rotate` encrypts everything with the present one; then this can go.',
    allowed: '32 bytes, as base64 or as 64 hexadecimal characters',
    example: '$(cat old-master-key)',
    unset: 'none',
    secret: true,
  }),
  RINGPOST_DATA_DIR: withDefault(value.text(), {
    section: 'Secrets and files',
    description:
      'The data folder: the private Redis, the generated token and master key. Relative to the working directory.',
    allowed: 'the path of a folder',
    example: '/var/lib/ringpost',
    default: './data',
  }),
  RINGPOST_CONFIG: optional(value.text(), {
    section: 'Secrets and files',
    description:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the YAML file holds
      'A YAML file of sources and endpoints, applied at every start: what it names is created or updated, what else exists stays. See config-file.md. `${NAME}` in it is read from the environment; such names must not begin with `RINGPOST_`. Relative to the working directory.',
    allowed: 'the path of a file',
    example: './ringpost.yaml',
    unset: 'no file',
  }),
  RINGPOST_POLL_INTERVAL: withDefault(value.duration({ min: '1s', max: value.LONGEST_TIMER }), {
    section: 'Polling',
    description:
      'About how often a source is polled, unless it says otherwise: after half of it while polls find something, after up to twice of it when nothing has happened for long (see docs/concepts.md).',
    allowed: `a duration from 1s to ${value.LONGEST_TIMER}`,
    example: '10s',
    default: '30s',
  }),
  RINGPOST_POLL_OVERLAP: optional(value.duration(), {
    section: 'Polling',
    description: 'How far a poll reads on below what it has seen before, for calls that upstream lists late.',
    allowed: 'a duration of at least RINGPOST_POLL_INTERVAL',
    example: '5m',
    unset: 'twice the interval, at least `2m`',
  }),
  RINGPOST_FULL_SCAN_INTERVAL: withDefault(value.duration({ min: '1s' }), {
    section: 'Polling',
    description: 'How often a source is read to its end, which finds late changes and removed users.',
    allowed: 'a duration of at least 1s',
    example: '6h',
    default: '24h',
  }),
  RINGPOST_RETRY_SCHEDULE: withDefault(value.list(parseDuration), {
    section: 'Delivery',
    description:
      'The waits before the second, third, … attempt of a delivery; the first is at once. Jitter adds up to 10 %.',
    allowed: 'durations separated by commas, at least one',
    example: '5s,1m,10m,1h,6h',
    default: '5s,5m,30m,2h,5h,10h,14h,20h,24h',
  }),
  RINGPOST_DELIVERY_TIMEOUT: withDefault(value.duration({ min: '1ms', max: value.LONGEST_TIMER }), {
    section: 'Delivery',
    description: 'One deadline over DNS, connect, headers and body of an attempt.',
    allowed: `a duration from 1ms to ${value.LONGEST_TIMER}`,
    example: '10s',
    default: '15s',
  }),
  RINGPOST_ALLOW_NETWORKS: optional(value.list(readNetwork), {
    section: 'Delivery',
    description: 'Networks that endpoints may be in although they are not public.',
    allowed: 'IPv4 and IPv6 networks (CIDR) or addresses, separated by commas',
    example: '127.0.0.0/8,10.0.0.0/8',
    unset: 'public addresses only',
  }),
  RINGPOST_ALLOW_HTTP: withDefault(value.flag(), {
    section: 'Delivery',
    description: 'Whether endpoints outside the allowed networks may be plain http.',
    allowed: SWITCH,
    example: 'true',
    default: 'false',
  }),
  RINGPOST_EVENT_RETENTION: withDefault(value.duration(), {
    section: 'Delivery',
    description: 'How long events are kept, and can be replayed. Longer than the whole retry schedule.',
    allowed: 'a duration longer than the whole retry schedule',
    example: '90d',
    default: '30d',
  }),
  RINGPOST_DELIVERY_RETENTION: withDefault(value.duration(), {
    section: 'Delivery',
    description: 'How long deliveries and their attempts are kept. Longer than the whole retry schedule.',
    allowed: 'a duration longer than the whole retry schedule',
    example: '14d',
    default: '7d',
  }),
  RINGPOST_ROLES: withDefault(value.choices(ROLES), {
    section: 'Process',
    description: 'Which roles this process plays, so that the same image scales out.',
    allowed: `some of ${ROLES.join(', ')}, separated by commas, each once`,
    example: 'relay,deliver',
    default: ROLES.join(','),
  }),
  RINGPOST_DEMO: optional(value.flag(), {
    section: 'Process',
    description:
      'The demo: the bundled simulator as upstream and a sample receiver that prints each webhook.',
    allowed: `${SWITCH}; not true together with ELEVENLABS_API_KEY or RINGPOST_CONFIG`,
    example: 'false',
    unset: 'on without a key and a configuration file, outside production',
  }),
  LOG_LEVEL: withDefault(fromText(value.choice(LOG_LEVELS)), {
    section: 'Process',
    description: 'The least severe messages that are logged.',
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
    example: 'debug',
    default: 'info',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(fromText(readBaseUrl), {
    section: 'Process',
    description:
      'Where an OpenTelemetry collector takes traces as OTLP over HTTP; `/v1/traces` is added to it. It switches tracing on: see tracing.md.',
    allowed: 'an http or https URL without credentials, query or fragment',
    example: 'http://otel-collector:4318',
    unset: 'no traces',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: optional(fromText(readHeaders), {
    section: 'Process',
    description: 'Headers that the collector asks for, such as a key.',
    allowed: 'name=value pairs separated by commas, values percent-encoded',
    example: 'authorization=Bearer%20…',
    unset: 'none',
    secret: true,
  }),
  OTEL_TRACES_SAMPLER_ARG: withDefault(value.share(), {
    section: 'Process',
    description:
      'Which share of the events (and of the polls) is traced. All processes trace the same events.',
    allowed: 'a number from 0 to 1',
    example: '0.05',
    default: '1',
  }),
  NODE_ENV: optional(value.text(), {
    section: 'Process',
    description: '`production` never runs the demo by itself. Other values change nothing.',
    allowed: 'any text',
    example: 'production',
    unset: 'not production',
  }),
  RINGPOST_URL: optional(fromText(readBaseUrl), {
    section: 'Process',
    description: 'Where the command line finds the API. A server does not read it.',
    allowed: 'an http or https URL without credentials, query or fragment',
    example: 'https://ringpost.example.com',
    unset: '`HOST` and `PORT`',
  }),
})

/** The values of all variables, read but not yet put together. */
export type Environment = z.output<typeof environment>

/** What the composition root works with: absolute paths, milliseconds, every default filled in. */
export type Config = ReturnType<typeof toConfig>

/** Puts the configuration together: names of our own, defaults that depend on other variables. */
export function toConfig(env: Environment, cwd: string) {
  const production = env.NODE_ENV === 'production'
  return {
    upstream: {
      apiKey: env.ELEVENLABS_API_KEY,
      baseUrl: env.ELEVENLABS_BASE_URL,
      agentId: env.ELEVENLABS_AGENT_ID,
      branchId: env.ELEVENLABS_BRANCH_ID,
    },
    redisUrl: env.REDIS_URL,
    host: env.HOST,
    port: env.PORT,
    /** Of a process without the role `api`; null for none. */
    healthPort: env.RINGPOST_HEALTH_PORT,
    queueBoard: env.RINGPOST_QUEUE_BOARD,
    corsOrigins: env.RINGPOST_CORS_ORIGINS ?? [],
    apiToken: env.RINGPOST_API_TOKEN,
    /** 32 bytes, as `createVault` takes them. */
    masterKey: env.RINGPOST_MASTER_KEY,
    /** Opens what is still sealed with it; see docs/secrets.md. */
    previousMasterKey: env.RINGPOST_MASTER_KEY_PREVIOUS,
    dataDir: resolve(cwd, env.RINGPOST_DATA_DIR),
    pollIntervalMs: env.RINGPOST_POLL_INTERVAL,
    pollOverlapMs: env.RINGPOST_POLL_OVERLAP ?? Math.max(2 * env.RINGPOST_POLL_INTERVAL, parseDuration('2m')),
    fullScanIntervalMs: env.RINGPOST_FULL_SCAN_INTERVAL,
    retrySchedule: env.RINGPOST_RETRY_SCHEDULE,
    deliveryTimeoutMs: env.RINGPOST_DELIVERY_TIMEOUT,
    allowNetworks: env.RINGPOST_ALLOW_NETWORKS ?? [],
    allowHttp: env.RINGPOST_ALLOW_HTTP,
    eventRetentionMs: env.RINGPOST_EVENT_RETENTION,
    deliveryRetentionMs: env.RINGPOST_DELIVERY_RETENTION,
    configFile: env.RINGPOST_CONFIG === null ? null : resolve(cwd, env.RINGPOST_CONFIG),
    roles: env.RINGPOST_ROLES,
    demo:
      env.RINGPOST_DEMO ?? (env.ELEVENLABS_API_KEY === null && env.RINGPOST_CONFIG === null && !production),
    /** Where traces go; null for nowhere. */
    otlp:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === null
        ? null
        : {
            url: env.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
            share: env.OTEL_TRACES_SAMPLER_ARG,
          },
    logLevel: env.LOG_LEVEL,
    production,
  }
}

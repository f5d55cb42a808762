import type { FastifyReply, FastifyRequest } from 'fastify'
import { readSite, type SiteFile } from '../../dashboard/site.ts'
import { RingpostError } from '../../errors.ts'
import type { Api } from '../instance.ts'

/** Scripts, styles and requests to this host alone, nothing inline, and no text that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const KEEP_FOREVER = 'public, max-age=31536000, immutable'

/** The dashboard's files. They say nothing of this ringpost, so they need no token; what they show does. */
export function addDashboard(app: Api, read: () => ReadonlyMap<string, SiteFile> | null = readSite): void {
  let site: ReadonlyMap<string, SiteFile> | null = null
  const options = { config: { public: true }, schema: { hide: true } }

  async function answer(path: string, request: FastifyRequest, reply: FastifyReply) {
    site ??= read()
    if (site === null) {
      throw new RingpostError(
        'not_ready',
        'The dashboard is not built: run "npm run build", or start with "npm start".',
      )
    }
    // What has no file is a screen, and the page itself finds out which one.
    const file = site.get(path) ?? (path.startsWith('assets/') ? undefined : site.get('index.html'))
    if (file === undefined) {
      throw new RingpostError(
        'not_found',
        'The dashboard has no such file. Load the page again: it may be a newer one.',
      )
    }
    void reply.headers({ 'content-security-policy': POLICY, vary: 'accept-encoding' })
    void reply.header('cache-control', file.hashed ? KEEP_FOREVER : 'no-cache')
    const gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    if (gzip) void reply.header('content-encoding', 'gzip')
    return reply.type(file.type).send(gzip ? file.gzipped : file.body)
  }

  app.get('/', options, async (_request, reply) => reply.redirect('/dashboard'))
  app.get('/dashboard', options, (request, reply) => answer('index.html', request, reply))
  app.get('/dashboard/*', options, (request, reply) =>
    answer((request.params as { '*': string })['*'], request, reply),
  )
}

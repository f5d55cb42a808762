import type { Queue } from 'bullmq'
import type { Api } from './instance.ts'
import { sendProblem } from './problems.ts'

const PATH = '/admin/queues'
/** Its page asks for a font from elsewhere, and goes without it. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"

export interface QueueBoardDeps {
  /** What the board shows; without them there is none. */
  boardQueues?: readonly Queue[] | null
}

/**
 * The queues as bull-board shows them, to look at and not to touch: jobs carry ids only, and what is done by hand
 * is done through the API. A browser sends the administrator's token as the password of its own dialog, with each
 * request and from any page; reading is all that it can be made to do.
 */
export async function addQueueBoard(app: Api, { boardQueues }: QueueBoardDeps): Promise<void> {
  if (!boardQueues) return
  // Most processes have no board.
  const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/fastify'),
  ])
  const server = new FastifyAdapter()
  createBullBoard({
    queues: boardQueues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'ringpost queues' } },
  })
  server.setBasePath(PATH)
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith(PATH)) return
    route.config = { ...route.config, needs: 'administrator', basic: true }
    route.schema = { ...route.schema, hide: true }
    // The board's own would answer whoever has no token as if the board had failed.
    route.errorHandler = (error, request, reply) => void sendProblem(error, request, reply)
  })
  await app.register(
    (board, options, done) => {
      board.addHook('onRequest', (_request, reply, next) => {
        void reply.header('content-security-policy', CSP)
        next()
      })
      server.registerPlugin()(board, options, done)
    },
    { prefix: PATH },
  )
}

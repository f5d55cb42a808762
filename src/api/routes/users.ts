import { z } from 'zod'
import type { Snapshot } from '../../detect/snapshot.ts'
import { RingpostError } from '../../errors.ts'
import type { Sources } from '../../sources/sources.ts'
import type { EraseUser } from '../../users/erase-user.ts'
import type { Users } from '../../users/users.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { idParams } from '../schemas/ids.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'
import {
  type ApiUser,
  forgetByQuery,
  forgetQuery,
  forgottenSchema,
  userList,
  userParams,
  userQuery,
  userSchema,
} from '../schemas/user.ts'

/** Erasing looks at every event of the source (ms). */
const LONGEST_ERASE_MS = 60 * 60 * 1000

const cursor = createCursor(
  'users',
  z.strictObject({ bucket: z.int().min(0), after: z.string().regex(/^[0-9a-f]{32}$/) }),
)

const FORGETTING = `What is known of the user is dropped, so that a later appearance is a first-time caller again: \`user.created\`, under a new id. While upstream still lists the user, that is with the next poll that reads so far down the list: at once if they called lately, else with the next full scan. To keep somebody out for good, delete them upstream first.

With \`erase=true\` the person's data also goes from events, deliveries, attempts and unreadable rows of this source; deliveries that still wait end with it. That looks at every event of the source and can take long. It can be repeated, and has to be if it broke off. Events that receivers already have are theirs to erase.`

export interface UserRoutesDeps {
  users: Users
  eraseUser: EraseUser
  /** Forgets what this process remembers of a user. */
  forgetCaller: (userId: string) => void
}

/** Who is known at a source, and forgetting them. */
export function addUserRoutes(app: Api, deps: UserRoutesDeps & { sources: Pick<Sources, 'get'> }): void {
  const { sources, users } = deps
  const tags = ['users']

  app.get(
    '/v1/sources/:id/users',
    {
      schema: {
        tags,
        operationId: 'listUsers',
        summary: 'List the users that are known at a source',
        description:
          'In an order that means nothing and never changes, so that a walk over the pages misses and repeats nobody who was there all the time. Removed users are among them.',
        params: idParams,
        querystring: userQuery,
        response: { 200: answer('Users', userList), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params, query }) => {
      const { id } = await sources.get(params.id)
      if (query.user_id !== undefined) {
        const snapshot = await users.find(id, query.user_id)
        return { data: snapshot === null ? [] : [present(query.user_id, snapshot)], next_cursor: null }
      }
      const { data, next } = await users.list(id, {
        after: cursor.decode(query.cursor, { id }),
        limit: query.limit,
      })
      return {
        data: data.map(({ userId, snapshot }) => present(userId, snapshot)),
        next_cursor: cursor.encode(next, { id }),
      }
    },
  )

  app.get(
    '/v1/sources/:id/users/:user_id',
    {
      schema: {
        tags,
        operationId: 'getUser',
        summary: 'Get what is known of a user',
        params: userParams,
        response: { 200: answer('The user', userSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const { id } = await sources.get(params.id)
      const snapshot = await users.find(id, params.user_id)
      // The id is not repeated: it may be long, and it is a person's.
      if (snapshot === null) throw new RingpostError('not_found', `Source ${id} does not know this user.`)
      return present(params.user_id, snapshot)
    },
  )

  const forget = async (sourceId: string, userId: string, erase: boolean) => {
    const { id } = await sources.get(sourceId)
    // Forgotten first: what is announced after that is of a new caller.
    const forgotten = await users.forget(id, userId)
    try {
      const erased = erase
        ? await deps.eraseUser(id, userId)
        : { events: 0, deliveries: 0, quarantined_rows: 0 }
      return { forgotten, ...erased }
    } finally {
      // Last: until then somebody may have read an event of theirs.
      deps.forgetCaller(userId)
    }
  }
  const response = {
    200: answer('What was forgotten', forgottenSchema),
    ...problems(...OF_TOKEN, ...OF_BODY, 'not_found'),
  }

  app.delete(
    '/v1/sources/:id/users/:user_id',
    {
      handlerTimeout: LONGEST_ERASE_MS,
      schema: {
        tags,
        operationId: 'forgetUser',
        summary: 'Forget a user',
        description: FORGETTING,
        params: userParams,
        querystring: forgetQuery,
        response,
      },
    },
    ({ params, query }) => forget(params.id, params.user_id, query.erase === 'true'),
  )

  app.delete(
    '/v1/sources/:id/users',
    {
      handlerTimeout: LONGEST_ERASE_MS,
      schema: {
        tags,
        operationId: 'forgetUserByQuery',
        summary: 'Forget a user whose id a path cannot hold',
        description: FORGETTING,
        params: idParams,
        querystring: forgetByQuery,
        response,
      },
    },
    ({ params, query }) => forget(params.id, query.user_id, query.erase === 'true'),
  )
}

function present(userId: string, snapshot: Snapshot): ApiUser {
  return {
    user_id: userId,
    conversation_count: snapshot.count,
    first_contact_unix_secs: snapshot.first_contact,
    last_contact_unix_secs: snapshot.last_contact,
    absent: snapshot.absent,
    removed: snapshot.removed,
    sentiment: snapshot.sentiment,
  }
}

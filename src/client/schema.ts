/**
 * The types of the HTTP API, generated from its OpenAPI document: `npm run generate`. Do not edit.
 */

export interface paths {
    "/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sources, oldest first */
        get: operations["listSources"];
        put?: never;
        /**
         * Create a source
         * @description Polling begins at once, with a baseline: everybody who called before is recorded, and nobody is announced.
         */
        post: operations["createSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a source and how its polling goes */
        get: operations["getSource"];
        put?: never;
        post?: never;
        /**
         * Delete a source
         * @description Its key and what is known of its users go at once. Its events can be read, and are delivered, until the event retention ends.
         */
        delete: operations["deleteSource"];
        options?: never;
        head?: never;
        /**
         * Change a source
         * @description What is left out stays as it is; null goes back to the default. Another URL, key or filter is another list: polling goes on with a new, silent baseline. What the environment or the configuration file sets is changed there.
         */
        patch: operations["updateSource"];
        trace?: never;
    };
    "/v1/sources/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide about a source that needs attention
         * @description After a flood of new users, `events` announces them and `baseline` takes them as known. After a mass removal, `events` tells of each and `baseline` does not. The list is read again first: what it shows then is what counts.
         */
        post: operations["acceptSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Poll a source now
         * @description Answers when the poll is done, with what it found. A full scan of a long list takes long. A dry run tells what it would find, and changes nothing.
         */
        post: operations["pollSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/polls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what the polls of a source did, newest first
         * @description Several polls in a row that did the same and had nothing to tell are one entry, from the beginning of the first to the end of the last. With `since` and `until` an entry is listed where it touches that time. What is not in the list was no poll: ringpost did not run, or the source was paused.
         */
        get: operations["listPolls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the rows of a source that could not be read, newest first */
        get: operations["listQuarantinedRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/nudge-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a secret for the nudges of a source
         * @description For something of your own that signs as ElevenLabs does. ElevenLabs makes the secret of a webhook itself: enter that one with PATCH, as `nudge_secret`. The secret of before ends at once.
         */
        post: operations["makeNudgeSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users that are known at a source
         * @description In an order that means nothing and never changes, so that a walk over the pages misses and repeats nobody who was there all the time. Removed users are among them.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        /**
         * Forget a user whose id a path cannot hold
         * @description What is known of the user is dropped, so that a later appearance is a first-time caller again: `user.created`, under a new id. While upstream still lists the user, that is with the next poll that reads so far down the list: at once if they called lately, else with the next full scan. To keep somebody out for good, delete them upstream first.
         *
         *     With `erase=true` the person's data also goes from events, deliveries, attempts and unreadable rows of this source; deliveries that still wait end with it. That looks at every event of the source and can take long. It can be repeated, and has to be if it broke off. Events that receivers already have are theirs to erase.
         */
        delete: operations["forgetUserByQuery"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get what is known of a user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /**
         * Forget a user
         * @description What is known of the user is dropped, so that a later appearance is a first-time caller again: `user.created`, under a new id. While upstream still lists the user, that is with the next poll that reads so far down the list: at once if they called lately, else with the next full scan. To keep somebody out for good, delete them upstream first.
         *
         *     With `erase=true` the person's data also goes from events, deliveries, attempts and unreadable rows of this source; deliveries that still wait end with it. That looks at every event of the source and can take long. It can be repeated, and has to be if it broke off. Events that receivers already have are theirs to erase.
         */
        delete: operations["forgetUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List endpoints, oldest first */
        get: operations["listEndpoints"];
        put?: never;
        /**
         * Create an endpoint
         * @description The answer is the only one that holds the signing secret without being asked for it. What each kind needs is in GET /v1/destination-kinds.
         */
        post: operations["createEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an endpoint */
        get: operations["getEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint
         * @description Its deliveries stay in the log; what still waits for it is skipped.
         */
        delete: operations["deleteEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change an endpoint
         * @description What is left out stays as it is. Null clears: it brings back what an endpoint has that was created without the field. `url` and `enabled` cannot be cleared. What the configuration file sets is changed there.
         */
        patch: operations["updateEndpoint"];
        trace?: never;
    };
    "/v1/endpoints/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the signing secret of an endpoint, the newest that is valid */
        get: operations["getEndpointSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an endpoint a new signing secret
         * @description The present one stays valid for `overlap`, and requests are signed with both, so that the receiver can change in between. At most 5 secrets sign at once; beyond that the oldest ends. With `signing` the kind changes as well.
         */
        post: operations["rotateEndpointSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test to an endpoint
         * @description One attempt with a made-up event, whatever the endpoint is subscribed to, also while it is disabled. Answers with the delivery when the attempt is done: look at its `status` and `error`, for the answer is 200 where the endpoint fails, too. A test is not tried again and does not count for the health of the endpoint; it stays in the log of deliveries, and its event is not among the events.
         */
        post: operations["testEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send again what an endpoint has missed
         * @description Goes by the time at which a delivery was made, or an event came that has no delivery. What is still on its way is left alone. Answers when everything is queued. It is safe to repeat: where it breaks off, the same request goes on, and nothing is queued twice.
         */
        post: operations["recoverEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get how many deliveries of an endpoint are in the log, and its bounds */
        get: operations["getEndpointStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See how far the last backfill of an endpoint is */
        get: operations["getEndpointBackfill"];
        put?: never;
        /**
         * Send an endpoint the users that are known already
         * @description Each becomes a `user.created` with `"backfill": true` in its data, for this endpoint alone, whatever types it is subscribed to. It goes on in the background and lets at most a thousand deliveries wait; GET tells how far it is. It is safe to repeat: the same request joins what is under way, and who was sent once is not sent again.
         */
        post: operations["backfillEndpoint"];
        /**
         * Stop the backfill of an endpoint
         * @description What is queued already is sent. One that has ended stays as it is.
         */
        delete: operations["stopEndpointBackfill"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/destination-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the kinds of destinations, with what each needs */
        get: operations["listDestinationKinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/destination-kinds/{kind}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See what an endpoint would be sent
         * @description Renders the sample of an event type as an endpoint of this kind would get it, also by a template. Nothing is sent or kept.
         */
        post: operations["previewDestination"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List events, newest first */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count events over time, by type */
        get: operations["countEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an event */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event again
         * @description To every enabled endpoint that it matches now, or to those that are named, with the same `webhook-id`; to an endpoint that had it, and to one that is newer than the event. Answers what was queued.
         */
        post: operations["replayEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the types of events, with schema and sample of each */
        get: operations["listEventTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a type of event, with its schema and a sample */
        get: operations["getEventType"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List deliveries, newest first */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a delivery with every attempt */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Attempt a delivery again, now
         * @description Whatever its status, also one that has succeeded, with the same `webhook-id`; its attempts are kept. What has ended begins the whole schedule again where this attempt fails. What waits for a retry gets this attempt in addition, and then the rest of its schedule. Answers at once, with the delivery as it waits.
         */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * New events and attempts, live (server-sent events)
         * @description An entry named `event` holds an event as its webhooks do, one named `attempt` an attempt without what was sent and received. After a break the stream goes on behind `Last-Event-ID`; where that is too long ago, an entry named `missed` comes first. It ends with the token or the session by which it was opened.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get all sources and endpoints as one configuration, without secrets
         * @description What POST /v1/config takes. Applied where it came from, it changes nothing.
         */
        get: operations["getConfiguration"];
        put?: never;
        /**
         * Bring sources and endpoints in line with a configuration
         * @description What it names by id is created or updated, and nothing else is touched: a source or an endpoint that it does not name stays, a field that it leaves out too, and null brings the default of a field back. It is checked as a whole first, and nothing changes where anything of it is wrong. Applying it again changes nothing.
         */
        post: operations["applyConfiguration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens, oldest first; the administrator's is not among them */
        get: operations["listTokens"];
        put?: never;
        /**
         * Create a token
         * @description The answer is the only one that holds the token: of it, only a hash is kept. Repeated with its Idempotency-Key, the request is refused with `conflict`.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token, at once and in every process */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in with this browser */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign in with a browser
         * @description For browsers: the token is given once, and a cookie that scripts cannot read stands for it from then on. With the cookie, requests that change something need the header `x-ringpost-dashboard: 1`, which no other site can send.
         */
        post: operations["signIn"];
        /** Sign out of this browser */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process is alive */
        get: operations["isAlive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process can work: Redis answers and its roles run */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this ringpost is, and how it is doing */
        get: operations["about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the data folder, configuration file, Redis, master key and clock
         * @description Of the process that answers. It changes nothing. How sources and endpoints are is told by their own lists.
         */
        get: operations["checks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{id}/nudge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take ElevenLabs' post-call webhook, and poll the source at once
         * @description Needs no token: the request is verified by its signature with the source's `nudge_secret`. Any body that is signed will do. It is answered at once; many nudges become one poll, and there is at most one a second. While the source is paused, nothing comes of it.
         */
        post: operations["nudgeSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What this ringpost is, and how it is doing. */
        About: {
            version: string;
            node: string;
            /**
             * Format: date-time
             * @description When the process that answers was started.
             * @example 2026-11-23T10:00:00.000Z
             */
            started_at: string;
            /** @description What that process does. */
            roles: string[];
            /** @description Whether the callers are simulated. */
            demo: boolean;
            retention: {
                /** @example 30s */
                events: string;
                /** @example 30s */
                deliveries: string;
            };
            /** @description Waits before the second, third, … attempt. */
            retry_schedule: string[];
            redis: {
                /** @description Name and version; null where the server does not tell. */
                version: string | null;
                memory_bytes: number | null;
                /** @description Null where it may take what there is. */
                memory_limit_bytes: number | null;
            };
            queues: {
                queue: string;
                waiting: number;
                /** @description How long the oldest has waited; 0 where none does. */
                oldest_waiting_secs: number;
            }[];
        };
        Alive: {
            /** @constant */
            status: "ok";
        };
        AppliedConfiguration: {
            dry_run: boolean;
            /** @description One for each source and endpoint that the request names. */
            changes: {
                /** @enum {string} */
                kind: "source" | "endpoint";
                id: string;
                /**
                 * @description `none`: it is as the request says, and nothing was written.
                 * @enum {string}
                 */
                action: "create" | "update" | "none";
                /** @description What changes of it. */
                fields: string[];
            }[];
        };
        /** @description How far the users that were known already are queued for an endpoint. */
        Backfill: {
            endpoint_id: string;
            dry_run: boolean;
            /**
             * @description `done`: everybody is queued. `counted`: it was a dry run.
             * @enum {string}
             */
            state: "counted" | "running" | "done" | "stopped";
            /** @description Users that are known: when it began, or now in a dry run. */
            users: number;
            /** @description Those that were looked at so far. */
            seen: number;
            /** @description Deliveries that were made, or would be in a dry run. */
            queued: number;
            /** @description Who had been sent by a backfill before. */
            already: number;
            /** @description Deliveries of the endpoint that have not ended, of whatever reason. */
            waiting: number;
            started_at: string | null;
            ended_at: string | null;
        };
        BackfillWish: {
            /**
             * @description Users of these sources; null means those that the endpoint has.
             * @default null
             */
            source_ids?: string[] | null;
            /** @description Which of them, as a filter of an endpoint; null lets everybody pass. Left out: the endpoint’s own filter. Agent and conversation are not known of users who are known already. */
            filter?: components["schemas"]["EndpointFilter"] | null;
            /**
             * @description Also those that a backfill of this endpoint has sent before.
             * @default false
             */
            again?: boolean;
            /**
             * @description Counts, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
        };
        /** @description What the process that answers stands on, and whether it holds. */
        Checks: {
            checks: {
                /** @description What was looked at, in a word or two. */
                check: string;
                /**
                 * @description `problem` keeps ringpost from its work, now or at the next start; `warning` can be lived with.
                 * @enum {string}
                 */
                status: "ok" | "warning" | "problem" | "skipped";
                /** @description What was found, in a sentence. */
                message: string;
                /** @description What mends it; null where nothing has to be done. */
                fix: string | null;
            }[];
        };
        /**
         * @example {
         *       "sources": {
         *         "src_support": {
         *           "name": "Support",
         *           "poll_interval": "1m"
         *         }
         *       },
         *       "endpoints": {
         *         "ep_crm": {
         *           "url": "https://crm.example.com/hooks",
         *           "source_ids": [
         *             "src_support"
         *           ]
         *         }
         *       },
         *       "withheld": [
         *         "sources.src_support.api_key",
         *         "endpoints.ep_crm.secret"
         *       ]
         *     }
         */
        Configuration: {
            /** @description By id: what differs from the defaults, as POST /v1/config takes it. */
            sources: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** @description By id, in the same way. */
            endpoints: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** @description Paths of what is secret and therefore not in it: API keys, header values, signing secrets. */
            withheld: string[];
        };
        ConfigurationToApply: {
            /** @description Sources by id: `src_` and a name of your choice. */
            sources?: {
                [key: string]: components["schemas"]["ConfiguredSource"];
            };
            /** @description Endpoints by id: `ep_` and a name of your choice. */
            endpoints?: {
                [key: string]: components["schemas"]["ConfiguredEndpoint"];
            };
            /**
             * @description Tells what would change, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
        };
        /** @description The fields of PATCH /v1/endpoints/:id, with `signing` and `secret`. An endpoint that there is not yet needs what its kind requires: `url`, for most. Another secret or another kind of signature is a rotation: what was valid signs too for 24h. */
        ConfiguredEndpoint: {
            /** @description Where events are sent. A URL that can never be delivered to is refused. Required by every kind but those that make it of their settings. */
            url?: string;
            /** @description Those that are named are set, or removed with null; the others stay. Null removes all. */
            settings?: {
                [key: string]: string | null;
            } | null;
            description?: string | null;
            /** @description Which events; empty or null means every `user.*` event. */
            event_types?: components["schemas"]["EventTypePattern"][] | null;
            /** @description Of which sources; null means of every one. */
            source_ids?: string[] | null;
            filter?: components["schemas"]["EndpointFilter"] | null;
            /** @description Extra request headers: those that are named are set, or removed with null; the others stay. Null removes all. Names are kept in lower case. Values are encrypted at rest and never shown again. Names that HTTP or ringpost itself sets (`webhook-*`, `host`, `content-type` …) are refused. */
            headers?: {
                [key: string]: string | null;
            } | null;
            format?: ("standard" | "cloudevents") | null;
            template?: components["schemas"]["EndpointTemplate"] | null;
            /** @description The most deliveries a second, fractions allowed (0.5 is one in two seconds); null means what the kind has by default, which for webhooks is no limit. */
            rate_limit?: number | null;
            enabled?: boolean;
            /** @enum {string} */
            kind?: "webhook" | "slack" | "discord" | "teams" | "telegram" | "hubspot" | "pipedrive" | "salesforce" | "zapier" | "make" | "n8n";
            /**
             * @description How requests are signed: `hmac-sha256` (`v1` in `webhook-signature`) with a secret that both sides have, or `ed25519` (`v1a`), where the receiver has the public key alone.
             * @enum {string}
             */
            signing?: "hmac-sha256" | "ed25519";
            /** @description A secret of your own in place of a generated one: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 key. */
            secret?: string;
        };
        /** @description The fields of PATCH /v1/sources/:id. A source that there is not yet needs `api_key`. */
        ConfiguredSource: {
            name?: string;
            /** @description Where the API is: a region, or a proxy. `/v1/convai/users` is added to it. */
            base_url?: string;
            /** @description Needs the scope `convai_read`. It is kept encrypted and never shown. */
            api_key?: string;
            /** @description Only the callers of this agent. */
            agent_id?: string | null;
            /** @description Only the callers of this branch of an agent. */
            branch_id?: string | null;
            /** @description About how often it is polled: after half of it while polls find something, after up to twice of it when nothing has happened for long. Null for RINGPOST_POLL_INTERVAL. */
            poll_interval?: string | null;
            /** @description How far below the watermark a poll reads on, for calls that are listed late; null for twice the interval, at least 2m. */
            overlap?: string | null;
            /** @description Counts to announce, rising; null for 5, 10, 25, 50, 100, 250, …; none for an empty list. */
            milestones?: number[] | null;
            /** @description A call after a longer silence is `user.returned`; null for 30d. */
            returned_after?: string | null;
            /** @description A recent average sentiment that falls below this is `user.sentiment.dropped`; null where nobody wants to know. Another one begins with a full scan that judges everybody by it in silence. */
            sentiment_threshold?: number | null;
            /** @description The secret of ElevenLabs' post-call webhook, which goes to `/v1/sources/:id/nudge` and makes the source be polled at once. It is kept encrypted and never shown; null takes no nudges. */
            nudge_secret?: string | null;
            /** @description Each event waits for its conversation, at most 10 seconds, and has its duration, outcome, summary and phone number in `data.conversation`. That is a request for each, and more where the conversation is not complete. */
            enrich?: boolean;
            /** @description Not polled until this is false again. */
            paused?: boolean;
        };
        /** @description An endpoint, with its signing secret for this one time. */
        CreatedEndpoint: {
            id: string;
            /** @description One of GET /v1/destination-kinds. */
            kind: string;
            /** @description Masked where whoever has it can post. */
            url: string;
            /** @description What the kind knows beside the URL; `••••` stands for what is secret. */
            settings: {
                [key: string]: string;
            };
            description: string;
            event_types: string[] | null;
            source_ids: string[] | null;
            /** @description As it was set; null lets everything pass. */
            filter: {
                [key: string]: unknown;
            } | null;
            /** @description Extra request headers by name; `••••` stands for each value. */
            headers: {
                [key: string]: string;
            };
            /** @description `standard` or `cloudevents`. */
            format: string;
            /** @description As it was set; null where the event is sent as it is. */
            template: unknown;
            /** @description The most deliveries a second; null means no limit. */
            rate_limit: number | null;
            enabled: boolean;
            /** @description Why ringpost disabled it, in a plain sentence; null where it did not. */
            disabled_reason: string | null;
            /** @description How requests are signed; null where the kind has no signature. */
            signing: ("hmac-sha256" | "ed25519") | null;
            /** @description What is probably not meant, in plain sentences. */
            warnings: string[];
            /**
             * @description `file`: RINGPOST_CONFIG names it, and what it sets of it is changed there.
             * @enum {string}
             */
            managed_by: "file" | "api";
            health: {
                /** @enum {string} */
                state: "healthy" | "failing" | "disabled";
                failing_since: string | null;
                last_success_at: string | null;
                /** @description Nobody answers there, and what waits for it is held: when the next single request is made. Null otherwise. */
                next_try_at: string | null;
            };
            /** @description The signing secret: `whsec_` and base64 of the key, as Standard Webhooks has it. Null with Ed25519, for nobody but ringpost needs the private key. */
            secret: string | null;
            /** @description With Ed25519, what receivers verify with: `whpk_` and base64 of the public key. */
            public_key: string | null;
        };
        CreatedToken: {
            id: string;
            name: string;
            scopes: string[];
            expires_at: string | null;
            /** @description To the minute; null where it was never used. */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /** @description The token itself. It is not shown again. */
            token: string;
        };
        Decision: {
            /**
             * @description `events`: tell what was held back. `baseline`: record it in silence.
             * @enum {string}
             */
            as: "events" | "baseline";
        };
        /** @description One event on its way to one endpoint, with every attempt. */
        Delivery: {
            id: string;
            event_id: string;
            /** @example user.created */
            event_type: string;
            endpoint_id: string;
            /** @description The caller whose event it is; null where it is nobody's, or is not in the log any more. */
            user_id: string | null;
            /** @description Whether a backfill has made it: it tells of a caller who was known already. */
            backfill: boolean;
            /** @enum {string} */
            status: "pending" | "retrying" | "succeeded" | "failed" | "skipped";
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            next_attempt_at: string | null;
            /** @description Why it has not succeeded; null where it has, or was not tried yet. */
            error: {
                /** @description What a program should decide by. */
                code: string;
                /** @description What happened and, where there is one, what to do. */
                message: string;
            } | null;
            /** @description Oldest first; the newest fifty, where there were more. */
            attempts: {
                number: number;
                /**
                 * Format: date-time
                 * @description When the request began.
                 * @example 2026-11-23T10:00:00.000Z
                 */
                at: string;
                duration_ms: number;
                url: string;
                request: {
                    headers: {
                        [key: string]: string;
                    };
                    body: string;
                };
                /** @description Null where none arrived. */
                response: {
                    status: number;
                    headers: {
                        [key: string]: string;
                    };
                    /** @description The first 4 KB. */
                    body: string;
                } | null;
                error: {
                    /** @description What a program should decide by. */
                    code: string;
                    /** @description What happened and, where there is one, what to do. */
                    message: string;
                } | null;
            }[];
        };
        DeliveryList: {
            data: components["schemas"]["DeliverySummary"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. A page can be shorter than `limit`, with `event_type` even empty, and still not be the last: one request reads a bounded part of the log. */
            next_cursor: string | null;
        };
        /** @description A delivery without what was sent and received. */
        DeliverySummary: {
            id: string;
            event_id: string;
            /** @example user.created */
            event_type: string;
            endpoint_id: string;
            /** @description The caller whose event it is; null where it is nobody's, or is not in the log any more. */
            user_id: string | null;
            /** @description Whether a backfill has made it: it tells of a caller who was known already. */
            backfill: boolean;
            /** @enum {string} */
            status: "pending" | "retrying" | "succeeded" | "failed" | "skipped";
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            next_attempt_at: string | null;
            /** @description Why it has not succeeded; null where it has, or was not tried yet. */
            error: {
                /** @description What a program should decide by. */
                code: string;
                /** @description What happened and, where there is one, what to do. */
                message: string;
            } | null;
            /** @description The newest ten. */
            attempts: {
                number: number;
                /**
                 * Format: date-time
                 * @description When the request began.
                 * @example 2026-11-23T10:00:00.000Z
                 */
                at: string;
                duration_ms: number;
                url: string;
                response: {
                    status: number;
                } | null;
                error: {
                    /** @description What a program should decide by. */
                    code: string;
                    /** @description What happened and, where there is one, what to do. */
                    message: string;
                } | null;
            }[];
        };
        /** @description A kind of destination: what it needs, and what it gets. */
        DestinationKind: {
            /** @description The `kind` of an endpoint. */
            kind: string;
            title: string;
            /** @description What arrives there, in one line. */
            description: string;
            /** @description Its page in the repository. */
            docs: string;
            fields: {
                /** @description Where it goes in POST /v1/endpoints: `url`, or `settings.` and a name. */
                path: string;
                label: string;
                help: string;
                required: boolean;
                /** @description Encrypted at rest, and masked in answers. */
                secret: boolean;
                default: string | null;
                placeholder: string;
                max_length: number;
            }[];
            /** @description What an endpoint has that says nothing else. */
            defaults: {
                rate_limit: number | null;
                /** @description Null means every `user.*` event. */
                event_types: string[] | null;
            };
            /** @description Whether requests are signed as Standard Webhooks has it. */
            signed: boolean;
            /** @description Whether it takes a `template`. */
            templates: boolean;
            /** @description Of a kind that keeps records: what fields are given where an endpoint has no template, in the form that one has. Null otherwise. */
            default_template: unknown;
            /** @description What `format` it takes. */
            formats: ("standard" | "cloudevents")[];
        };
        DestinationKindList: {
            data: components["schemas"]["DestinationKind"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        /** @description A subscriber: a URL and what it wants. */
        Endpoint: {
            id: string;
            /** @description One of GET /v1/destination-kinds. */
            kind: string;
            /** @description Masked where whoever has it can post. */
            url: string;
            /** @description What the kind knows beside the URL; `••••` stands for what is secret. */
            settings: {
                [key: string]: string;
            };
            description: string;
            event_types: string[] | null;
            source_ids: string[] | null;
            /** @description As it was set; null lets everything pass. */
            filter: {
                [key: string]: unknown;
            } | null;
            /** @description Extra request headers by name; `••••` stands for each value. */
            headers: {
                [key: string]: string;
            };
            /** @description `standard` or `cloudevents`. */
            format: string;
            /** @description As it was set; null where the event is sent as it is. */
            template: unknown;
            /** @description The most deliveries a second; null means no limit. */
            rate_limit: number | null;
            enabled: boolean;
            /** @description Why ringpost disabled it, in a plain sentence; null where it did not. */
            disabled_reason: string | null;
            /** @description How requests are signed; null where the kind has no signature. */
            signing: ("hmac-sha256" | "ed25519") | null;
            /** @description What is probably not meant, in plain sentences. */
            warnings: string[];
            /**
             * @description `file`: RINGPOST_CONFIG names it, and what it sets of it is changed there.
             * @enum {string}
             */
            managed_by: "file" | "api";
            health: {
                /** @enum {string} */
                state: "healthy" | "failing" | "disabled";
                failing_since: string | null;
                last_success_at: string | null;
                /** @description Nobody answers there, and what waits for it is held: when the next single request is made. Null otherwise. */
                next_try_at: string | null;
            };
        };
        /**
         * @description Which events pass, by what is in them. Each key is the path of a value in the event, names with dots between them; its condition is a list of allowed values or an object of operators. All must hold. A value that an event does not have passes `ne`, `not_in` and `"exists": false` alone.
         * @example {
         *       "data.user.last_contact_agent_id": [
         *         "agent_x"
         *       ],
         *       "data.user.conversation_count": {
         *         "gte": 10
         *       }
         *     }
         */
        EndpointFilter: {
            [key: string]: (string | number | boolean | null)[] | {
                eq?: string | number | boolean | null;
                ne?: string | number | boolean | null;
                in?: (string | number | boolean | null)[];
                not_in?: (string | number | boolean | null)[];
                gt?: number;
                gte?: number;
                lt?: number;
                lte?: number;
                exists?: boolean;
                prefix?: string;
                suffix?: string;
                contains?: string | number | boolean | null;
            };
        };
        EndpointList: {
            data: components["schemas"]["Endpoint"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        EndpointSecret: {
            /** @description The signing secret: `whsec_` and base64 of the key, as Standard Webhooks has it. Null with Ed25519, for nobody but ringpost needs the private key. */
            secret: string | null;
            /** @description With Ed25519, what receivers verify with: `whpk_` and base64 of the public key. */
            public_key: string | null;
        };
        EndpointStats: {
            endpoint_id: string;
            /** @description How many are in the log, by status. */
            deliveries: {
                pending: number;
                retrying: number;
                succeeded: number;
                failed: number;
                skipped: number;
            };
            log: {
                /** @description Deliveries that have succeeded, failed or been skipped. */
                ended: number;
                /** @description How many of those are kept; beyond it the oldest go first. */
                limit: number;
                /** @description How long they are kept at most: RINGPOST_DELIVERY_RETENTION. */
                retention: string;
                /** @description When the oldest delivery in the log was made. */
                oldest_at: string | null;
                /**
                 * Format: date-time
                 * @description Since when the log holds every delivery that there was.
                 * @example 2026-11-23T10:00:00.000Z
                 */
                complete_since: string;
                /** @description About how much memory it takes in Redis, told from a sample. */
                bytes: number;
            };
        };
        /**
         * @description The body in place of the event: JSON whose texts may hold `{{path | filter}}`. A text that is one placeholder becomes the value with its type. At most 16384 characters. With `cloudevents` it makes the `data`.
         * @example {
         *       "phone": "{{data.user.user_id | e164}}",
         *       "text": "{{data.user.last_contact_agent_name}} was called"
         *     }
         */
        EndpointTemplate: {
            [key: string]: unknown;
        } | unknown[];
        EndpointToCreate: {
            /**
             * @description What is at the other end. GET /v1/destination-kinds says what each needs, and it never changes.
             * @default webhook
             * @enum {string}
             */
            kind?: "webhook" | "slack" | "discord" | "teams" | "telegram" | "hubspot" | "pipedrive" | "salesforce" | "zapier" | "make" | "n8n";
            /** @description Where events are sent. A URL that can never be delivered to is refused. Required by every kind but those that make it of their settings. */
            url?: string;
            /**
             * @description What the kind wants to know beside the URL, by name. What is secret of it is encrypted at rest and never shown again.
             * @default {}
             */
            settings?: {
                [key: string]: string;
            };
            /** @default  */
            description?: string;
            /**
             * @description Which events; empty or null means every `user.*` event.
             * @default null
             */
            event_types?: components["schemas"]["EventTypePattern"][] | null;
            /**
             * @description Of which sources; null means of every one.
             * @default null
             */
            source_ids?: string[] | null;
            /** @default null */
            filter?: components["schemas"]["EndpointFilter"] | null;
            /**
             * @description Extra request headers. Names are kept in lower case. Values are encrypted at rest and never shown again. Names that HTTP or ringpost itself sets (`webhook-*`, `host`, `content-type` …) are refused.
             * @default {}
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Of a webhook: the event as it is, or `cloudevents`, a CloudEvent in structured mode.
             * @default standard
             * @enum {string}
             */
            format?: "standard" | "cloudevents";
            /** @default null */
            template?: components["schemas"]["EndpointTemplate"] | null;
            /**
             * @description The most deliveries a second, fractions allowed (0.5 is one in two seconds); null means what the kind has by default, which for webhooks is no limit.
             * @default null
             */
            rate_limit?: number | null;
            /** @default true */
            enabled?: boolean;
            /**
             * @description How requests are signed: `hmac-sha256` (`v1` in `webhook-signature`) with a secret that both sides have, or `ed25519` (`v1a`), where the receiver has the public key alone.
             * @enum {string}
             */
            signing?: "hmac-sha256" | "ed25519";
            /** @description A secret of your own in place of a generated one: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 key. */
            secret?: string;
        } | unknown | unknown;
        /** @description What is left out stays as it is; null clears. */
        EndpointToPatch: {
            /** @description Where events are sent. A URL that can never be delivered to is refused. Required by every kind but those that make it of their settings. */
            url?: string;
            /** @description Those that are named are set, or removed with null; the others stay. Null removes all. */
            settings?: {
                [key: string]: string | null;
            } | null;
            description?: string | null;
            /** @description Which events; empty or null means every `user.*` event. */
            event_types?: components["schemas"]["EventTypePattern"][] | null;
            /** @description Of which sources; null means of every one. */
            source_ids?: string[] | null;
            filter?: components["schemas"]["EndpointFilter"] | null;
            /** @description Extra request headers: those that are named are set, or removed with null; the others stay. Null removes all. Names are kept in lower case. Values are encrypted at rest and never shown again. Names that HTTP or ringpost itself sets (`webhook-*`, `host`, `content-type` …) are refused. */
            headers?: {
                [key: string]: string | null;
            } | null;
            format?: ("standard" | "cloudevents") | null;
            template?: components["schemas"]["EndpointTemplate"] | null;
            /** @description The most deliveries a second, fractions allowed (0.5 is one in two seconds); null means what the kind has by default, which for webhooks is no limit. */
            rate_limit?: number | null;
            enabled?: boolean;
        };
        /** @description Something that happened to a user, a source or an endpoint. */
        Event: {
            /** @description The `webhook-id` of every attempt and replay. */
            id: string;
            /** @example user.created */
            type: string;
            /**
             * Format: date-time
             * @description When ringpost detected it.
             * @example 2026-11-23T10:00:00.000Z
             */
            timestamp: string;
            /** @description What happened; its fields depend on the type. */
            data: {
                [key: string]: unknown;
            };
        };
        /** @description How many events there were over time. */
        EventCounts: {
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            until: string;
            /**
             * Format: date-time
             * @description From when on the counts are complete: later than `since` where more happened than one request looks at.
             * @example 2026-11-23T10:00:00.000Z
             */
            complete_since: string;
            stretches: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T10:00:00.000Z
                 */
                from: string;
                /** @description How many events, by type. */
                types: {
                    [key: string]: number;
                };
            }[];
        };
        EventList: {
            data: components["schemas"]["Event"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. A page can be shorter than `limit`, even empty, and still have a `next_cursor`: one request looks at a bounded part of the log. */
            next_cursor: string | null;
        };
        /** @description A type of event: what it means and what its payload is. */
        EventType: {
            /** @example user.created */
            type: string;
            /** @description What it means, in one line. */
            description: string;
            /** @description JSON Schema (draft 2020-12) of the whole payload. Payloads can gain fields that it does not list. */
            schema: {
                [key: string]: unknown;
            };
            /** @description A complete payload. */
            sample: {
                [key: string]: unknown;
            };
        };
        EventTypeList: {
            data: components["schemas"]["EventType"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        /**
         * @description The name of an event type, a pattern such as `user.*`, or `*`.
         *
         *     - `user.created`: A caller whom this source never had.
         *     - `user.conversation_count.increased`: A caller has had more conversations than ever before.
         *     - `user.returned`: A caller is back after a long time, or after having been removed.
         *     - `user.milestone_reached`: A caller has reached one of the source's milestones.
         *     - `user.sentiment.dropped`: The recent sentiment of a caller fell below the threshold.
         *     - `user.removed`: A caller is gone from the list.
         *     - `source.failing`: A source cannot be polled.
         *     - `source.recovered`: A source can be polled again.
         *     - `source.needs_attention`: A source waits for a person.
         *     - `endpoint.failing`: An endpoint has been failing for a long time.
         *     - `endpoint.disabled`: An endpoint was disabled.
         *     - `endpoint.recovered`: An endpoint works again.
         *     - `ringpost.test`: A test, sent to see whether an endpoint works.
         * @example user.created
         * @example user.*
         */
        EventTypePattern: string;
        /** @description What was forgotten of a user. */
        Forgotten: {
            /** @description False where the user was not known (any more). */
            forgotten: boolean;
            /** @description Events that were erased. */
            events: number;
            /** @description Deliveries that were erased, with all their attempts. */
            deliveries: number;
            /** @description Unreadable rows that were erased. */
            quarantined_rows: number;
        };
        NudgeReceived: {
            /** @constant */
            received: true;
        };
        /**
         * @example {
         *       "secret": "wsec_5f0c…",
         *       "path": "/v1/sources/src_default/nudge"
         *     }
         */
        NudgeSecret: {
            /** @description It is shown this once. */
            secret: string;
            /** @description Where the webhook goes: append it to the address at which ElevenLabs can reach this ringpost. */
            path: string;
        };
        /** @description What a poll did, or several in a row that did the same. */
        Poll: {
            /**
             * Format: date-time
             * @description When the first of them began.
             * @example 2026-11-23T10:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @description When the last of them ended; of a scan under way, when it last said so.
             * @example 2026-11-23T10:00:00.000Z
             */
            to: string;
            /** @description How many polls it stands for. */
            polls: number;
            /** @description How many of each kind: `head`, `lookback`, `full`, `baseline`. */
            kinds: {
                [key: string]: number;
            };
            /**
             * @description `quiet`: nothing to tell. `found`: it wrote the `events`. `failed`: `error` says why. `held`: nothing was asked for, or nothing kept of what was found, for a person has to decide first. `stopped`: broken off, for ringpost stopped, or its process died in a scan that had been `under_way`; what it had found by then stands. `under_way`: a scan of the whole list that had got so far, first told when it has gone on for the poll interval. A poll that is killed before it is told of leaves no entry.
             * @enum {string}
             */
            outcome: "quiet" | "found" | "failed" | "held" | "stopped" | "under_way";
            /** @description It only said what it would find. */
            dry_run: boolean;
            /** @description To the upstream API. */
            requests: number;
            /** @description Users that were looked at. */
            rows: number;
            /** @description Users of whom something else is recorded than before, told or not. */
            changes: number;
            /** @description How many events of each type. */
            events: {
                [key: string]: number;
            };
            /** @description How long it took; of several, the longest. */
            duration_ms: number;
            error: {
                /** @description `key`, `gone`, `request`, `slow_down`, `passing`, `cursor` or `bad_page`, as of `source.failing`; `flood` where a person has to decide. */
                code: string;
                message: string;
            } | null;
            /** @description Codes, as of the warnings of `last_poll`. */
            warnings: string[];
            /** @description When the next was due; null where none was planned. */
            next_at: string | null;
        };
        PollList: {
            data: components["schemas"]["Poll"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        PollOptions: {
            /**
             * @description Scan the whole list instead of its top.
             * @default false
             */
            full?: boolean;
            /**
             * @description Report what it would find, and change nothing.
             * @default false
             */
            dry_run?: boolean;
        };
        /**
         * @example {
         *       "kind": "head",
         *       "requests": 1,
         *       "rows": 100,
         *       "events": {
         *         "user.created": 1
         *       },
         *       "duration_ms": 96
         *     }
         */
        PollResult: {
            /**
             * @description `head`: from the top until nothing is new. `lookback`: the same, further down. `full`: the whole list. `baseline`: the first time.
             * @enum {string}
             */
            kind: "head" | "lookback" | "full" | "baseline";
            /** @description Requests that were made to the upstream API. */
            requests: number;
            rows: number;
            /** @description How many events of each type. */
            events: {
                [key: string]: number;
            };
            duration_ms: number;
        };
        /** @description The body of a request, and what is said of it. Nothing was sent. */
        Preview: {
            event_type: string;
            content_type: string;
            /** @description What would be sent. */
            body: unknown;
        };
        PreviewWish: {
            /**
             * @description Whose sample is rendered.
             * @default user.created
             */
            event_type?: string;
            /**
             * @description Other values for the sample, by dotted path from the root of the event. What the event cannot be is refused.
             * @default {}
             * @example {
             *       "data.user.user_id": "+15550100",
             *       "data.user.conversation_count": 1
             *     }
             */
            override?: {
                [key: string]: unknown;
            };
            /**
             * @description As an endpoint has them; what is required and missing is made up.
             * @default {}
             */
            settings?: {
                [key: string]: string;
            };
            /** @default null */
            template?: components["schemas"]["EndpointTemplate"] | null;
            /**
             * @description Of a webhook: the event as it is, or `cloudevents`, a CloudEvent in structured mode.
             * @default standard
             * @enum {string}
             */
            format?: "standard" | "cloudevents";
        };
        /** @description An error, as RFC 9457 has it. */
        Problem: {
            /** @description A URN that names the kind of problem: `urn:ringpost:problem:<code>`. */
            type: string;
            /** @description The kind of problem in a few words; the same for every problem of a code. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What happened and what to do about it, in plain words. */
            detail: string;
            /** @description What a program should decide by. */
            code: string;
            /** @description For bad input: everything that is wrong with it. */
            errors?: {
                /** @description The field, dotted from the root of the body, query or URL; empty for the whole. */
                path: string;
                /** @description What is wrong with it; completes "<path> …". */
                message: string;
            }[];
        };
        /** @description A row of upstream that could not be read. */
        QuarantinedRow: {
            /** @description The row as JSON text, at most 4 KB of it. */
            row: string;
            reason: string;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            first_seen: string;
        };
        QuarantinedRowList: {
            data: components["schemas"]["QuarantinedRow"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        Ready: {
            /** @constant */
            status: "ready";
            /** @description What this process does. */
            roles: string[];
        };
        Recovered: {
            /** @description How many were queued, or would be in a dry run. */
            queued: number;
            dry_run: boolean;
            /** @description What they were before. */
            of: {
                failed: number;
                skipped: number;
                succeeded: number;
                /** @description Events that had no delivery for this endpoint. */
                without_delivery: number;
            };
        };
        RecoveryWish: {
            /** @description Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds. */
            since: string;
            /** @description Not after this; now, where it is left out. */
            until?: string;
            /**
             * @description `failed`: deliveries that have failed. `undelivered`: also those that were skipped, and events that match the endpoint and have no delivery for it, because it was made or changed after they came. `all`: what has succeeded, too.
             * @enum {string}
             */
            only: "failed" | "undelivered" | "all";
            /**
             * @description Counts, and changes nothing.
             * @default false
             */
            dry_run?: boolean;
        };
        ReplayWish: {
            /** @description To these endpoints, whether the event matches them or not. Left out: to every enabled endpoint that it matches now. */
            endpoint_ids?: string[];
        };
        Replayed: {
            event_id: string;
            deliveries: {
                id: string;
                endpoint_id: string;
                /**
                 * @description `in_progress`: it was being attempted in this very moment, so nothing was queued.
                 * @enum {string}
                 */
                result: "queued" | "in_progress";
            }[];
        };
        /** @description The new secret, for this one time. */
        RotatedSecret: {
            /** @description The signing secret: `whsec_` and base64 of the key, as Standard Webhooks has it. Null with Ed25519, for nobody but ringpost needs the private key. */
            secret: string | null;
            /** @description With Ed25519, what receivers verify with: `whpk_` and base64 of the public key. */
            public_key: string | null;
            /**
             * @description How requests are signed: `hmac-sha256` (`v1` in `webhook-signature`) with a secret that both sides have, or `ed25519` (`v1a`), where the receiver has the public key alone.
             * @enum {string}
             */
            signing: "hmac-sha256" | "ed25519";
            /** @description How many secrets sign now, this one among them. */
            valid_secrets: number;
            /** @description Until when the secret of before signs too; null where it does not. */
            overlap_until: string | null;
        };
        /**
         * @example {
         *       "overlap": "24h"
         *     }
         */
        SecretRotation: {
            /**
             * @description How long the present secret stays valid beside the new one, at most `30d`; `0s` ends it at once.
             * @default 24h
             */
            overlap?: string;
            /**
             * @description How requests are signed: `hmac-sha256` (`v1` in `webhook-signature`) with a secret that both sides have, or `ed25519` (`v1a`), where the receiver has the public key alone.
             * @enum {string}
             */
            signing?: "hmac-sha256" | "ed25519";
            /** @description A secret of your own in place of a generated one: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 key. */
            secret?: string;
        };
        /** @description Who is signed in with this browser. */
        Session: {
            /** @description Of the token that is signed in with; null for the administrator's. */
            name: string | null;
            /** @description What may be done: `read`, `write`, `administrator`. */
            scopes: string[];
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            expires_at: string;
        };
        SignIn: {
            /** @description The API token. */
            token: string;
        };
        /** @description One list of users that is polled. */
        Source: {
            id: string;
            name: string;
            base_url: string;
            agent_id: string | null;
            branch_id: string | null;
            /** @example 30s */
            poll_interval: string;
            /**
             * @description How far below the watermark a poll reads on.
             * @example 30s
             */
            overlap: string;
            /** @description Counts that are announced; null for 5, 10, 25, 50, 100, 250, … */
            milestones: number[] | null;
            /** @example 30s */
            returned_after: string;
            sentiment_threshold: number | null;
            /** @description Whether events wait for their conversation. */
            enrich: boolean;
            /** @description ElevenLabs' post-call webhook as a reason to poll at once; null without `nudge_secret`. */
            nudge: {
                /** @description Where the webhook goes: append it to the address at which ElevenLabs can reach this ringpost. */
                path: string;
                /** @description Verified nudges so far. */
                received: number;
                last_at: string | null;
                /** @description The last request that was refused, and why: ElevenLabs shows it nowhere. */
                last_refused: {
                    /**
                     * Format: date-time
                     * @example 2026-11-23T10:00:00.000Z
                     */
                    at: string;
                    message: string;
                } | null;
            } | null;
            paused: boolean;
            /**
             * @description Where it is set up: `environment` sets its URL, key and filters, `file` (RINGPOST_CONFIG) what it names of it. That is changed there; the rest here.
             * @enum {string}
             */
            managed_by: "environment" | "file" | "api";
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
            /** @enum {string} */
            state: "baseline" | "live" | "paused" | "failing" | "needs_attention";
            /** @description The state in a plain sentence. */
            state_detail: string;
            /** @description What waits for a person: POST /v1/sources/:id/accept decides. */
            attention: {
                /** @enum {string} */
                kind: "flood" | "mass_removal";
                /**
                 * Format: date-time
                 * @example 2026-11-23T10:00:00.000Z
                 */
                since: string;
                users: number;
                message: string;
            } | null;
            /** @description The baseline that is being taken; null once the source is live. */
            baseline: {
                /**
                 * @description `first`: a new source. `settings_changed`: another URL, key or filter. `redis_lost`: Redis had lost what was known. `accepted`: a person decided so.
                 * @enum {string}
                 */
                reason: "first" | "settings_changed" | "redis_lost" | "accepted";
                /** @description Who first called after this is announced, where Redis was lost. */
                since: string | null;
                started_at: string | null;
                /** @description Users so far. */
                recorded: number;
            } | null;
            /** @description The last baseline that was taken to its end. */
            last_baseline: {
                /**
                 * @description `first`: a new source. `settings_changed`: another URL, key or filter. `redis_lost`: Redis had lost what was known. `accepted`: a person decided so.
                 * @enum {string}
                 */
                reason: "first" | "settings_changed" | "redis_lost" | "accepted";
                /**
                 * Format: date-time
                 * @example 2026-11-23T10:00:00.000Z
                 */
                finished_at: string;
                users: number;
            } | null;
            known_users: number;
            /** @description The newest last contact that a finished poll has covered; null before the first one. */
            watermark_unix_secs: number | null;
            /** @description How old the view of the list is: since the last poll began that read its top to the end. */
            lag_secs: number | null;
            next_poll_at: string | null;
            last_poll: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T10:00:00.000Z
                 */
                at: string;
                /**
                 * @description `head`: from the top until nothing is new. `lookback`: the same, further down. `full`: the whole list. `baseline`: the first time.
                 * @enum {string}
                 */
                kind: "head" | "lookback" | "full" | "baseline";
                requests: number;
                rows: number;
                events: number;
                duration_ms: number;
                /** @description Why it failed, in a plain sentence; null where it did not. */
                error: string | null;
                /** @description What it saw that you should know, and that stopped nothing. */
                warnings: {
                    /** @description `key_in_clear`, `not_newest_first`, `rows_unreadable`, `rows_in_future`, `changes_late` or `called_before_baseline`. */
                    code: string;
                    message: string;
                }[];
            } | null;
            totals: {
                polls: number;
                failed_polls: number;
                /** @description To the upstream API, all of them. */
                requests: number;
                /** @description Those of them that asked for a conversation. */
                enrichment_requests: number;
                events: number;
                /** @description Changes that surfaced below the watermark. */
                late_changes: number;
                /** @description Different rows of upstream that could not be read. */
                quarantined_rows: number;
            };
        };
        SourceList: {
            data: components["schemas"]["Source"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        SourceToCreate: {
            name: string;
            /**
             * @description Where the API is: a region, or a proxy. `/v1/convai/users` is added to it.
             * @default https://api.elevenlabs.io
             */
            base_url?: string;
            /** @description Needs the scope `convai_read`. It is kept encrypted and never shown. */
            api_key: string;
            /**
             * @description Only the callers of this agent.
             * @default null
             */
            agent_id?: string | null;
            /**
             * @description Only the callers of this branch of an agent.
             * @default null
             */
            branch_id?: string | null;
            /** @description About how often it is polled: after half of it while polls find something, after up to twice of it when nothing has happened for long. Null for RINGPOST_POLL_INTERVAL. */
            poll_interval?: string | null;
            /** @description How far below the watermark a poll reads on, for calls that are listed late; null for twice the interval, at least 2m. */
            overlap?: string | null;
            /**
             * @description Counts to announce, rising; null for 5, 10, 25, 50, 100, 250, …; none for an empty list.
             * @default null
             */
            milestones?: number[] | null;
            /**
             * @description A call after a longer silence is `user.returned`.
             * @default 30d
             */
            returned_after?: string;
            /**
             * @description A recent average sentiment that falls below this is `user.sentiment.dropped`; null where nobody wants to know. Another one begins with a full scan that judges everybody by it in silence.
             * @default null
             */
            sentiment_threshold?: number | null;
            /**
             * @description The secret of ElevenLabs' post-call webhook, which goes to `/v1/sources/:id/nudge` and makes the source be polled at once. It is kept encrypted and never shown; null takes no nudges.
             * @default null
             */
            nudge_secret?: string | null;
            /**
             * @description Each event waits for its conversation, at most 10 seconds, and has its duration, outcome, summary and phone number in `data.conversation`. That is a request for each, and more where the conversation is not complete.
             * @default false
             */
            enrich?: boolean;
            /**
             * @description Not polled until this is false again.
             * @default false
             */
            paused?: boolean;
            /**
             * @description Make one request first, and save nothing where it fails. The answer says why.
             * @default false
             */
            verify?: boolean;
        };
        /** @description What is left out stays as it is. Another URL, key or filter starts a new, silent baseline. */
        SourceToPatch: {
            name?: string;
            /** @description Where the API is: a region, or a proxy. `/v1/convai/users` is added to it. */
            base_url?: string;
            /** @description Needs the scope `convai_read`. It is kept encrypted and never shown. */
            api_key?: string;
            /** @description Only the callers of this agent. */
            agent_id?: string | null;
            /** @description Only the callers of this branch of an agent. */
            branch_id?: string | null;
            /** @description About how often it is polled: after half of it while polls find something, after up to twice of it when nothing has happened for long. Null for RINGPOST_POLL_INTERVAL. */
            poll_interval?: string | null;
            /** @description How far below the watermark a poll reads on, for calls that are listed late; null for twice the interval, at least 2m. */
            overlap?: string | null;
            /** @description Counts to announce, rising; null for 5, 10, 25, 50, 100, 250, …; none for an empty list. */
            milestones?: number[] | null;
            /** @description A call after a longer silence is `user.returned`; null for 30d. */
            returned_after?: string | null;
            /** @description A recent average sentiment that falls below this is `user.sentiment.dropped`; null where nobody wants to know. Another one begins with a full scan that judges everybody by it in silence. */
            sentiment_threshold?: number | null;
            /** @description The secret of ElevenLabs' post-call webhook, which goes to `/v1/sources/:id/nudge` and makes the source be polled at once. It is kept encrypted and never shown; null takes no nudges. */
            nudge_secret?: string | null;
            /** @description Each event waits for its conversation, at most 10 seconds, and has its duration, outcome, summary and phone number in `data.conversation`. That is a request for each, and more where the conversation is not complete. */
            enrich?: boolean;
            /** @description Not polled until this is false again. */
            paused?: boolean;
        };
        TestWish: {
            /**
             * @description Whose sample is sent, with `data.sample` true so that a receiver can tell. Left out: a `ringpost.test`.
             * @default ringpost.test
             */
            event_type?: string;
            /**
             * @description Other values for the sample, by dotted path from the root of the event. What the event cannot be is refused.
             * @default {}
             * @example {
             *       "data.user.user_id": "+15550100",
             *       "data.user.conversation_count": 1
             *     }
             */
            override?: {
                [key: string]: unknown;
            };
        };
        /** @description A token beside the administrator's. Only its hash is kept. */
        Token: {
            id: string;
            name: string;
            scopes: string[];
            expires_at: string | null;
            /** @description To the minute; null where it was never used. */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T10:00:00.000Z
             */
            created_at: string;
        };
        TokenList: {
            data: components["schemas"]["Token"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
        TokenToCreate: {
            /** @description For whom or what it is. */
            name: string;
            /**
             * @description `read` looks, `write` changes. The signing secret of an endpoint needs `write`.
             * @default [
             *       "read",
             *       "write"
             *     ]
             */
            scopes?: ("read" | "write")[];
            /** @description When it ends; null where it never does. */
            expires_at?: string | null;
        };
        /** @description What is known of one user of one source. */
        User: {
            user_id: string;
            /** @description The highest that was seen. */
            conversation_count: number;
            first_contact_unix_secs: number | null;
            last_contact_unix_secs: number;
            /** @description The last complete scan did not show the user; if the next one does not either, they are removed. */
            absent: boolean;
            /** @description The user is gone from the list. What is kept is for telling a return from a first call. */
            removed: boolean;
            /**
             * @description The recent sentiment against the source's threshold, where both are known.
             * @enum {string}
             */
            sentiment: "unknown" | "fine" | "low";
        };
        UserList: {
            data: components["schemas"]["User"][];
            /** @description Give it as `cursor` to get the next page; null at the end of the list. */
            next_cursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSources: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sources */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceToCreate"];
            };
        };
        responses: {
            /** @description The source */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `upstream_failed`: The upstream API could not be read. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The source */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The source is deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceToPatch"];
            };
        };
        responses: {
            /** @description The source as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description The source, to be polled at once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pollSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PollOptions"];
            };
        };
        responses: {
            /** @description What the poll found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PollResult"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `source_busy`: The source is being polled by another process. `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `upstream_failed`: The upstream API could not be read. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPolls: {
        parameters: {
            query?: {
                /** @description Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds. */
                since?: string;
                /** @description Not after this; written as `since` is. */
                until?: string;
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Polls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PollList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listQuarantinedRows: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantinedRowList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makeNudgeSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret, for this one time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NudgeSecret"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description The id, exactly, byte for byte. Percent-encode it: a `+` in a query is a space, so a phone number begins with `%2B`. */
                user_id?: string;
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetUserByQuery: {
        parameters: {
            query: {
                /** @description The id, exactly, byte for byte. Percent-encode it: a `+` in a query is a space, so a phone number begins with `%2B`. */
                user_id: string;
                /** @description Also remove the person from events, deliveries, attempts and unreadable rows of the source. */
                erase?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was forgotten */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgotten"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description The id, exactly, percent-encoded. What a path cannot hold (an empty id, `.` and `..`) goes into the query of the list instead. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetUser: {
        parameters: {
            query?: {
                /** @description Also remove the person from events, deliveries, attempts and unreadable rows of the source. */
                erase?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
                /** @description The id, exactly, percent-encoded. What a path cannot hold (an empty id, `.` and `..`) goes into the query of the list instead. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was forgotten */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgotten"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEndpoints: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Endpoints */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointToCreate"];
            };
        };
        responses: {
            /** @description The endpoint and its signing secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedEndpoint"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `url_refused`: This URL can never be delivered to. `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint is deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointToPatch"];
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `url_refused`: This URL can never be delivered to. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEndpointSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointSecret"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateEndpointSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretRotation"];
            };
        };
        responses: {
            /** @description The new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedSecret"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestWish"];
            };
        };
        responses: {
            /** @description The delivery with its attempt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recoverEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryWish"];
            };
        };
        responses: {
            /** @description What was queued, or would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovered"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEndpointStats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointStats"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEndpointBackfill: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backfill */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backfillEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BackfillWish"];
            };
        };
        responses: {
            /** @description What it would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            /** @description It is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopEndpointBackfill: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing more is queued. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDestinationKinds: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Kinds of destinations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DestinationKindList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewDestination: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                kind: "webhook" | "slack" | "discord" | "teams" | "telegram" | "hubspot" | "pipedrive" | "salesforce" | "zapier" | "make" | "n8n";
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PreviewWish"];
            };
        };
        responses: {
            /** @description What would be sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                type?: components["schemas"]["EventTypePattern"];
                source_id?: string;
                /** @description The upstream user id, exactly. */
                user_id?: string;
                /** @description Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds. */
                since?: string;
                /** @description Not after this; written as `since` is. */
                until?: string;
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    countEvents: {
        parameters: {
            query?: {
                source_id?: string;
                /** @description From when: ISO 8601 with its zone, a date (midnight UTC), or unix seconds; a day before `until`, where it is left out. */
                since?: string;
                /** @description Until when; now, where it is left out. */
                until?: string;
                /** @description Into how many equal stretches of time. */
                stretches?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventCounts"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReplayWish"];
            };
        };
        responses: {
            /** @description What was queued */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEventTypes: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Event types */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventTypeList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEventType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event type */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventType"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                endpoint_id?: string;
                event_id?: string;
                event_type?: components["schemas"]["EventTypePattern"];
                status?: "pending" | "retrying" | "succeeded" | "failed" | "skipped";
                /** @description Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds. */
                since?: string;
                /** @description Not after this; written as `since` is. */
                until?: string;
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery, which is queued */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description The same, where headers cannot be set. */
                last_event_id?: string;
            };
            header?: {
                /** @description What a browser sends when it reconnects: the stream goes on after it. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream, until either side ends it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configuration */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    applyConfiguration: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigurationToApply"];
            };
        };
        responses: {
            /** @description What has changed, or would */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppliedConfiguration"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description How many at most; 50 where it is left out. */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters. Left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description A text of your choice, such as a UUID, that makes this request safe to repeat: within 24 hours the same request of the same token with the same key is not carried out again but answered as it was, with the header `Idempotent-Replayed: true`. Only answers of success are kept; what was refused or broke off may be sent again with its key. Where nothing is changed, nothing is kept. Of one token at most 10,000 answers and 8 MB are kept: of more, the oldest go. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenToCreate"];
            };
        };
        responses: {
            /** @description The token, for this one time */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: This conflicts with the present state. `idempotency_key_in_use`: A request with this key is being carried out. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused`: This key belongs to another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token is revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who is signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Who is signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody is signed in with this browser. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isAlive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alive"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checks"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid token is needed. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: This token may not do that. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_requests`: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nudgeSource: {
        parameters: {
            query?: never;
            header?: {
                /** @description `t=<unix seconds>,v0=<hex HMAC-SHA256 of "<t>.<raw body>">` */
                "elevenlabs-signature"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Verified */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NudgeReceived"];
                };
            };
            /** @description `bad_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `signature_refused`: The signature is not right. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: Not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `headers_too_large`: The headers are too large. */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong in ringpost. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_ready`: ringpost is not ready. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

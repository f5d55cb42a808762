import { type SentinelConnectionOptions, SentinelConnector } from 'ioredis'

/**
 * Asks the Sentinels for the master, and goes on asking where one of them tells of a failover meanwhile.
 *
 * ioredis listens to the Sentinels for `+switch-master` and then closes what it has, to connect anew. It goes on
 * listening while it asks them where to connect to; what it closes then is the asking itself, which ends the client
 * for good ("Connection is closed.", status `end`). What comes then is no news for who is asking already.
 */
export class LastingSentinelConnector extends SentinelConnector {
  // ioredis gives it the options of the client, and says of them that they may be anything.
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions)
  }

  override connect(...given: Parameters<SentinelConnector['connect']>) {
    // Which ends the listening, until there is a connection again.
    this.disconnect()
    return super.connect(...given)
  }
}

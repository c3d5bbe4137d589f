import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type BaseOptions, Consumer, type Message, type MessagesStream, stringDeserializers } from '@platformatic/kafka'

/** A message of the results topic. */
export type ResultMessage = Message<string, string, string, string>
type ResultsConsumer = Consumer<string, string, string, string>
type ResultsStream = MessagesStream<string, string, string, string>

/** The next offset of each partition. */
type Positions = Map<number, bigint>

/** Fetches wait for half a second at most; a reader that has not asked for this long is stuck, in ms. */
const STALLED = 30_000
/** A replay that finds nothing more for this long has found everything, in ms. */
const QUIET = 10_000
const MIN_BACKOFF = 500
const MAX_BACKOFF = 15_000

/** What a {@link ResultsReader} is told to do. */
export interface ResultsOptions {
  kafka: BaseOptions
  topic: string
  groupPrefix: string
  maxMessageBytes: number
  onMessage: (message: ResultMessage) => void
  /** The connection is lost; it is made again. */
  onLost: (error: unknown) => void
}

interface Replay {
  since: number
  readonly receivers: Array<(message: ResultMessage) => void>
  done: Promise<void>
}

/**
 * Reads a topic from its end on, across losses of the connection: it knows how far it has read, and goes on
 * from there. What was written before can be read beside that.
 */
export class ResultsReader {
  readonly #options: ResultsOptions
  readonly #closing = new AbortController()
  readonly #positions: Positions = new Map()
  #consumer: ResultsConsumer | undefined
  #stream: ResultsStream | undefined
  #lastFetch = 0
  #watchdog: NodeJS.Timeout | undefined
  #reconnecting: Promise<void> | undefined
  /** The one that runs, or ran last. */
  #replaying: Promise<void> = Promise.resolve()
  /** The one that runs next. */
  #nextReplay: Replay | undefined

  constructor(options: ResultsOptions) {
    this.#options = options
  }

  /** Whether messages arrive as they are written. */
  get connected(): boolean {
    return this.#stream !== undefined
  }

  /** Starts at the end of the topic: what is written from now on is read. */
  async open(): Promise<void> {
    await this.#connect()
    this.#watchdog = setInterval(() => {
      if (Date.now() - this.#lastFetch > STALLED) this.#lose(new Error('Kafka does not answer'))
    }, STALLED / 10).unref()
  }

  /**
   * Reads what was written since a time, up to now. Those that ask while another one is served are served together.
   *
   * @param since in ms since 1970; the receiver may be given older messages too
   */
  replay(since: number, receiver: (message: ResultMessage) => void): Promise<void> {
    if (this.#nextReplay) {
      this.#nextReplay.since = Math.min(this.#nextReplay.since, since)
      this.#nextReplay.receivers.push(receiver)
      return this.#nextReplay.done
    }
    const replay: Replay = { since, receivers: [receiver], done: Promise.resolve() }
    replay.done = this.#replaying.then(() => {
      this.#nextReplay = undefined
      return this.#untilItWorks(() => this.#read(replay))
    })
    this.#replaying = replay.done.catch(() => {})
    this.#nextReplay = replay
    return replay.done
  }

  async close(): Promise<void> {
    clearInterval(this.#watchdog)
    this.#closing.abort()
    await this.#disconnect()
    await Promise.all([this.#reconnecting, this.#replaying])
    await this.#disconnect()
  }

  #createConsumer(): ResultsConsumer {
    const { kafka, groupPrefix, maxMessageBytes } = this.#options
    return new Consumer<string, string, string, string>({
      ...kafka,
      groupId: `${groupPrefix}-${randomUUID()}`,
      autocommit: false,
      maxBytes: 2 * maxMessageBytes,
      maxWaitTime: 500,
      deserializers: stringDeserializers
    })
  }

  async #ends(consumer: ResultsConsumer): Promise<Positions> {
    const { topic } = this.#options
    await consumer.metadata({ topics: [topic], autocreateTopics: false })
    return new Map((await consumer.listOffsets({ topics: [topic] })).get(topic)?.entries())
  }

  #consume(consumer: ResultsConsumer, positions: Positions): Promise<ResultsStream> {
    const { topic } = this.#options
    const offsets = [...positions].map(([partition, offset]) => ({ topic, partition, offset }))
    return consumer.consume({ topics: [topic], mode: 'manual', fallbackMode: 'earliest', offsets })
  }

  async #connect(): Promise<void> {
    const consumer = this.#createConsumer()
    this.#consumer = consumer
    try {
      // A partition that is new when the connection is made again is read from its start.
      const ends = await this.#ends(consumer)
      if (this.#positions.size === 0) for (const [partition, end] of ends) this.#positions.set(partition, end)
      const stream = await this.#consume(consumer, this.#positions)
      stream.on('error', error => {
        if (stream === this.#stream) this.#lose(error)
      })
      stream.on('fetch', () => {
        this.#lastFetch = Date.now()
      })
      stream.on('data', message => {
        if (stream !== this.#stream) return
        this.#positions.set(message.partition, message.offset + 1n)
        this.#options.onMessage(message)
      })
      this.#lastFetch = Date.now()
      this.#stream = stream
    } catch (error) {
      await this.#disconnect()
      throw error
    }
  }

  #lose(error: unknown): void {
    if (!this.connected || this.#closing.signal.aborted) return
    this.#stream = undefined
    this.#options.onLost(error)
    this.#reconnecting = this.#disconnect()
      .then(() => this.#untilItWorks(() => this.#connect()))
      .catch(() => {}) // closed meanwhile
  }

  async #disconnect(): Promise<void> {
    this.#stream = undefined
    await leave(this.#consumer)
    this.#consumer = undefined
  }

  async #read({ since, receivers }: Replay): Promise<void> {
    const { topic } = this.#options
    const consumer = this.#createConsumer()
    try {
      const ends = await this.#ends(consumer)
      const from = await consumer.listOffsetsWithTimestamps({ topics: [topic], timestamp: BigInt(since) })
      const positions: Positions = new Map(ends)
      const left = new Map<number, bigint>()
      for (const [partition, { offset }] of from.get(topic) ?? []) {
        const end = ends.get(partition) ?? 0n
        if (offset < 0n || offset >= end) continue // nothing is that new
        positions.set(partition, offset)
        left.set(partition, end)
      }
      if (left.size === 0) return
      const stream = await this.#consume(consumer, positions)
      const stop = () => stream.destroy()
      const quiet = setTimeout(stop, QUIET)
      this.#closing.signal.addEventListener('abort', stop, { once: true })
      try {
        for await (const message of stream) {
          const end = left.get(message.partition)
          if (end === undefined) continue
          quiet.refresh()
          if (message.offset < end) for (const receive of receivers) receive(message)
          if (message.offset + 1n >= end) left.delete(message.partition)
          if (left.size === 0) break
        }
      } finally {
        clearTimeout(quiet)
        this.#closing.signal.removeEventListener('abort', stop)
      }
    } finally {
      await leave(consumer)
    }
  }

  async #untilItWorks(attempt: () => Promise<void>): Promise<void> {
    const { signal } = this.#closing
    for (let backoff = MIN_BACKOFF; !signal.aborted; backoff = Math.min(2 * backoff, MAX_BACKOFF)) {
      try {
        return await attempt()
      } catch (error) {
        if (signal.aborted) return
        this.#options.onLost(error)
        await delay(backoff, undefined, { signal, ref: false })
      }
    }
  }
}

/** A Kafka that is gone cannot be left; and whatever is under way is not needed. */
async function leave(consumer: ResultsConsumer | undefined): Promise<void> {
  await consumer?.close(true).catch(() => {})
}

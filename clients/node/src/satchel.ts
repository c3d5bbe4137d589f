import { randomUUID } from 'node:crypto'
import { type BaseOptions, Producer, stringSerializers } from '@platformatic/kafka'
import { explain, SatchelError } from './errors.js'
import type { Cancel, Forget, ForgottenEvent, TrainingEvent, TrainingRequest } from './messages.js'
import type { SatchelOptions } from './options.js'
import { EventQueue } from './queue.js'
import { type ResultMessage, ResultsReader } from './results.js'

/** What topics are created with, and the most that Satchel reads. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024

const MINUTE = 60_000
/** Longer than Satchel takes between two events: the longest deadline, and the time that a training is followed. */
const TIMEOUT = 45 * MINUTE
const TIMEOUT_UNTIL_TRAINED = 150 * MINUTE

/** For {@link Satchel.follow} and {@link Satchel.train}. */
export interface FollowOptions {
  /**
   * Go on after `uploaded`, until the classifier is `ready` or will not be. The iterator ends with the
   * outcome otherwise.
   */
  untilTrained?: boolean
  /** When the request was submitted, if that was before now: what was said of it since is told first. */
  since?: Date
  /**
   * Longest time without an event, in ms; then a `timeout` is thrown. 45 minutes by default, with `untilTrained` 150: more
   * than Satchel needs.
   */
  timeout?: number
  /** Ends the iterator; the request itself goes on. */
  signal?: AbortSignal
}

/**
 * Connects to Kafka, for as many trainings as there will be; one for each process is enough. A connection that is
 * lost later is made again.
 *
 * @throws {@link SatchelError} that says what is wrong and the way out
 */
export async function connect(options: SatchelOptions): Promise<Satchel> {
  const satchel = new Satchel(options)
  await satchel.open()
  return satchel
}

/** A connection to Kafka: made by {@link connect}, ended by {@link Satchel.close}. */
export class Satchel {
  readonly #servers: string
  readonly #requestsTopic: string
  readonly #producer: Producer<string, string, string, string>
  readonly #results: ResultsReader
  readonly #followers = new Map<string, Set<EventQueue>>()
  readonly #onWarning: (warning: SatchelError) => void
  #closed = false

  /** @internal use {@link connect} */
  constructor(options: SatchelOptions) {
    const bootstrapBrokers = [options.bootstrapServers].flat()
    this.#servers = bootstrapBrokers.join(',')
    this.#requestsTopic = options.requestsTopic ?? 'training-requests'
    this.#onWarning = options.onWarning ?? (warning => process.emitWarning(warning))
    const kafka = {
      clientId: 'satchel-client',
      bootstrapBrokers,
      retryDelay: 1000,
      retries: Math.ceil((options.connectTimeout ?? 30_000) / 1000),
      ...(options.sasl && { sasl: options.sasl }),
      ...(options.tls && { tls: options.tls as NonNullable<BaseOptions['tls']> })
    }
    this.#producer = new Producer({ ...kafka, serializers: stringSerializers })
    this.#results = new ResultsReader({
      kafka,
      topic: options.resultsTopic ?? 'training-results',
      groupPrefix: options.groupPrefix ?? 'satchel-client',
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onMessage: message => this.#deliver(message),
      onLost: error => this.#onWarning(lost(explain(error, this.#servers)))
    })
  }

  /** @internal called by {@link connect} */
  async open(): Promise<void> {
    try {
      await this.#producer.metadata({ topics: [this.#requestsTopic], autocreateTopics: false })
      await this.#results.open()
    } catch (error) {
      await this.close().catch(() => {})
      throw explain(error, this.#servers)
    }
  }

  /**
   * Submits a request and iterates over its events, up to its outcome: `uploaded`, `stored`, `failed`,
   * `rejected` or `cancelled`. These are events, not errors.
   *
   * @throws {@link SatchelError} if the request could not be written, or nothing is heard of it
   */
  async *train(request: TrainingRequest, options: FollowOptions = {}): AsyncGenerator<TrainingEvent, void, void> {
    const over = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal
    const events = this.follow(request.requestId, { ...options, signal })
    try {
      await this.submit(request)
      yield* events
    } finally {
      over.abort() // also if nobody has begun to iterate
    }
  }

  /**
   * Writes a request. When this returns, Kafka has it, and it will be served even if this process ends. A request that
   * is submitted once more, with the same `requestId`, is not served twice.
   *
   * @throws {@link SatchelError} if it could not be written
   */
  async submit(request: TrainingRequest): Promise<void> {
    const value = JSON.stringify(request)
    const bytes = Buffer.byteLength(value)
    if (bytes > MAX_MESSAGE_BYTES) {
      throw new SatchelError(
        'too-large',
        `The request has ${bytes} bytes, and Kafka takes ${MAX_MESSAGE_BYTES}: name fewer pictures`
      )
    }
    await this.#write(value, request.projectId)
  }

  /**
   * Ends a request that is still open: it is then `cancelled`. One whose pictures are all there, or that has ended, stays
   * as it is, and nothing is told.
   *
   * @throws {@link SatchelError} if it could not be written
   */
  async cancel(requestId: string): Promise<void> {
    const message: Cancel = { cancel: { requestId } }
    await this.#write(JSON.stringify(message))
  }

  /**
   * Has the job forget a project or a user: requests that are open end as `cancelled`; archives, cached pictures and
   * classifiers are deleted. That can take some minutes, and goes on if this process ends.
   *
   * @returns what was removed, and what remains, a sentence each
   * @throws {@link SatchelError} if it could not be written, the job rejects it, or no answer comes for `timeout`
   */
  async forget(
    whom: { projectId: string } | { userId: string },
    options: Pick<FollowOptions, 'timeout' | 'signal'> = {}
  ): Promise<ForgottenEvent> {
    const requestId = randomUUID()
    const message: Forget = { forget: { requestId, ...whom } }
    const over = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal
    const events = this.follow(requestId, { ...options, signal })
    try {
      await this.#write(JSON.stringify(message), 'projectId' in whom ? whom.projectId : undefined)
      for await (const event of events) {
        if (event.type === 'forgotten') return event
        if (event.type === 'rejected') throw new SatchelError('rejected', event.error.message)
      }
    } finally {
      over.abort()
    }
    throw new SatchelError('closed', 'The wait for the answer was ended; the job goes on to forget')
  }

  async #write(value: string, key?: string): Promise<void> {
    this.#checkOpen()
    try {
      await this.#producer.send({
        messages: [
          {
            topic: this.#requestsTopic,
            ...(key !== undefined && { key }),
            value,
            headers: { 'content-type': 'application/json' }
          }
        ],
        acks: -1,
        compression: 'gzip',
        autocreateTopics: false
      })
    } catch (error) {
      throw explain(error, this.#servers)
    }
  }

  /**
   * Iterates over the events of a request that this or another process submits, up to its outcome. It starts to
   * listen at once, so that a request that is submitted after this call is seen from its first event on; what came before
   * is told with `since`. Each event comes once.
   *
   * @throws {@link SatchelError} if nothing is heard of the request for `timeout`; the request goes on
   */
  follow(requestId: string, options: FollowOptions = {}): AsyncGenerator<TrainingEvent, void, void> {
    this.#checkOpen()
    const timeout = options.timeout ?? (options.untilTrained ? TIMEOUT_UNTIL_TRAINED : TIMEOUT)
    const abort = () => queue.drop()
    const queue = new EventQueue(
      timeout,
      () => this.#late(requestId, timeout),
      () => {
        options.signal?.removeEventListener('abort', abort)
        this.#remove(requestId, queue)
      }
    )
    this.#followers.set(requestId, (this.#followers.get(requestId) ?? new Set()).add(queue))
    if (options.signal?.aborted) abort()
    options.signal?.addEventListener('abort', abort, { once: true })
    if (options.since) {
      queue.hold()
      this.#results
        .replay(options.since.getTime(), message => {
          const event = requestOf(message) === requestId && this.#read(message)
          if (event) queue.pushPast(idOf(message, event), event)
        })
        .then(
          () => queue.release(),
          error => queue.fail(explain(error, this.#servers))
        )
    }
    return until(queue, event => isLast(event, options.untilTrained ?? false))
  }

  /** Ends what is still iterated over, and the connections. Requests go on. */
  async close(): Promise<void> {
    this.#closed = true
    for (const queue of [...this.#followers.values()].flatMap(queues => [...queues])) queue.end()
    await this.#results.close()
    await this.#producer.close().catch(() => {}) // a Kafka that is gone cannot be left
  }

  #deliver(message: ResultMessage): void {
    const queues = this.#followers.get(requestOf(message) ?? '')
    const event = queues && this.#read(message)
    if (event) for (const queue of queues) queue.push(idOf(message, event), event)
  }

  #read(message: ResultMessage): TrainingEvent | undefined {
    try {
      const event = JSON.parse(message.value ?? '')
      if (typeof event?.type === 'string') return event
    } catch {
      // said below
    }
    const { topic, partition, offset } = message
    this.#onWarning(new SatchelError('kafka', `The message ${topic}-${partition}@${offset} is no event and is ignored`))
    return undefined
  }

  #remove(requestId: string, queue: EventQueue): void {
    const queues = this.#followers.get(requestId)
    queues?.delete(queue)
    if (queues?.size === 0) this.#followers.delete(requestId)
  }

  #late(requestId: string, timeout: number): SatchelError {
    const silence = `Nothing was heard of the request ${requestId} for ${Math.round(timeout / 1000)} seconds`
    return this.#results.connected
      ? new SatchelError('timeout', `${silence}: is the job running? ./satchel watch shows what it says`)
      : new SatchelError(
          'connection-lost',
          `${silence}, as Kafka at ${this.#servers} is away. The request goes on: follow it with since`
        )
  }

  #checkOpen(): void {
    if (this.#closed) throw new SatchelError('closed', 'The connection was closed: connect() makes another one')
  }
}

function requestOf(message: ResultMessage): string | undefined {
  return message.headers.get('requestId')
}

/** The same for each delivery of an event. */
function idOf(message: ResultMessage, event: TrainingEvent): string {
  return message.headers.get('ce_id') ?? `${event.type}/${event.at}`
}

function lost(cause: SatchelError): SatchelError {
  return new SatchelError(
    'connection-lost',
    `The connection is lost and will be made again; requests go on. ${cause.message}`,
    cause
  )
}

async function* until<T>(values: AsyncIterable<T>, isLast: (value: T) => boolean): AsyncGenerator<T, void, void> {
  for await (const value of values) {
    yield value
    if (isLast(value)) return
  }
}

function isLast(event: TrainingEvent, untilTrained: boolean): boolean {
  switch (event.type) {
    case 'stored':
    case 'failed':
    case 'rejected':
    case 'cancelled':
    case 'ready':
    case 'training-failed':
    case 'training-unknown':
    case 'forgotten':
      return true
    case 'uploaded':
      return !untilTrained
    default:
      return false
  }
}

import { randomUUID } from 'node:crypto'
import {
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
  type ConsumerOptions,
  type Message,
  type MessagesStream
} from '@platformatic/kafka'
import { explain, SatchelError } from './errors.js'
import { EventQueue } from './queue.js'
import type { TrainingEvent, TrainingRequest } from './messages.js'
import './zstd.js'

export { encryptCredentials, type TrainerCredentials } from './encrypt.js'
export { SatchelError, type SatchelErrorCode } from './errors.js'
export { fromMlForKids, type MlForKidsImage, type MlForKidsProject } from './mlforkids.js'
export type * from './messages.js'

/** What topics are created with, and the most that Satchel reads. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024

type Security = Pick<ConsumerOptions<string, string, string, string>, 'sasl' | 'tls'>

export interface SatchelOptions extends Security {
  /** `host:port`, or several. */
  bootstrapServers: string | string[]
  /** `training-requests` unless told. */
  requestsTopic?: string
  /** `training-results` unless told. */
  resultsTopic?: string
  /** How long a Kafka that does not answer is waited for, in milliseconds; 30,000 unless told. */
  patience?: number
}

export interface TrainOptions {
  /**
   * Go on after `uploaded`, until the classifier is `ready` or will not be. The iterator ends with the
   * outcome otherwise.
   */
  untilTrained?: boolean
  /** Ends the iterator; the request itself goes on. */
  signal?: AbortSignal
}

/** Connects to Kafka, for as many trainings as there will be. */
export async function connect(options: SatchelOptions): Promise<Satchel> {
  const satchel = new Satchel(options)
  await satchel.open()
  return satchel
}

export class Satchel {
  readonly #servers: string
  readonly #requestsTopic: string
  readonly #resultsTopic: string
  readonly #producer: Producer<string, string, string, string>
  readonly #consumer: Consumer<string, string, string, string>
  readonly #trainings = new Map<string, Set<EventQueue>>()
  #stream: MessagesStream<string, string, string, string> | undefined
  #lost: SatchelError | undefined

  /** @internal use {@link connect} */
  constructor(options: SatchelOptions) {
    const bootstrapBrokers = [options.bootstrapServers].flat()
    this.#servers = bootstrapBrokers.join(',')
    this.#requestsTopic = options.requestsTopic ?? 'training-requests'
    this.#resultsTopic = options.resultsTopic ?? 'training-results'
    const client = {
      clientId: 'satchel-client',
      bootstrapBrokers,
      retryDelay: 1000,
      retries: Math.ceil((options.patience ?? 30_000) / 1000),
      ...(options.sasl && { sasl: options.sasl }),
      ...(options.tls && { tls: options.tls })
    }
    this.#producer = new Producer({ ...client, serializers: stringSerializers })
    this.#consumer = new Consumer({
      ...client,
      // Every process reads every event, from now on: a group of its own, which commits nothing.
      groupId: `satchel-client-${randomUUID()}`,
      autocommit: false,
      maxBytes: 2 * MAX_MESSAGE_BYTES,
      maxWaitTime: 500,
      deserializers: stringDeserializers
    })
  }

  /** @internal called by {@link connect} */
  async open(): Promise<void> {
    try {
      for (const topic of [this.#requestsTopic, this.#resultsTopic]) {
        await this.#consumer.metadata({ topics: [topic], autocreateTopics: false })
      }
      this.#stream = await this.#consumer.consume({ topics: [this.#resultsTopic], mode: 'latest' })
      this.#stream.on('data', message => this.#tell(message))
      this.#stream.on('error', error => this.#lose(error))
      await positioned(this.#stream)
    } catch (error) {
      await this.close().catch(() => {})
      throw explain(error, this.#servers)
    }
  }

  /**
   * Writes a request and iterates over its events, up to its outcome: `uploaded`, `stored`, `failed`
   * or `rejected`. These are events, not errors; what is thrown is a {@link SatchelError}.
   */
  async *train(request: TrainingRequest, options: TrainOptions = {}): AsyncGenerator<TrainingEvent, void, void> {
    if (this.#lost) throw this.#lost
    const queue = new EventQueue()
    const { requestId } = request
    const queues = this.#trainings.get(requestId) ?? new Set()
    this.#trainings.set(requestId, queues.add(queue))
    const abort = () => queue.end()
    options.signal?.addEventListener('abort', abort, { once: true })
    try {
      await this.#write(request)
      if (options.signal?.aborted) return
      for await (const event of queue) {
        yield event
        if (isLast(event, options.untilTrained ?? false)) return
      }
    } finally {
      options.signal?.removeEventListener('abort', abort)
      queues.delete(queue)
      if (queues.size === 0) this.#trainings.delete(requestId)
    }
  }

  /** Ends what is still iterated over, and the connections. */
  async close(): Promise<void> {
    this.#queues().forEach(queue => queue.end())
    try {
      await this.#stream?.close()
      await Promise.all([this.#consumer.close(true), this.#producer.close()])
    } catch (error) {
      if (!this.#lost) throw explain(error, this.#servers) // a Kafka that is gone cannot be left
    }
  }

  async #write(request: TrainingRequest): Promise<void> {
    const value = JSON.stringify(request)
    const bytes = Buffer.byteLength(value)
    if (bytes > MAX_MESSAGE_BYTES) {
      throw new SatchelError(
        'too-large',
        `The request has ${bytes} bytes, and Kafka takes ${MAX_MESSAGE_BYTES}: name fewer pictures`
      )
    }
    try {
      await this.#producer.send({
        messages: [
          {
            topic: this.#requestsTopic,
            key: request.projectId,
            value,
            headers: { 'content-type': 'application/json' }
          }
        ],
        acks: -1,
        compression: 'gzip', // zstd is not in every Node.js yet
        autocreateTopics: false
      })
    } catch (error) {
      throw explain(error, this.#servers)
    }
  }

  #tell(message: Message<string, string, string, string>): void {
    const queues = this.#trainings.get(message.headers.get('requestId') ?? '')
    if (!queues) return
    const event = JSON.parse(message.value) as TrainingEvent
    queues.forEach(queue => queue.push(event))
  }

  #lose(error: Error): void {
    this.#lost = new SatchelError(
      'connection-lost',
      `Lost sight of the requests that are being served; they go on. ${explain(error, this.#servers).message} What became of them: ./satchel watch --from-beginning`,
      error
    )
    const lost = this.#lost
    this.#queues().forEach(queue => queue.fail(lost))
  }

  #queues(): EventQueue[] {
    return [...this.#trainings.values()].flatMap(queues => [...queues])
  }
}

/** Waits until the stream knows where the topic ends: what is written then will be read. */
function positioned(stream: MessagesStream<string, string, string, string>): Promise<void> {
  return stream.offsetsToFetch.size > 0
    ? Promise.resolve()
    : new Promise((resolve, reject) => {
        stream.once('offsets', resolve)
        stream.once('error', reject)
      })
}

function isLast(event: TrainingEvent, untilTrained: boolean): boolean {
  switch (event.type) {
    case 'stored':
    case 'failed':
    case 'rejected':
    case 'ready':
    case 'training-failed':
    case 'training-unknown':
      return true
    case 'uploaded':
      return !untilTrained
    default:
      return false
  }
}

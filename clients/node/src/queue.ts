import type { SatchelError } from './errors.js'
import type { TrainingEvent } from './messages.js'

/** Events that only the newest of says anything: how far the request is. */
const PROGRESS = new Set<string>(['progress', 'uploading'])

/**
 * The events of one request that its iterator has not taken yet. Each event is taken once, however often it
 * is delivered. An iterator that is slower than the events come sees the newest progress only, so that few wait.
 */
export class EventQueue implements AsyncIterable<TrainingEvent> {
  readonly #events: TrainingEvent[] = []
  readonly #seen = new Set<string>()
  /** What came while what was before it is awaited. */
  #held: Array<[id: string, event: TrainingEvent]> | undefined
  readonly #timer: NodeJS.Timeout
  readonly #closed: () => void
  #ended = false
  #failure: Error | undefined
  #notify: () => void = () => {}

  /**
   * @param timeout longest time between two events, in ms
   * @param late makes the failure that the iterator ends with after it
   * @param closed called once, when no more events are wanted
   */
  constructor(timeout: number, late: () => SatchelError, closed: () => void) {
    this.#closed = closed
    this.#timer = setTimeout(() => this.fail(late()), timeout).unref()
  }

  /** Lets events wait until those of the past are there, which come through {@link pushPast}. */
  hold(): void {
    this.#held = []
  }

  /** Lets the events go that waited. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const [id, event] of held) this.push(id, event)
  }

  /** @param id the same for each delivery of the event */
  push(id: string, event: TrainingEvent): void {
    if (this.#held) this.#held.push([id, event])
    else this.pushPast(id, event)
  }

  pushPast(id: string, event: TrainingEvent): void {
    if (this.#ended || this.#seen.has(id)) return
    this.#seen.add(id)
    this.#timer.refresh()
    if (PROGRESS.has(event.type) && this.#events.at(-1)?.type === event.type) this.#events.pop()
    this.#events.push(event)
    this.#notify()
  }

  /** Ends at once, also without the events that are there. */
  drop(): void {
    this.#events.length = 0
    this.end()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#closed()
    this.#notify()
  }

  fail(failure: Error): void {
    this.#failure ??= failure
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void, void> {
    try {
      while (true) {
        const event = this.#events.shift()
        if (event) {
          yield event
        } else if (this.#failure) {
          throw this.#failure
        } else if (this.#ended) {
          return
        } else {
          await new Promise<void>(resolve => {
            this.#notify = resolve
          })
        }
      }
    } finally {
      this.end()
    }
  }
}

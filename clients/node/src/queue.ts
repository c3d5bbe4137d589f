import type { TrainingEvent } from './messages.js'

/** Events of one training that its iterator has not taken yet; at most two a second come. */
export class EventQueue implements AsyncIterable<TrainingEvent> {
  readonly #events: TrainingEvent[] = []
  #ended = false
  #failure: Error | undefined
  #wake: () => void = () => {}

  push(event: TrainingEvent): void {
    this.#events.push(event)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  fail(failure: Error): void {
    this.#failure = failure
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void, void> {
    while (true) {
      const event = this.#events.shift()
      if (event) {
        yield event
      } else if (this.#failure) {
        throw this.#failure
      } else if (this.#ended) {
        return
      } else {
        await new Promise<void>(resolve => (this.#wake = resolve))
      }
    }
  }
}

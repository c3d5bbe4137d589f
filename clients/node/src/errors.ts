export type SatchelErrorCode =
  /** No such host, nobody listens there, or no answer. */
  | 'unreachable'
  /** Kafka wants another user, password or certificate. */
  | 'forbidden'
  | 'topic-missing'
  | 'too-large'
  /** Kafka is away: a warning while the connection is made again, an error once a timeout is over. */
  | 'connection-lost'
  /** Nothing was heard of a request for as long as the caller would wait. */
  | 'timeout'
  /** The job does not accept a forget; the message names the field at fault. */
  | 'rejected'
  /** The caller closed the connection before. */
  | 'closed'
  | 'kafka'

/** What went wrong between here and Kafka, in a sentence with the way out. */
export class SatchelError extends Error {
  readonly code: SatchelErrorCode

  constructor(code: SatchelErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SatchelError'
    this.code = code
  }
}

/** Node.js's codes for certificates that do not verify. */
const CERTIFICATE = /^(?!ERR_SSL).*CERT|^UNABLE_TO_/

/** Says in a sentence what the Kafka client means. */
export function explain(error: unknown, servers: string): SatchelError {
  if (error instanceof SatchelError) return error
  const all = chain(error)
  const codes = all.flatMap(({ code, apiId }) => [code, apiId])
  const kafka = `Kafka at ${servers}`
  if (codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN')) {
    return new SatchelError('unreachable', `No host of ${servers} is known: check bootstrapServers`, error)
  }
  if (codes.includes('UNKNOWN_TOPIC_OR_PARTITION') || all.some(({ message }) => /^Unknown topic/.test(message))) {
    return new SatchelError(
      'topic-missing',
      `${kafka} lacks a topic: create training-requests and training-results with max.message.bytes=8388608, or name yours in requestsTopic and resultsTopic`,
      error
    )
  }
  if (codes.includes('MESSAGE_TOO_LARGE') || codes.includes('RECORD_LIST_TOO_LARGE')) {
    return new SatchelError(
      'too-large',
      `The request is larger than ${kafka} takes: raise max.message.bytes of the topic to 8388608, or name fewer pictures`,
      error
    )
  }
  if (codes.some(code => code === 'PLT_KFK_AUTHENTICATION' || /_AUTHORIZATION_FAILED$|^SASL/.test(String(code)))) {
    return new SatchelError('forbidden', `${kafka} refuses: check sasl and tls, and what the user may do`, error)
  }
  const untrusted = all.find(({ code }) => CERTIFICATE.test(String(code)))
  if (untrusted) {
    return new SatchelError(
      'forbidden',
      `${kafka} shows a certificate that is not trusted (${untrusted.message}): name its authority in tls.ca`,
      error
    )
  }
  if (codes.some(code => code === 'PLT_KFK_NETWORK' || code === 'ECONNREFUSED')) {
    return new SatchelError(
      'unreachable',
      `${kafka} does not answer: is it running, and are bootstrapServers, sasl and tls right?`,
      error
    )
  }
  return new SatchelError('kafka', `${kafka}: ${all.at(-1)?.message ?? String(error)}`, error)
}

interface KafkaError extends Error {
  code?: string
  apiId?: string
  errors?: unknown[]
}

function chain(error: unknown): KafkaError[] {
  if (!(error instanceof Error)) return []
  const { errors = [], cause } = error as KafkaError
  return [error as KafkaError, ...[...errors, cause].flatMap(chain)]
}

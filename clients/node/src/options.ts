import type { SatchelError } from './errors.js'

/** A user and password for Kafka. */
export interface SaslOptions {
  mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  username: string
  password: string
}

/** TLS to Kafka. Texts and buffers are PEM; `{}` if Node.js trusts Kafka's authority by itself. */
export interface TlsOptions {
  /** The authority that Kafka's certificate is trusted by. */
  ca?: string | Uint8Array
  /** A certificate of this client's own, for mutual TLS, with its {@link key}. */
  cert?: string | Uint8Array
  key?: string | Uint8Array
  /** Of {@link key}, if it is encrypted. */
  passphrase?: string
}

/** How to reach Kafka, for {@link connect}. */
export interface SatchelOptions {
  /** `host:port`, or several. */
  bootstrapServers: string | string[]
  sasl?: SaslOptions
  tls?: TlsOptions
  /** `training-requests` by default. */
  requestsTopic?: string
  /** `training-results` by default. */
  resultsTopic?: string
  /**
   * What the consumer group's name starts with, `satchel-client` by default: each process reads all
   * results in a group of its own, `<groupPrefix>-<uuid>`, which leaves no offsets behind. Kafka's
   * access control list must allow `Read` on groups with this prefix.
   */
  groupPrefix?: string
  /** How long `connect` and `submit` wait for a Kafka that does not answer, in ms; 30,000 by default. */
  connectTimeout?: number
  /**
   * Hears of what passes by itself: a lost connection that is made again, a message that is no event.
   * By default `process.emitWarning`.
   */
  onWarning?: (warning: SatchelError) => void
}

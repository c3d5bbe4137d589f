import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { JSONWebKeySet, JWK } from 'jose'
import type { TrainerCredentials } from 'satchel-client'

const command = fileURLToPath(new URL('../../../satchel', import.meta.url))

/** `./satchel services` and, if wanted, `./satchel run`, on free ports. */
export class Services implements AsyncDisposable {
  readonly #directory: string
  readonly #processes: ChildProcess[] = []
  /** The process that Kafka runs in. */
  #kafka: ChildProcess | undefined
  kafka = ''
  /** The same with TLS and a password, with the file of the certificate that it shows. */
  secureKafka = { servers: '', certificate: '' }
  /** The address of the site with pictures. */
  pictures = ''

  private constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * @param latency milliseconds until the site with pictures answers
   * @param kafkaOfItsOwn whether Kafka runs in a process of its own, which {@link restartKafka} needs
   */
  static async start({ job, latency = 0, kafkaOfItsOwn = false }: ServicesOptions): Promise<Services> {
    const services = new Services(await mkdtemp(path.join(tmpdir(), 'satchel-client-')))
    try {
      await services.#spawn(serve('services', latency, kafkaOfItsOwn ? {} : { 'kafka-tls': '0' }), SERVING, line => {
        services.kafka ||= address(line)
        const [, servers, certificate] = /^Kafka, TLS +(\S+) .*certificate (.+)\)$/.exec(line) ?? []
        if (servers && certificate) services.secureKafka = { servers, certificate }
        services.pictures ||= /^Pictures +(http:\/\/[^/]+)/.exec(line)?.[1] ?? ''
      })
      if (kafkaOfItsOwn) {
        services.kafka = ''
        services.#kafka = await services.#spawn(serve('kafka', 0), SERVING, line => {
          services.kafka ||= address(line)
        })
      }
      if (job) {
        const config = ['--config', 'services/satchel.yaml', '--ui-port', '0']
        const elsewhere = kafkaOfItsOwn ? ['-D', `kafka.bootstrap-servers=${services.kafka}`] : []
        await services.#spawn(['run', ...config, ...elsewhere], /^Dashboard/)
      }
      return services
    } catch (error) {
      await services[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Ends Kafka as a crash would, and starts it again with what it has on disk. */
  async restartKafka(): Promise<void> {
    assert.ok(this.#kafka)
    await kill(this.#kafka)
    this.#kafka = await this.#spawn(serve('kafka', 0, { kafka: this.kafka.split(':')[1]! }), SERVING)
  }

  /** What the operator of a job gives away: its public keys. */
  async publicKeys(): Promise<JWK[]> {
    const { keys } = JSON.parse(await this.#credentials('keys.jwks')) as JSONWebKeySet
    return keys.map(({ d: _, ...publicKey }) => publicKey)
  }

  /** Credentials of the trainer. */
  async credentials(name: string): Promise<TrainerCredentials> {
    return JSON.parse(await this.#credentials(`${name}.json`)) as TrainerCredentials
  }

  #credentials(file: string): Promise<string> {
    return readFile(path.join(this.#directory, 'services', 'credentials', file), 'utf8')
  }

  /** The address of the n-th picture. */
  picture(n: number): string {
    return `${this.pictures}/pictures/${n}.jpg`
  }

  async #spawn(args: string[], ready: RegExp, read: (line: string) => void = () => {}): Promise<ChildProcess> {
    const child = spawn(command, args, { cwd: this.#directory, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#processes.push(child)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', code => reject(new Error(`satchel ${args[0]} ended with ${code}`)))
      createInterface(child.stdout).on('line', line => {
        read(line)
        if (ready.test(line)) resolve()
      })
    })
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map(kill))
    await rm(this.#directory, { recursive: true, force: true })
  }
}

interface ServicesOptions {
  job: boolean
  latency?: number
  kafkaOfItsOwn?: boolean
}

/** What `./satchel services` says last when it starts. */
const SERVING = /^Press Ctrl-C to stop them/

/** @param ports those that are not just any free one */
function serve(directory: string, latency: number, ports: Record<string, string> = {}): string[] {
  const all = { kafka: '0', s3: '0', pictures: '0', watson: '0', ...ports }
  const options = Object.entries(all).flatMap(([name, port]) => [`--${name}-port`, port])
  return ['services', '--directory', directory, '--latency', `${latency}`, ...options]
}

function address(line: string): string {
  return /^Kafka +(\S+)/.exec(line)?.[1] ?? ''
}

/** Ends a process at once, as a crash would. */
async function kill(child: ChildProcess): Promise<void> {
  const exited = new Promise(resolve => child.once('exit', resolve))
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited
}

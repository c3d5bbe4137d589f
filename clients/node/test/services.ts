import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { JSONWebKeySet, JWK } from 'jose'
import type { TrainerCredentials } from 'satchel-client'

const command = fileURLToPath(new URL('../../../satchel', import.meta.url))

/** A machine that is busy with other things is slow, and that is nothing to test. */
const PATIENT = ['fetch.connect-timeout=1 min', 'fetch.idle-timeout=1 min', 'fetch.timeout=2 min']

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
  /** The directory of credentials that the job is given. */
  credentialsDirectory: string

  private constructor(directory: string) {
    this.#directory = directory
    this.credentialsDirectory = path.join(directory, 'services', 'credentials')
  }

  /**
   * @param latency milliseconds until the site with pictures answers
   * @param kafkaOfItsOwn whether Kafka runs in a process of its own, which {@link restartKafka} needs
   * @param trainer whether `./satchel trainer` trains, for real, and not the emulator
   */
  static async start({ job, latency = 0, kafkaOfItsOwn = false, trainer = false }: ServicesOptions): Promise<Services> {
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
      const elsewhere = kafkaOfItsOwn ? [`kafka.bootstrap-servers=${services.kafka}`] : []
      if (trainer) elsewhere.push(...(await services.#startTrainer()))
      if (job) {
        const config = ['--config', 'services/satchel.yaml', '--ui-port', '0']
        const settings = [...PATIENT, ...elsewhere].flatMap(setting => ['-D', setting])
        await services.#spawn(['run', ...config, ...settings], /^Dashboard/)
      }
      return services
    } catch (error) {
      await services[Symbol.asyncDispose]()
      throw error
    }
  }

  /** @returns the settings of a job that uploads to it */
  async #startTrainer(): Promise<string[]> {
    const keys = path.join(this.#directory, 'keys.json')
    await writeFile(keys, JSON.stringify({ keys: [{ name: 'pool-1', apikey: randomUUID(), slots: 20 }] }))
    const options = ['--directory', 'trainer', '--port', '0', '--keys', keys]
    await this.#spawn(['trainer', ...options], /^The teacher's page/)
    this.credentialsDirectory = path.join(this.#directory, 'trainer', 'credentials')
    const { url } = await this.credentials('pool-1')
    return [
      `credentials.dir=${this.credentialsDirectory}`,
      `credentials.allowed-origins=${url}`,
      `watson.iam-url=${url}`,
      'watson.follow-interval=300 ms'
    ]
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
    return readFile(path.join(this.credentialsDirectory, file), 'utf8')
  }

  /** The address of the n-th picture. */
  picture(n: number): string {
    return `${this.pictures}/pictures/${n}.jpg`
  }

  /** The n-th picture of a thing, such as a sun: no two are the same. */
  async pictureOf(thing: string, n: number): Promise<Buffer> {
    const response = await fetch(`${this.pictures}/subjects/${thing}/${n}.jpg`)
    assert.ok(response.ok, `${response.url}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
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
  trainer?: boolean
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

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { JSONWebKeySet, JWK } from 'jose'
import type { TrainerCredentials } from '../src/index.js'

const command = fileURLToPath(new URL('../../../satchel', import.meta.url))

/** `./satchel services` and, if wanted, `./satchel run`, on free ports. */
export class Services implements AsyncDisposable {
  readonly #directory: string
  readonly #processes: ChildProcess[] = []
  kafka = ''
  /** The same with TLS and a password, with the file of the certificate that it shows. */
  secureKafka = { servers: '', certificate: '' }
  /** The address of the site with pictures. */
  pictures = ''

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** @param latency milliseconds until the site with pictures answers */
  static async start({ job, latency = 0 }: { job: boolean; latency?: number }): Promise<Services> {
    const services = new Services(await mkdtemp(path.join(tmpdir(), 'satchel-client-')))
    try {
      const ports = ['kafka', 'kafka-tls', 's3', 'pictures', 'watson'].flatMap(name => [`--${name}-port`, '0'])
      await services.#spawn(['services', '--directory', 'services', '--latency', `${latency}`, ...ports], /^Ctrl-C ends them/, line => {
        services.kafka ||= /^Kafka +(\S+)/.exec(line)?.[1] ?? ''
        const [, servers, certificate] = /^Kafka, TLS +(\S+) .*certificate (.+)\)$/.exec(line) ?? []
        if (servers && certificate) services.secureKafka = { servers, certificate }
        services.pictures ||= /^Pictures +(http:\/\/[^/]+)/.exec(line)?.[1] ?? ''
      })
      if (job) {
        await services.#spawn(['run', '--config', 'services/satchel.yaml', '--ui-port', '0'], /^Dashboard/)
      }
      return services
    } catch (error) {
      await services[Symbol.asyncDispose]()
      throw error
    }
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

  async #spawn(args: string[], ready: RegExp, read: (line: string) => void = () => {}): Promise<void> {
    const child = spawn(command, args, { cwd: this.#directory, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#processes.push(child)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', code => reject(new Error(`satchel ${args[0]} ended with ${code}`)))
      createInterface(child.stdout).on('line', line => {
        read(line)
        if (ready.test(line)) resolve()
      })
    })
  }

  /** Ends the processes at once, as a crash would. */
  async kill(): Promise<void> {
    for (const child of this.#processes.splice(0)) {
      const exited = new Promise(resolve => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await exited
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

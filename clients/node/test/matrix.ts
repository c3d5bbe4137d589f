// Which Kafka clients can be used with Satchel: each produces a request and consumes its events up to the outcome, without
// and with TLS and a password, against real services and the real job. "npm run matrix" prints a table and a transcript;
// kcat (librdkafka) and kafka-python are tried if the machine has them. It fails if a client that is there does.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Kafka, logLevel } from 'kafkajs'
import { connect, type TrainingRequest } from 'satchel-client'
import { Services } from './services.ts'

interface Listener {
  servers: string
  /** With TLS and this user; otherwise plain. */
  secure?: { ca: string; username: string; password: string }
}

/** Submits the request and gives what it reads of it, the outcome last. */
type Client = (listener: Listener, request: TrainingRequest) => Promise<string[]>

const OUTCOMES = ['uploaded', 'stored', 'failed', 'rejected', 'cancelled']
const RESULTS = 'training-results'

/** Why a client was not tried. */
class Skipped extends Error {}

/**
 * The version of librdkafka that kcat has. Before 2.6.1 it sends a wrong nonce in SCRAM, which Kafka 4 refuses:
 * https://github.com/confluentinc/librdkafka/pull/4895
 */
const librdkafka = has('kcat', '-V') && /librdkafka (\S+)/.exec(execFileSync('kcat', ['-V'], { encoding: 'utf8' }))?.[1]
const SCRAM_FAILS = /^([01]\.|2\.[0-5]\.|2\.6\.0)/

const clients: Record<string, Client | undefined> = {
  'satchel-client (@platformatic/kafka)': async ({ servers, secure }, request) => {
    const satchel = await connect({
      bootstrapServers: servers,
      ...(secure && {
        tls: { ca: readFileSync(secure.ca) },
        sasl: { mechanism: 'SCRAM-SHA-512', username: secure.username, password: secure.password }
      })
    })
    const types: string[] = []
    for await (const event of satchel.train(request)) types.push(event.type)
    await satchel.close()
    return types
  },
  kafkajs: async ({ servers, secure }, request) => {
    const kafka = new Kafka({
      brokers: [servers],
      logLevel: logLevel.NOTHING,
      ...(secure && {
        ssl: { ca: [readFileSync(secure.ca, 'utf8')] },
        sasl: { mechanism: 'scram-sha-512', username: secure.username, password: secure.password }
      })
    })
    const consumer = kafka.consumer({ groupId: `satchel-client-${randomUUID()}`, retry: { retries: 0 } })
    const producer = kafka.producer()
    try {
      const types: string[] = []
      await consumer.connect()
      await consumer.subscribe({ topic: RESULTS, fromBeginning: true })
      const outcome = new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
        void consumer.run({
          eachMessage: async ({ message }) => {
            if (`${message.headers?.requestId}` !== request.requestId) return
            const { type } = JSON.parse(`${message.value}`)
            types.push(type)
            if (OUTCOMES.includes(type)) resolve()
          }
        })
      })
      await producer.connect()
      await producer.send({
        topic: 'training-requests',
        messages: [{ key: request.projectId, value: JSON.stringify(request) }]
      })
      await outcome
      return types
    } finally {
      await producer.disconnect()
      await consumer.disconnect()
    }
  },
  'librdkafka (kcat)': librdkafka
    ? async ({ servers, secure }, request) => {
        if (secure && SCRAM_FAILS.test(librdkafka)) throw new Skipped(`librdkafka ${librdkafka}: SCRAM needs 2.6.1`)
        const common = ['-b', servers, ...(secure ? properties(secure).flatMap(each => ['-X', each]) : [])]
        const reader = spawn('kcat', [...common, '-C', '-t', RESULTS, '-o', 'beginning', '-u', '-q', '-f', '%s\\n'])
        const line = `${request.projectId}|${JSON.stringify(request)}\n`
        execFileSync('kcat', [...common, '-P', '-t', 'training-requests', '-K', '|', '-z', 'gzip'], { input: line })
        return outcome(reader, request.requestId)
      }
    : undefined,
  'kafka-python': has('/usr/bin/python3', '-c', 'import kafka')
    ? async ({ servers, secure }, request) => {
        const reader = spawn('/usr/bin/python3', ['-c', PYTHON, servers, JSON.stringify(request), secure?.ca ?? ''], {
          env: { ...process.env, KAFKA_USER: secure?.username ?? '', KAFKA_PASSWORD: secure?.password ?? '' }
        })
        return outcome(reader, request.requestId)
      }
    : undefined,
  'Java (./satchel submit)': async ({ servers, secure }, request) => {
    const file = path.join(tmpdir(), `${request.requestId}.json`)
    writeFileSync(file, JSON.stringify(request))
    const config = path.join(tmpdir(), `${request.requestId}.properties`)
    const login = `org.apache.kafka.common.security.scram.ScramLoginModule required username="${secure?.username}" password="${secure?.password}";`
    const pem = `ssl.truststore.type=PEM\nssl.truststore.location=${secure?.ca}\nsasl.jaas.config=${login}\n`
    writeFileSync(config, secure ? `security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n${pem}` : '')
    const command = fileURLToPath(new URL('../../../satchel', import.meta.url))
    const reader = spawn(command, ['submit', file, '--json', '--bootstrap-servers', servers, '--config', config], {
      cwd: tmpdir()
    })
    return outcome(reader, request.requestId)
  }
}

const PYTHON = `
import json, os, ssl, sys
from kafka import KafkaConsumer, KafkaProducer
servers, request, ca = sys.argv[1:]
secure = dict(security_protocol='SASL_SSL', ssl_context=ssl.create_default_context(cafile=ca), sasl_mechanism='SCRAM-SHA-512',
              sasl_plain_username=os.environ['KAFKA_USER'], sasl_plain_password=os.environ['KAFKA_PASSWORD']) if ca else {}
consumer = KafkaConsumer('${RESULTS}', bootstrap_servers=servers, auto_offset_reset='earliest', **secure)
producer = KafkaProducer(bootstrap_servers=servers, compression_type='gzip', **secure)
producer.send('training-requests', key=json.loads(request)['projectId'].encode(), value=request.encode()).get(60)
for message in consumer:
    print(message.value.decode(), flush=True)
`

function properties({ ca, username, password }: NonNullable<Listener['secure']>): string[] {
  const sasl = [`sasl.username=${username}`, `sasl.password=${password}`]
  return ['security.protocol=sasl_ssl', 'sasl.mechanisms=SCRAM-SHA-512', `ssl.ca.location=${ca}`, ...sasl]
}

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Reads events, a line each, up to the outcome of a request; then ends the process. */
async function outcome(reader: ChildProcess, requestId: string): Promise<string[]> {
  const types: string[] = []
  let errors = ''
  reader.stderr?.on('data', data => {
    errors += data
  })
  try {
    for await (const line of createInterface(reader.stdout!)) {
      const event = line.startsWith('{') && JSON.parse(line)
      if (event?.requestId !== requestId) continue
      types.push(event.type)
      if (OUTCOMES.includes(event.type)) return types
    }
    throw new Error(errors.trim().split('\n').at(-1) ?? 'ended without an outcome')
  } finally {
    reader.kill()
  }
}

await using services = await Services.start({ job: true })
const { servers, certificate } = services.secureKafka
const listeners: Record<string, Listener> = {
  plain: { servers: services.kafka },
  'TLS, SCRAM': { servers, secure: { ca: certificate, username: 'satchel', password: 'local-password-of-satchel' } }
}
const table: string[] = []
let failures = 0
let skips = 0
for (const [name, client] of Object.entries(clients)) {
  for (const [security, listener] of Object.entries(listeners)) {
    const images = (label: string, first: number) =>
      Array.from({ length: 10 }, (_, n) => ({
        type: 'download' as const,
        imageid: `${label}-${n}`,
        url: services.picture(first + n)
      }))
    const requestId = randomUUID()
    const result = !client
      ? 'not tried: not on this machine'
      : await client(listener, {
          requestId,
          projectId: `matrix-${requestId}`,
          name: 'Matrix',
          labels: { cat: images('cat', 0), dog: images('dog', 10) },
          deliverTo: { store: {} }
        }).then(
          types => types.join(' '),
          error => (error instanceof Skipped ? `not tried: ${error.message}` : `FAILED: ${error.message}`)
        )
    if (result.startsWith('not tried')) skips++
    else if (!/stored$/.test(result)) failures++
    const row = `${name.padEnd(38)} ${security.padEnd(12)} ${result}`
    console.log(row)
    table.push(row)
  }
}
const passed = table.length - failures - skips
console.log(`\n${table.join('\n')}\n${passed} passed, ${failures} failed, ${skips} not tried`)
process.exitCode = failures ? 1 : 0

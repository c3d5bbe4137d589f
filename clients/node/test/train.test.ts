import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { Consumer, Producer, stringSerializers } from '@platformatic/kafka'
import { connect, encryptCredentials, SatchelError, type Image, type Satchel, type SatchelOptions, type TrainingEvent, type TrainingRequest } from '../src/index.js'
import { Services } from './services.js'

let services: Services
let satchel: Satchel

before(async () => {
  services = await Services.start({ job: true })
  satchel = await connect({ bootstrapServers: services.kafka })
})

after(async () => {
  await satchel?.close()
  await services?.[Symbol.asyncDispose]()
})

function request(changes: Partial<TrainingRequest> = {}): TrainingRequest {
  const images = (label: string, first: number): Image[] =>
    Array.from({ length: 10 }, (_, i) => ({
      type: 'download',
      imageid: `${label}-${i}`,
      url: services.picture(first + i)
    }))
  return {
    requestId: randomUUID(),
    projectId: 'pets-42',
    name: 'My pets',
    labels: { cat: images('cat', 0), dog: images('dog', 10) },
    deliverTo: { watson: { credentials: ['pool-1'] } },
    ...changes
  }
}

async function events(iterator: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const all = []
  for await (const event of iterator) all.push(event)
  return all
}

test('a request is trained, and its events come in order up to the outcome', async () => {
  const all = await events(satchel.train(request()))

  assert.equal(all[0]?.type, 'accepted')
  const outcome = all.at(-1)
  assert.ok(outcome?.type === 'uploaded', JSON.stringify(outcome))
  assert.deepEqual(outcome.images, { total: 20, done: 20, failed: 0 })
  assert.equal(outcome.classifier.credentials, 'pool-1')
  assert.ok(all.slice(1, -1).every(event => event.type === 'progress' || event.type === 'uploading'))
})

test('credentials that come encrypted are trained with, by the name they are given', async () => {
  const [key] = await services.publicKeys()
  const ask = request({ requestId: 'encrypted-1' })
  const jwe = await encryptCredentials({ ...(await services.credentials('pool-3')), for: { requestId: 'encrypted-1' } }, key!)
  ask.deliverTo = { watson: { credentials: [{ name: 'class-7', jwe }] } }

  const outcome = (await events(satchel.train(ask))).at(-1)

  assert.ok(outcome?.type === 'uploaded', JSON.stringify(outcome))
  assert.equal(outcome.classifier.credentials, 'class-7')
})

test('encrypted credentials are of use to nobody else, and the event says why', async () => {
  const [key] = await services.publicKeys()
  const credentials = await services.credentials('pool-3')
  const bound = await encryptCredentials({ ...credentials, for: { projectId: 'fish-1' } }, key!)
  const elsewhere = await encryptCredentials({ ...credentials, url: 'http://127.0.0.1:1' }, key!)
  const forgotten = await encryptCredentials(credentials, { ...key!, kid: 'forgotten-1' })

  const outcome = (
    await events(
      satchel.train(
        request({
          deliverTo: {
            watson: {
              credentials: [
                { name: 'bound', jwe: bound },
                { name: 'elsewhere', jwe: elsewhere },
                { name: 'forgotten', jwe: forgotten }
              ]
            }
          }
        })
      )
    )
  ).at(-1)

  assert.ok(outcome?.type === 'failed', JSON.stringify(outcome))
  assert.equal(outcome.error.code, 'credentials-rejected')
  assert.deepEqual(outcome.failures?.map(failure => failure.message), [
    'The credentials bound were not accepted: it is for another projectId',
    'The credentials elsewhere were not accepted: its url is at none of the origins that the job allows',
    'The credentials forgotten were not accepted: the job has no key forgotten-1: encrypt with a public key that it has'
  ])
})

test('trainings side by side see their own events only', async () => {
  const requests = Array.from({ length: 5 }, (_, i) => request({ projectId: `pets-${i}`, deliverTo: { store: {} } }))

  const all = await Promise.all(requests.map(each => events(satchel.train(each))))

  all.forEach((mine, i) => {
    assert.ok(mine.every(event => event.requestId === requests[i]?.requestId))
    assert.equal(mine.at(-1)?.type, 'stored')
  })
})

test('every bad picture is named with its location', async () => {
  const bad: Image = { type: 'download', imageid: 'gone', url: `${services.pictures}/faults/not-found/1.jpg` }
  const ask = request()
  ask.labels['cat']?.push(bad)

  const outcome = (await events(satchel.train(ask))).at(-1)

  assert.ok(outcome?.type === 'failed')
  assert.deepEqual(outcome.failures?.map(failure => [failure.code, failure.location]), [['image-unreachable', bad]])
})

test('a request that does not follow the contract is rejected with the fields at fault', async () => {
  const outcome = (await events(satchel.train(request({ labels: {} })))).at(-1)

  assert.ok(outcome?.type === 'rejected')
  assert.ok(outcome.failures.some(failure => failure.location && 'pointer' in failure.location && failure.location.pointer === '/labels'))
})

test('a request of seven megabytes is read whole', async () => {
  const noise = Array.from({ length: 200_000 }, () => randomUUID()).join('').slice(0, 7 << 20)

  const outcome = (await events(satchel.train({ ...request(), noise } as TrainingRequest))).at(-1)

  assert.equal(outcome?.type, 'uploaded')
})

test('a request over eight megabytes is refused before it is written', async () => {
  const noise = 'x'.repeat(9 << 20)

  await assert.rejects(events(satchel.train({ ...request(), noise } as TrainingRequest)), isError('too-large', /name fewer pictures/))
})

test('a signal ends the iterator', async () => {
  const abort = new AbortController()
  const seen: TrainingEvent[] = []

  for await (const event of satchel.train(request(), { signal: abort.signal })) {
    seen.push(event)
    abort.abort()
  }

  assert.deepEqual(seen.map(event => event.type), ['accepted'])
})

test('an unknown host, a closed port and a missing topic are one sentence each', async () => {
  await assert.rejects(
    connect({ bootstrapServers: 'no-such-host.invalid:9092', patience: 0 }),
    isError('unreachable', /No host of no-such-host\.invalid:9092 is known: check bootstrapServers/)
  )
  await assert.rejects(
    connect({ bootstrapServers: '127.0.0.1:1', patience: 0 }),
    isError('unreachable', /127\.0\.0\.1:1 does not answer/)
  )
  await assert.rejects(
    connect({ bootstrapServers: services.kafka, resultsTopic: 'no-such-topic', patience: 0 }),
    isError('topic-missing', /lacks a topic: create .* or name yours/)
  )
})

test('a refused log-in is one sentence without the password', async () => {
  await assert.rejects(
    connect({
      bootstrapServers: services.kafka,
      sasl: { mechanism: 'PLAIN', username: 'site', password: 's3cret' },
      patience: 0
    }),
    (error: unknown) => error instanceof SatchelError && /^Kafka at .*sasl/.test(error.message) && !error.message.includes('s3cret')
  )
})

/** With what `./satchel services` gives out. */
async function secured(username = 'satchel', password = `local-password-of-${username}`): Promise<SatchelOptions> {
  return {
    bootstrapServers: services.secureKafka.servers,
    sasl: { mechanism: 'SCRAM-SHA-512', username, password },
    tls: { ca: await readFile(services.secureKafka.certificate) },
    patience: 0
  }
}

test('a request is trained over TLS with a password', async () => {
  const client = await connect(await secured())

  const all = await events(client.train(request()))

  assert.equal(all[0]?.type, 'accepted')
  assert.equal(all.at(-1)?.type, 'uploaded')
  await client.close()
})

test('a wrong password is one sentence without it', async () => {
  await assert.rejects(connect(await secured('satchel', 's3cret')), (error: unknown) => {
    isError('forbidden', /^Kafka at .* refuses: check sasl and tls/)(error)
    return !inspect(error).includes('s3cret')
  })
})

test('a user without rights is one sentence', async () => {
  await assert.rejects(connect(await secured('stranger')), isError('forbidden', /what the user may do/))
})

test('a certificate that is not trusted is one sentence', async () => {
  await assert.rejects(
    connect({ ...(await secured()), tls: {} }),
    isError('forbidden', /^Kafka at .* shows a certificate that is not trusted .*: name its authority in tls\.ca/)
  )
})

test('TLS on one side only is one sentence', async () => {
  const { tls, ...plain } = await secured()
  await assert.rejects(connect({ ...plain, patience: 1000 }), isError('unreachable', /are bootstrapServers, sasl and tls right/))
  await assert.rejects(
    connect({ ...plain, tls: tls!, bootstrapServers: services.kafka, patience: 1000 }),
    isError('unreachable', /are bootstrapServers, sasl and tls right/)
  )
})

test('a connection that is lost while following is one sentence with the way out', async () => {
  await using lonely = await Services.start({ job: false })
  const client = await connect({ bootstrapServers: lonely.kafka, patience: 2000 })
  const ask = request()
  const training = client.train(ask)
  const first = training.next()
  await written(lonely.kafka)
  await tell(lonely.kafka, ask)
  assert.ok(!(await first).done)

  await lonely.kill()

  await assert.rejects(training.next(), isError('connection-lost', /they go on\. .* \.\/satchel watch/))
  await client.close()
})

/** Waits until there is a request in Kafka. */
async function written(kafka: string) {
  const consumer = new Consumer({ clientId: 'test', groupId: 'test', bootstrapBrokers: [kafka] })
  let ends: bigint[]
  do {
    ends = (await consumer.listOffsets({ topics: ['training-requests'] })).get('training-requests') ?? []
  } while (ends.every(end => end === 0n))
  await consumer.close()
}

/** Says what the job would. */
async function tell(kafka: string, { requestId, projectId }: TrainingRequest) {
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [kafka], serializers: stringSerializers })
  const event = { type: 'accepted', requestId, projectId, at: new Date().toISOString(), images: { total: 20, done: 0, failed: 0 } }
  await producer.send({
    messages: [{ topic: 'training-results', key: projectId, value: JSON.stringify(event), headers: { requestId } }],
    acks: -1
  })
  await producer.close()
}

function isError(code: string, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof SatchelError, String(error))
    assert.match(error.message, message)
    assert.equal(error.code, code)
    assert.ok(!error.message.includes('\n'))
    return true
  }
}

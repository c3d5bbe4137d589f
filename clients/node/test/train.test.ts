import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { Producer, stringSerializers } from '@platformatic/kafka'
import {
  connect,
  encryptCredentials,
  type Image,
  type Satchel,
  SatchelError,
  type SatchelOptions,
  type TrainingEvent,
  type TrainingRequest
} from 'satchel-client'
import { Services } from './services.ts'

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

function images(label: string, first: number): Image[] {
  return Array.from({ length: 10 }, (_, i) => ({
    type: 'download',
    imageid: `${label}-${i}`,
    url: services.picture(first + i)
  }))
}

function request(changes: Partial<TrainingRequest> = {}): TrainingRequest {
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

test('labels in any script reach the trainer, and the events, as they are', async () => {
  const labels = ['猫', '犬', 'قطة', '🐶']
  const ask = request()
  ask.labels = Object.fromEntries(labels.map((label, n) => [label, images(label, 10 * n)]))

  const outcome = (await events(satchel.train(ask))).at(-1)

  assert.ok(outcome?.type === 'uploaded', JSON.stringify(outcome))
  assert.deepEqual(
    outcome.archives.map(archive => archive.label),
    labels
  )
  const { url } = await services.credentials('pool-1')
  const history = await fetch(new URL(`/emulator/history?request=${ask.requestId}`, url))
  const { calls } = (await history.json()) as {
    calls: { kind: string; examples: { class: string; entries: number }[] }[]
  }
  const [create] = calls.filter(call => call.kind === 'create')
  assert.deepEqual(create?.examples.map(example => example.class).sort(), [...labels].sort())
  console.log(JSON.stringify(create?.examples))
})

test('credentials that come encrypted are trained with, by the name they are given', async () => {
  const [key] = await services.publicKeys()
  const ask = request({ requestId: 'encrypted-1' })
  const jwe = await encryptCredentials(
    { ...(await services.credentials('pool-3')), for: { requestId: 'encrypted-1' } },
    key!
  )
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
  assert.deepEqual(
    outcome.failures?.map(failure => failure.message),
    [
      'The credentials bound were not accepted: it is for another projectId',
      'The credentials elsewhere were not accepted: its url is at none of the origins that the job allows',
      'The credentials forgotten were not accepted: the job has no key forgotten-1: encrypt with a public key that it has'
    ]
  )
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
  ask.labels.cat?.push(bad)

  const outcome = (await events(satchel.train(ask))).at(-1)

  assert.ok(outcome?.type === 'failed')
  assert.deepEqual(
    outcome.failures?.map(failure => [failure.code, failure.location]),
    [['image-unreachable', bad]]
  )
})

test('a request that does not follow the contract is rejected with the fields at fault', async () => {
  const outcome = (await events(satchel.train(request({ labels: {} })))).at(-1)

  assert.ok(outcome?.type === 'rejected')
  assert.ok(
    outcome.failures.some(
      failure => failure.location && 'pointer' in failure.location && failure.location.pointer === '/labels'
    )
  )
})

test('a request of seven megabytes is read whole', async () => {
  const noise = Array.from({ length: 200_000 }, () => randomUUID())
    .join('')
    .slice(0, 7 << 20)

  const outcome = (await events(satchel.train({ ...request(), noise } as TrainingRequest))).at(-1)

  assert.equal(outcome?.type, 'uploaded')
})

test('a request over eight megabytes is refused before it is written', async () => {
  const noise = 'x'.repeat(9 << 20)

  await assert.rejects(
    events(satchel.train({ ...request(), noise } as TrainingRequest)),
    isError('too-large', /name fewer pictures/)
  )
})

test('a signal ends the iterator', async () => {
  const abort = new AbortController()
  const seen: TrainingEvent[] = []

  for await (const event of satchel.train(request(), { signal: abort.signal })) {
    seen.push(event)
    abort.abort()
  }

  assert.deepEqual(
    seen.map(event => event.type),
    ['accepted']
  )
})

test('a project is forgotten, and the answer says what was removed', async () => {
  const all = await events(satchel.train(request({ projectId: 'to-forget' })))
  assert.equal(all.at(-1)?.type, 'uploaded')

  const { forgotten } = await satchel.forget({ projectId: 'to-forget' })

  assert.equal(forgotten.requests, 1)
  assert.equal(forgotten.classifiers, 1)
  assert.ok(
    forgotten.remaining.every(sentence => !sentence.startsWith('Classifier')),
    forgotten.remaining.join('\n')
  )
})

test('a forget that names nobody is rejected, and the error names the field', async () => {
  await assert.rejects(satchel.forget({ userId: '' }), isError('rejected', /\/forget\/userId/))
})

test('a request that is cancelled ends as cancelled, with the pictures that were there by then', async () => {
  const ask = request()
  ask.labels.cat![0] = { type: 'download', imageid: 'slow', url: `${services.pictures}/faults/never-answers/1.jpg` }
  const seen: TrainingEvent[] = []

  for await (const event of satchel.train(ask)) {
    seen.push(event)
    if (event.type === 'accepted') await satchel.cancel(ask.requestId)
  }

  const outcome = seen.at(-1)
  assert.equal(outcome?.type, 'cancelled', JSON.stringify(outcome))
  assert.ok(outcome.images.done < outcome.images.total)
})

test('an unknown host, a closed port and a missing topic are one sentence each', async () => {
  await assert.rejects(
    connect({ bootstrapServers: 'no-such-host.invalid:9092', connectTimeout: 0 }),
    isError('unreachable', /No host of no-such-host\.invalid:9092 is known: check bootstrapServers/)
  )
  await assert.rejects(
    connect({ bootstrapServers: '127.0.0.1:1', connectTimeout: 0 }),
    isError('unreachable', /127\.0\.0\.1:1 does not answer/)
  )
  await assert.rejects(
    connect({ bootstrapServers: services.kafka, resultsTopic: 'no-such-topic', connectTimeout: 0 }),
    isError('topic-missing', /lacks a topic: create .* or name yours/)
  )
})

test('a refused log-in is one sentence without the password', async () => {
  await assert.rejects(
    connect({
      bootstrapServers: services.kafka,
      sasl: { mechanism: 'PLAIN', username: 'site', password: 's3cret' },
      connectTimeout: 0
    }),
    (error: unknown) =>
      error instanceof SatchelError && /^Kafka at .*sasl/.test(error.message) && !error.message.includes('s3cret')
  )
})

/** With what `./satchel services` gives out. */
async function secured(username = 'satchel', password = `local-password-of-${username}`): Promise<SatchelOptions> {
  return {
    bootstrapServers: services.secureKafka.servers,
    sasl: { mechanism: 'SCRAM-SHA-512', username, password },
    tls: { ca: await readFile(services.secureKafka.certificate) },
    connectTimeout: 0
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
  await assert.rejects(
    connect({ ...plain, connectTimeout: 1000 }),
    isError('forbidden', /^Kafka at .* refuses: check sasl and tls/)
  )
  await assert.rejects(
    connect({ ...plain, tls: tls!, bootstrapServers: services.kafka, connectTimeout: 1000 }),
    isError('unreachable', /are bootstrapServers, sasl and tls right/)
  )
})

test('a request that was submitted before is followed from when it was', async () => {
  const since = new Date()
  const ask = request()
  const first = await events(satchel.train(ask))

  const again = await events(satchel.follow(ask.requestId, { since }))

  assert.deepEqual(decisive(again), decisive(first))
})

test('a request that nothing is heard of ends with the time that the caller gave', async () => {
  await assert.rejects(
    events(satchel.follow('never-submitted', { timeout: 500 })),
    isError('timeout', /^Nothing was heard of the request never-submitted for 1 seconds: is the job running\?/)
  )
})

test('a message that is no event is a warning and nothing more', async () => {
  const warnings: SatchelError[] = []
  const client = await connect({ bootstrapServers: services.kafka, onWarning: warning => warnings.push(warning) })
  const follower = client.follow('told-1')
  await tell(
    'told-1',
    'no JSON',
    'null',
    JSON.stringify({ type: 'stored', requestId: 'told-1', at: '2026-01-01T00:00:00Z' })
  )

  assert.deepEqual(
    (await events(follower)).map(event => event.type),
    ['stored']
  )
  assert.equal(warnings.length, 2)
  for (const { message } of warnings)
    assert.match(message, /^The message training-results-\d+@\d+ is no event and is ignored$/)
  await client.close()
})

test('an iterator that is slow sees the newest progress, and every other event', async () => {
  const follower = satchel.follow('told-2')
  const progress = (done: number) =>
    JSON.stringify({ type: 'progress', requestId: 'told-2', at: `${done}`, images: { total: 9, done, failed: 0 } })
  const stored = satchel.follow('told-2')
  await tell(
    'told-2',
    progress(1),
    progress(1),
    progress(2),
    progress(3),
    JSON.stringify({ type: 'stored', requestId: 'told-2', at: '4' })
  )
  assert.deepEqual((await events(stored)).at(-1)?.type, 'stored')

  const seen = await events(follower)
  assert.deepEqual(
    seen.map(event => [event.type, event.at]),
    [
      ['progress', '3'],
      ['stored', '4']
    ]
  )
})

test('what was closed says so', async () => {
  const client = await connect({ bootstrapServers: services.kafka })
  const open = events(client.follow('told-3'))

  await client.close()

  assert.deepEqual(await open, [])
  const closed = isError('closed', /connect\(\) makes another one/)
  await assert.rejects(events(client.train(request())), closed)
  await assert.rejects(client.cancel('told-3'), closed)
})

/** Events without those of which a slow reader sees the newest only. */
function decisive(all: TrainingEvent[]): TrainingEvent[] {
  return all.filter(event => event.type !== 'progress' && event.type !== 'uploading')
}

/** Says what the job would. */
async function tell(requestId: string, ...values: string[]) {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [services.kafka],
    serializers: stringSerializers
  })
  await producer.send({
    messages: values.map(value => ({ topic: 'training-results', key: 'told', value, headers: { requestId } })),
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

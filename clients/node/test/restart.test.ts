import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Consumer, stringDeserializers } from '@platformatic/kafka'
import { connect, type Image, type SatchelError, type TrainingEvent, type TrainingRequest } from 'satchel-client'
import { Services } from './services.ts'

test('Kafka and the site are restarted in the middle of 20 requests: every event arrives, and once', async () => {
  await using world = await Services.start({ job: true, latency: 1500, kafkaOfItsOwn: true })
  const since = new Date()
  const requests = Array.from({ length: 20 }, (_, n) => request(world, n))
  const warnings: SatchelError[] = []
  const site = await connect({ bootstrapServers: world.kafka, onWarning: warning => warnings.push(warning) })
  const leaving = await connect({ bootstrapServers: world.kafka })
  const stays = requests.slice(0, 10)
  const left = requests.slice(10)
  const seen = stays.map(each => collect(site.follow(each.requestId)))
  const accepted = site.follow(requests[0]!.requestId)
  const lost = left.map(each => collect(leaving.follow(each.requestId)))
  for (const each of stays) await site.submit(each)
  for (const each of left) await leaving.submit(each)
  await accepted.next()

  await world.restartKafka()
  await leaving.close()
  const before = await Promise.all(lost)
  assert.ok(
    before.some(events => events.at(-1)?.type !== 'stored'),
    'the site was restarted in the middle'
  )
  const restarted = await connect({ bootstrapServers: world.kafka })
  const picked = left.map(each => collect(restarted.follow(each.requestId, { since })))

  const all = await Promise.all([...seen, ...picked])
  const written = await topic(world.kafka)
  all.forEach((events, n) => {
    const { requestId } = requests[n]!
    const told = written.filter(event => event.requestId === requestId)
    assert.equal(events.at(-1)?.type, 'stored', JSON.stringify(events.at(-1)))
    assert.equal(new Set(events.map(key)).size, events.length, 'once')
    // Of progress an iterator may see the newest only; of the rest it sees all.
    assert.deepEqual(unique(events), unique(told), requestId)
  })
  const counts = (events: TrainingEvent[][]) => events.reduce((sum, each) => sum + each.length, 0)
  console.log(`${warnings.length} warnings, the first: ${warnings[0]?.message}`)
  console.log(
    `events: ${counts(seen.length ? await Promise.all(seen) : [])} of those who stayed, ${counts(before)} before the site restarted, ${counts(await Promise.all(picked))} after`
  )
  // The Kafka library may connect again by itself before anybody has to be warned.
  assert.ok(warnings.every(warning => warning.code === 'connection-lost'))
  await site.close()
  await restarted.close()
})

function request(world: Services, n: number): TrainingRequest {
  const images = (label: string, first: number): Image[] =>
    Array.from({ length: 10 }, (_, i) => ({
      type: 'download',
      imageid: `${label}-${i}`,
      url: world.picture(first + i)
    }))
  return {
    requestId: randomUUID(),
    projectId: `pets-${n}`,
    name: 'My pets',
    labels: { cat: images('cat', 20 * n), dog: images('dog', 20 * n + 10) },
    deliverTo: { store: {} }
  }
}

async function collect(events: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const all: TrainingEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

function key(event: TrainingEvent): string {
  return `${event.type}/${event.at}`
}

function unique(events: TrainingEvent[]): string[] {
  return [...new Set(events.filter(event => event.type !== 'progress').map(key))]
}

/** Everything that is in the results topic. */
async function topic(kafka: string): Promise<TrainingEvent[]> {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: randomUUID(),
    bootstrapBrokers: [kafka],
    deserializers: stringDeserializers
  })
  const topics = ['training-results']
  const ends = (await consumer.listOffsets({ topics })).get('training-results') ?? []
  let left = ends.reduce((sum, end) => sum + Number(end), 0)
  const events: TrainingEvent[] = []
  const stream = await consumer.consume({ topics, mode: 'earliest' })
  for await (const message of stream) {
    events.push(JSON.parse(message.value ?? ''))
    if (--left <= 0) break
  }
  await consumer.close(true)
  return events
}

// The site's side of the Train button: it knows the pupil's pictures and the credentials, the page knows neither.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { ClassifyError, classify, connect } from 'satchel-client'

const port = Number(process.env.PORT ?? 8080)
const kafka = process.env.KAFKA ?? '127.0.0.1:9092'
const pictures = process.env.PICTURES ?? 'http://127.0.0.1:9080'
/** A directory of credentials files, as the job has it: to ask what a classifier makes of a picture. */
const credentials = process.env.CREDENTIALS

const files = {
  '/': ['index.html', 'text/html'],
  '/page.css': ['page.css', 'text/css'],
  '/page.js': ['page.js', 'text/javascript'],
  '/texts.js': ['texts.js', 'text/javascript']
}
/** Nothing that came into the page as text can run; pictures come from all over the web. */
const policy = "default-src 'self'; img-src * data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const image = (label, n, address) => ({ type: 'download', imageid: `${label}-${n}`, url: pictures + address })
const label = name => Array.from({ length: 14 }, (_, n) => image(name, n, `/subjects/${name}/${n}.jpg`))
const project = { id: 'drawings-42', name: 'My drawings', labels: { sun: label('sun'), house: label('house') } }
project.labels.sun.splice(3, 0, image('sun', 14, '/faults/svg/1.jpg'))
project.labels.house.splice(8, 0, image('house', 14, '/faults/not-found/1.jpg'))

const satchel = await connect({ bootstrapServers: kafka })

/** The classifier of each training that is ready. */
const classifiers = new Map()
const MAX_PICTURE_BYTES = 10_000_000

/** Events of trainings that have just begun, until their page asks for them. */
const begun = new Map()

/** What a pupil's press of Train becomes. A site of your own keeps the id with the project. */
async function train(response) {
  const training = { requestId: randomUUID(), since: Date.now() }
  const following = follow(training.requestId)
  const request = {
    requestId: training.requestId,
    projectId: project.id,
    name: project.name,
    labels: project.labels,
    deliverTo: { watson: { credentials: ['pool-1'] } }
  }
  try {
    await satchel.submit(request)
  } catch (error) {
    following.left.abort()
    throw error
  }
  begun.set(training.requestId, following)
  setTimeout(() => begun.delete(training.requestId) && following.left.abort(), 60_000).unref() // the page was left
  json(response, 202, training)
}

function follow(requestId, since) {
  const left = new AbortController()
  const events = satchel.follow(requestId, { since, untilTrained: true, signal: left.signal })
  return { events, left }
}

/**
 * Tells the events of a training, from its start on, also when the page or this site was loaded again. A site of your
 * own looks first whether the project is the pupil's.
 */
async function tell(requestId, since, response) {
  const { events, left } = begun.get(requestId) ?? follow(requestId, since)
  begun.delete(requestId)
  response.on('close', () => left.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for await (const event of events) {
    if (event.type === 'ready') classifiers.set(requestId, event.classifier)
    response.write(`data: ${JSON.stringify(event)}\n\n`)
  }
  response.end('event: end\ndata:\n\n')
}

/** What a training's classifier makes of a picture. The page has no key; the site asks for it. */
async function tryIt(requestId, request, response) {
  const classifier = classifiers.get(requestId)
  if (!classifier || !credentials) return json(response, 404, { error: 'no-classifier' })
  const picture = await body(request, MAX_PICTURE_BYTES)
  if (!picture) return json(response, 413, { error: 'too-large' })
  const file = path.join(credentials, `${encodeURIComponent(classifier.credentials)}.json`)
  const { url, apikey } = JSON.parse(await readFile(file, 'utf8'))
  try {
    json(response, 200, await classify(picture, { url, apikey, classifierId: classifier.id }))
  } catch (error) {
    if (!(error instanceof ClassifyError)) throw error
    json(response, error.code === 'unreachable' || error.code === 'busy' ? 503 : 400, { error: error.code })
  }
}

async function body(request, max) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= max) chunks.push(chunk)
  }
  return size <= max ? Buffer.concat(chunks) : undefined
}

function remove(imageid) {
  for (const [name, images] of Object.entries(project.labels)) {
    project.labels[name] = images.filter(each => each.imageid !== imageid)
  }
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://site')
  const [, resource, id] = pathname.split('/').map(decodeURIComponent)
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  if (request.method === 'GET' && Object.hasOwn(files, pathname)) {
    const [file, type] = files[pathname]
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` })
    response.end(await readFile(new URL(`page/${file}`, import.meta.url)))
  } else if (request.method === 'GET' && pathname === '/project') {
    json(response, 200, { name: project.name, labels: project.labels })
  } else if (request.method === 'DELETE' && resource === 'pictures' && id) {
    remove(id)
    response.writeHead(204).end()
  } else if (request.method === 'POST' && pathname === '/trainings') {
    await train(response)
  } else if (request.method === 'POST' && resource === 'trainings' && id) {
    await tryIt(id, request, response)
  } else if (request.method === 'GET' && resource === 'trainings' && id) {
    await tell(id, new Date(Number(searchParams.get('since'))), response)
  } else {
    response.writeHead(404).end()
  }
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const server = createServer((request, response) =>
  answer(request, response).catch(error => {
    console.error(error.message)
    if (!response.headersSent) response.writeHead(503)
    response.end()
  })
)
server.listen(port, '127.0.0.1', () => console.log(`The site: http://127.0.0.1:${server.address().port}`))

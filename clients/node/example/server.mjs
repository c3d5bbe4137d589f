// The site's side of the Train button: it knows the pupil's pictures and the credentials, the page knows neither.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'satchel-client'

const port = Number(process.env.PORT ?? 8080)
const kafka = process.env.KAFKA ?? '127.0.0.1:9092'
const pictures = process.env.PICTURES ?? 'http://127.0.0.1:9080'
const page = await readFile(new URL('page.html', import.meta.url))

const image = (label, n, address) => ({ type: 'download', imageid: `${label}-${n}`, url: pictures + address })
const label = (name, first) =>
  Array.from({ length: 14 }, (_, n) => image(name, n, `/pictures/${first + n}.jpg`))
const labels = { cat: label('cat', 0), dog: label('dog', 14) }
labels.cat.splice(3, 0, image('cat', 14, '/faults/svg/1.jpg'))
labels.dog.splice(8, 0, image('dog', 14, '/faults/not-found/1.jpg'))

const satchel = await connect({ bootstrapServers: kafka })

/** Answers with the events of a training, a JSON object a line, as they come. */
async function train(response) {
  const request = {
    requestId: randomUUID(),
    projectId: 'pets-42',
    name: 'My pets',
    labels,
    deliverTo: { watson: { credentials: ['pool-1'] } }
  }
  const left = new AbortController()
  response.on('close', () => left.abort())
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  for await (const event of satchel.train(request, { signal: left.signal })) {
    response.write(JSON.stringify(event) + '\n')
  }
  response.end()
}

function remove(imageid) {
  for (const [name, images] of Object.entries(labels)) {
    labels[name] = images.filter(each => each.imageid !== imageid)
  }
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://site')
  if (request.method === 'GET' && pathname === '/') {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'self' 'unsafe-inline'; img-src *"
    })
    response.end(page)
  } else if (request.method === 'GET' && pathname === '/pictures') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(labels))
  } else if (request.method === 'DELETE' && pathname.startsWith('/pictures/')) {
    remove(decodeURIComponent(pathname.slice('/pictures/'.length)))
    response.writeHead(204).end()
  } else if (request.method === 'POST' && pathname === '/train') {
    await train(response)
  } else {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) =>
  answer(request, response).catch(error => {
    console.error(error.message)
    if (!response.headersSent) response.writeHead(503)
    response.end()
  })
)
server.listen(port, '127.0.0.1', () => console.log(`The site: http://127.0.0.1:${server.address().port}`))

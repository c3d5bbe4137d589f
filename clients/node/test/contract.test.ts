import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fromFile, Parser } from '@asyncapi/parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import { fromMlForKids } from 'satchel-client'

const contract = new URL('../../../docs/contract/', import.meta.url)
const ajv = ajvFormats.default(new Ajv2020({ strict: false, allErrors: true }))
const request = schema('request')
/** By how the names of examples begin. */
const schemas: Record<string, typeof request> = {
  request,
  cancel: schema('cancel'),
  forget: schema('forget'),
  event: schema('event')
}

function schema(kind: string) {
  return ajv.compile(json(`training-${kind}.schema.json`))
}

function json(file: string) {
  return JSON.parse(readFileSync(new URL(file, contract), 'utf8'))
}

test('types are what the schemas say', () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/types.mjs', import.meta.url)), '--check'])
})

test('every example follows its schema', () => {
  for (const file of readdirSync(new URL('examples/', contract))) {
    const validate = schemas[file.replace(/[-.].*/, '')]
    assert.ok(validate, `${file} is of no schema`)
    assert.ok(validate(json(`examples/${file}`)), `${file}: ${ajv.errorsText(validate.errors)}`)
  }
})

test('the AsyncAPI document is valid, and its examples are of the messages they stand with', async () => {
  const { document, diagnostics } = await fromFile(
    new Parser(),
    fileURLToPath(new URL('asyncapi.yaml', contract))
  ).parse()

  assert.deepEqual(
    diagnostics.filter(found => found.severity < 2).map(found => found.message),
    []
  )
  assert.ok(document)
  let examples = 0
  for (const message of document.components().messages()) {
    const schema: any = message.payload()?.json()
    for (const example of message.examples()) {
      examples++
      const validate = ajv.compile({ ...schema, $id: undefined }) // two of the same id are refused
      assert.ok(validate(example.payload()), `${message.id()}: ${ajv.errorsText(validate.errors)}`)
    }
  }
  assert.equal(examples, readdirSync(new URL('examples/', contract)).length + 1) // a dead letter is in the document
})

test("the predecessor's projects become requests of the contract", () => {
  const rows = (label: string, isstored: boolean) =>
    Array.from({ length: 10 }, (_, i) => ({
      id: `${label}-${i}`,
      label,
      isstored,
      ...(isstored ? (i === 0 ? { userid: 'a-friend' } : {}) : { imageurl: `https://example.org/${i}.jpg` })
    }))
  const converted = fromMlForKids(
    { id: 'project-1', name: 'My pets', classid: 'class-1', userid: 'auth0|5f3c' },
    [...rows('big dog!', false), ...rows('cat', true)],
    'press-1',
    { watson: { credentials: ['class-1'] } }
  )

  assert.ok(request(converted), ajv.errorsText(request.errors))
  assert.deepEqual(Object.keys(converted.labels), ['big dog!', 'cat'])
  assert.deepEqual(converted.labels['big dog!']?.[3], {
    type: 'download',
    imageid: 'big dog!-3',
    url: 'https://example.org/3.jpg'
  })
  assert.deepEqual(
    converted.labels.cat?.slice(0, 2).map(image => image.type === 'retrieve' && image.spec),
    [
      { objectid: 'cat-0', projectid: 'project-1', userid: 'a-friend', classid: 'class-1' },
      { objectid: 'cat-1', projectid: 'project-1', userid: 'auth0|5f3c', classid: 'class-1' }
    ]
  )
})

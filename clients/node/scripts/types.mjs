// Writes src/messages.ts from the schemas of docs/contract; with --check, says whether it is up to date.
import { readFile, writeFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

const contract = new URL('../../../docs/contract/', import.meta.url)
const target = new URL('../src/messages.ts', import.meta.url)

async function types(file) {
  const schema = JSON.parse(await readFile(new URL(file, contract), 'utf8'))
  for (const part of Object.values(schema.$defs ?? {})) {
    // What the schema says as if/then, for its better messages, is a union of what follows then.
    if (part.allOf?.every(choice => choice.if && choice.then)) {
      part.oneOf = part.allOf.map(choice => choice.then)
      delete part.allOf
      delete part.type
      delete part.properties
      delete part.required
    }
  }
  return compile(schema, file, {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    bannerComment: '',
    style: { semi: false, singleQuote: true, printWidth: 110 }
  })
}

const banner = '// Generated from docs/contract by "npm run types".\n\n'
const messages = await Promise.all(
  ['request', 'cancel', 'forget', 'event'].map(name => types(`training-${name}.schema.json`))
)
const text = banner + messages.join('\n')
if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8')) !== text) {
    console.error('src/messages.ts is not what the schemas say: npm run types')
    process.exit(1)
  }
} else {
  await writeFile(target, text)
}

// Writes the contract as pages into apidocs/contract: every message rendered, and beside it the files themselves, as they
// are to be published. Any web server can serve the directory; it also opens from a disk.
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromFile, Parser, stringify } from '@asyncapi/parser'

const contract = fileURLToPath(new URL('../../../docs/contract/', import.meta.url))
const target = fileURLToPath(new URL('../apidocs/contract/', import.meta.url))

const { document, diagnostics } = await fromFile(new Parser(), path.join(contract, 'asyncapi.yaml')).parse()
if (!document) throw new Error(diagnostics.map(found => found.message).join('\n'))

await mkdir(target, { recursive: true })
await cp(contract, target, { recursive: true })
const ui = path.dirname(createRequire(import.meta.url).resolve('@asyncapi/react-component/package.json'))
await cp(path.join(ui, 'browser/standalone/without-parser.js'), path.join(target, 'asyncapi.js'))
await cp(path.join(ui, 'styles/default.min.css'), path.join(target, 'asyncapi.css'))
await writeFile(
  path.join(target, 'contract.js'),
  `AsyncApiStandalone.render(
  { schema: ${stringify(document)}, config: { show: { errors: false } } },
  document.getElementById('contract'))\n`
)
await writeFile(
  path.join(target, 'index.html'),
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Satchel: contract</title>
<link rel="stylesheet" href="asyncapi.css">
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
/* The component has light colours only. */
@media (prefers-color-scheme: dark) { #contract { color-scheme: light; color: black; filter: invert(1) hue-rotate(180deg); } }
</style>
<p>As files: <a href="asyncapi.yaml">asyncapi.yaml</a>, <a href="training-request.schema.json">training-request.schema.json</a>,
<a href="training-cancel.schema.json">training-cancel.schema.json</a>, <a href="training-forget.schema.json">training-forget.schema.json</a>, <a href="training-event.schema.json">training-event.schema.json</a>, <a href="README.md">README.md</a>, examples/</p>
<div id="contract"></div>
<script src="asyncapi.js"></script>
<script src="contract.js"></script>
</html>
`
)
console.log(`${path.relative(process.cwd(), target)}/index.html`)

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { Services } from './services.js'

const server = fileURLToPath(new URL('../example/server.mjs', import.meta.url))
/** Where pictures of the page go, for the docs; none are taken unless told. */
const shots = process.env['SCREENSHOTS']

let services: Services
let site: ChildProcess
let browser: Browser
let page: Page

before(async () => {
  services = await Services.start({ job: true, latency: 400 })
  site = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0', KAFKA: services.kafka, PICTURES: services.pictures },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const address = await new Promise<string>(resolve =>
    createInterface(site.stdout!).on('line', line => {
      const found = /^The site: (.*)/.exec(line)?.[1]
      if (found) resolve(found)
    })
  )
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu']
  })
  page = await browser.newPage({ viewport: { width: 640, height: 600 } })
  await page.goto(address)
})

after(async () => {
  await browser?.close()
  site?.kill()
  await services?.[Symbol.asyncDispose]()
})

test('a pupil trains, sees which pictures are bad, removes them one by one and trains again', async () => {
  await page.getByText('cat (15)').waitFor()
  await pictures()
  await page.getByRole('button', { name: 'Train' }).click()

  await page.getByText(/^\d+ of 30 pictures are ready/).waitFor()
  const bar = page.getByRole('progressbar')
  assert.equal(await bar.getAttribute('max'), '30')
  await shot('train-progress')

  const bad = page.getByRole('listitem')
  await bad.first().waitFor({ timeout: 30_000 })
  assert.deepEqual(await bad.locator('span').allTextContents(), [
    'cat: Unsupported image file type (SVG)',
    'dog: Unable to download image from 127.0.0.1'
  ])
  assert.match((await bad.first().locator('img').getAttribute('src')) ?? '', /\/faults\/svg\/1\.jpg$/)
  await shot('train-failed')

  await bad.first().getByRole('button', { name: 'Remove this picture and train again' }).click()
  await page.getByText('cat (14)').waitFor()
  await page.waitForFunction(() => document.querySelectorAll('li').length === 1, undefined, { timeout: 30_000 })

  await bad.first().getByRole('button', { name: 'Remove this picture and train again' }).click()
  await page.getByText('dog (14)').waitFor()
  await page.getByText('Your model is being trained: My pets_').waitFor({ timeout: 30_000 })
  assert.equal(await bar.evaluate(element => (element as HTMLProgressElement).value), 28)
  assert.equal(await bad.count(), 0)
  await shot('train-uploaded')
})

/** Waits until every thumbnail is there, or cannot be. */
async function pictures() {
  await page.waitForFunction(() => [...document.images].every(image => image.complete))
}

async function shot(name: string) {
  if (shots) {
    mkdirSync(shots, { recursive: true })
    await pictures()
    await page.screenshot({ path: `${shots}/${name}.png` })
  }
}

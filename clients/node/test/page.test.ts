import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { screenshot, screenshots, startBrowser, violations } from './browser.ts'
import { Services } from './services.ts'

const server = fileURLToPath(new URL('../example/server.mjs', import.meta.url))

let services: Services
let site: ChildProcess
let browser: Browser
let page: Page
/** What the browser complains about, such as a script that the page's policy forbids. */
const complaints: string[] = []

before(async () => {
  services = await Services.start({ job: true, latency: screenshots ? 2_000 : 400 }) // a screenshot takes its time
  const address = await startSite('0')
  browser = await startBrowser()
  const context = await browser.newContext({ viewport: { width: 768, height: 720 }, locale: 'en' })
  page = await context.newPage()
  page.setDefaultTimeout(120_000)
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })
  await page.goto(address)
})

after(async () => {
  await browser?.close()
  site?.kill()
  await services?.[Symbol.asyncDispose]()
})

async function startSite(port: string): Promise<string> {
  site = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: port, KAFKA: services.kafka, PICTURES: services.pictures },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  return new Promise(resolve =>
    createInterface(site.stdout!).on('line', line => {
      const found = /^The site: (.*)/.exec(line)?.[1]
      if (found) resolve(found)
    })
  )
}

test('a pupil trains, sees which pictures are bad, removes them and trains again', async () => {
  await page.getByRole('heading', { name: 'sun: 15 pictures' }).waitFor()
  await page.waitForFunction(() => [...document.images].every(image => image.complete))
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('progressbar', { name: /^\d+ of 30 pictures ready$/ }).waitFor()
  if (screenshots) await page.getByRole('progressbar', { name: /^[1-9]\d* of 30 pictures ready$/ }).waitFor()
  await screenshot(page, 'train-progress')

  await page.getByRole('heading', { name: '2 pictures did not work' }).waitFor()
  const bad = page.locator('.failures li')
  assert.deepEqual(await bad.locator('p').allTextContents(), [
    'sun, picture 4: This is not a kind of picture that we can use.',
    'house, picture 9: We could not get this picture. Perhaps it is no longer there.'
  ])
  await bad.first().getByRole('img', { name: 'sun, picture 4' }).waitFor()
  await bad.last().locator('.missing').waitFor()
  assert.deepEqual(await violations(page), [])
  await screenshot(page, 'train-failed', 320, 'dark')

  await page.getByRole('button', { name: 'Remove sun, picture 4' }).click()
  await page.getByRole('heading', { name: 'sun: 14 pictures' }).waitFor()
  await page.getByRole('button', { name: 'Remove it and train again' }).click()
  await page.getByRole('heading', { name: 'house: 14 pictures' }).waitFor()
  await page.getByRole('heading', { name: '“My drawings” is being trained' }).waitFor()
  assert.equal(await bad.count(), 0)
  assert.deepEqual(await violations(page), [])
  await screenshot(page, 'train-uploaded', 1920, 'light')
})

test('a page that is loaded again, and a site that is restarted, go on with the training until it is ready', async () => {
  await page.reload()
  await page
    .getByRole('heading', { name: '“My drawings” is being trained' })
    .or(page.getByRole('heading', { name: '“My drawings” is ready' }))
    .waitFor()
  const { port } = new URL(page.url())
  const ended = new Promise(resolve => site.once('exit', resolve))
  site.kill()
  await ended

  await startSite(port)

  await page.getByRole('heading', { name: '“My drawings” is ready' }).waitFor()
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(complaints, [])
})

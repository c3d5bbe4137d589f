import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { TrainingEvent } from 'satchel-client'
import { screenshot, startBrowser, violations } from './browser.ts'

const files = new URL('../example/page/', import.meta.url)
const examples = new URL('../../../docs/contract/examples/', import.meta.url)

const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="#7aa5d8"/><circle cx="2" cy="1.5" r="1" fill="#d9a441"/></svg>`
const image = (label: string, n: number) => ({
  type: 'download',
  imageid: `${label}-${n}`,
  url: `https://example.org/${label}/${n}.svg`
})
const images = (label: string) => Array.from({ length: 6 }, (_, n) => image(label, n))
/** Labels of children all over the world, and one that is longer than a phone is wide. */
const names = ['cat', '猫', 'قطة', 'Donaudampfschifffahrtskapitän']

let browser: Browser
before(async () => {
  browser = await startBrowser()
})
after(() => browser?.close())

/** The page of a site that knows a project and tells these events once Train is pressed. */
async function open(
  events: TrainingEvent[] | 'down',
  options: { width: number; scheme: 'light' | 'dark'; locale?: string }
): Promise<Page> {
  const { width, scheme, locale = 'en' } = options
  const context = await browser.newContext({
    viewport: { width, height: Math.round(width * 0.7) + 300 },
    colorScheme: scheme,
    locale
  })
  const page = await context.newPage()
  const labels = Object.fromEntries(names.map(name => [name, images(name)]))
  await page.route('https://example.org/**', route => route.fulfill({ contentType: 'image/svg+xml', body: picture }))
  await page.route('http://site.test/**', async route => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/project') return route.fulfill({ json: { name: 'My pets', labels } })
    if (pathname.startsWith('/pictures/')) {
      const id = decodeURIComponent(pathname.split('/')[2]!)
      for (const name of names) labels[name] = labels[name]!.filter(each => each.imageid !== id)
      return route.fulfill({ status: 204 })
    }
    if (events === 'down') {
      if (pathname === '/trainings') return route.fulfill({ status: 503 })
    } else {
      if (pathname === '/trainings') return route.fulfill({ json: { requestId: 'press-1', since: 1 } })
      if (pathname.startsWith('/trainings/')) {
        const body = `${events.map(event => `data: ${JSON.stringify(event)}\n\n`).join('')}event: end\ndata:\n\n`
        return route.fulfill({ contentType: 'text/event-stream', body })
      }
    }
    const file = pathname === '/' ? 'index.html' : pathname.slice(1)
    const type = { html: 'text/html', css: 'text/css', js: 'text/javascript' }[file.split('.')[1]!]!
    return route.fulfill({ contentType: type, body: readFileSync(new URL(file, files), 'utf8') })
  })
  await page.goto('http://site.test/')
  await page.getByRole('heading', { name: /^cat: / }).waitFor()
  return page
}

const example = (file: string) => JSON.parse(readFileSync(new URL(file, examples), 'utf8')) as TrainingEvent
const counts = { total: 72, done: 70, failed: 2 }
const common = { requestId: 'press-1', projectId: 'pets-42', at: '2026-11-27T12:00:00Z', images: counts }
const failed = {
  ...common,
  type: 'failed',
  failures: [
    { code: 'image-unsupported', message: 'Unsupported image file type', label: 'cat', location: image('cat', 3) },
    { code: 'image-unreachable', message: 'Unable to download image', label: '猫', location: image('猫', 1) },
    { code: 'image-forbidden', message: 'example.org would not allow', label: 'قطة', location: image('قطة', 5) }
  ],
  error: { code: 'image-unsupported', message: 'Unsupported image file type (and 2 more)' }
} as TrainingEvent

const states: Record<string, TrainingEvent[] | 'down'> = {
  'before-training': [],
  down: 'down',
  failed: [failed],
  ...Object.fromEntries(
    readdirSync(examples)
      .filter(file => file.startsWith('event-') && file !== 'event-forgotten.json') // which is of no request
      .map(file => [file.slice('event-'.length, -'.json'.length), [example(file)]])
  )
}

for (const [state, events] of Object.entries(states)) {
  test(`axe-core finds nothing, and nothing is wider than a phone: ${state}`, async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(events, { width: 320, scheme })
      if (state !== 'before-training') {
        await page.getByRole('button', { name: 'Train', exact: true }).click()
        await page.waitForFunction(() => document.querySelector('[role=status]')?.textContent !== '')
      }
      assert.deepEqual(await violations(page), [], `${state}, ${scheme}`)
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, 'scrolls sideways')
      assert.doesNotMatch((await page.locator('body').textContent()) ?? '', /undefined|null|NaN|\[object|_[0-9a-f]{8}/)
      for (const width of [320, 768, 1920]) await screenshot(page, `${state}-${width}-${scheme}`, width)
      await page.context().close()
    }
  })
}

test('with the keyboard alone: bad pictures are removed, and the focus is never lost', async () => {
  const page = await open([failed], { width: 768, scheme: 'light' })
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)
  const status = () => page.getByRole('status').textContent()

  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'Train')
  await page.keyboard.press('Enter')
  await page.getByText('3 pictures did not work').first().waitFor()
  assert.equal(await status(), '3 pictures did not work')
  assert.equal(await focused(), 'Train again')

  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'Remove cat, picture 4')
  await page.keyboard.press('Enter')
  await page.getByText('cat: 5 pictures').waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Remove 猫'))
  assert.equal(await status(), 'The picture is removed.')
  for (const label of ['猫', 'قطة']) {
    await page.keyboard.press('Enter')
    await page.getByText(`${label}: 5 pictures`).waitFor()
  }
  await page.waitForFunction(() => document.activeElement?.id === 'train')
  assert.equal(await status(), 'All pictures that did not work are removed. You can train again.')
  await page.context().close()
})

test('a training that was cancelled says so, and why if it is to be forgotten', async () => {
  for (const [file, why] of [
    ['event-cancelled.json', []],
    ['event-cancelled-forgotten.json', ['We are deleting what we have of this project, because somebody asked us to.']]
  ] as const) {
    const page = await open([example(file)], { width: 768, scheme: 'light' })
    await page.getByRole('button', { name: 'Train', exact: true }).click()

    await page.getByRole('heading', { name: 'The training was stopped' }).waitFor()
    assert.deepEqual(await page.locator('.card p').allTextContents(), why)
    await page.context().close()
  }
})

test('progress has a name and is spoken of at each quarter only', async () => {
  const progress = (done: number) =>
    ({ ...common, type: 'progress', images: { total: 72, done, failed: 0 } }) as TrainingEvent
  const page = await open([progress(20)], { width: 768, scheme: 'light' })
  await page.getByRole('button', { name: 'Train', exact: true }).click()

  const bar = page.getByRole('progressbar', { name: '20 of 72 pictures ready' })
  await bar.waitFor()
  assert.equal(await bar.getAttribute('max'), '72')
  assert.equal(await page.getByRole('status').textContent(), '25 percent of your pictures are ready.')
  assert.equal(await page.locator('#train').getAttribute('aria-disabled'), 'true')
  await page.context().close()
})

test('the page speaks German too, and every text is in both languages', async () => {
  const { texts } = await import(new URL('texts.js', files).href)
  const shape = (value: unknown): unknown =>
    typeof value === 'object' && value ? Object.entries(value).map(([key, each]) => [key, shape(each)]) : typeof value
  assert.deepEqual(shape(texts.de), shape(texts.en))
  const codes: string[] = JSON.parse(readFileSync(new URL('../training-event.schema.json', examples), 'utf8')).$defs
    .code.enum
  assert.deepEqual(Object.keys(texts.en.codes).sort(), [...codes].sort())

  const page = await open([failed], { width: 320, scheme: 'light', locale: 'de-AT' })
  await page.getByRole('button', { name: 'Trainieren' }).click()
  await page.getByText('3 Bilder haben nicht geklappt').first().waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
  assert.deepEqual(await violations(page), [])
  await page.getByLabel('Sprache').selectOption('en')
  await page.getByText('3 pictures did not work').first().waitFor()
  await page.context().close()
})

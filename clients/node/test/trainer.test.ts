// What trains for real: ./satchel trainer behind the whole job, asked by this client, by IBM's own and by a pupil's page.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { zipSync } from 'fflate'
import { BasicAuthenticator } from 'ibm-watson/auth/index.js'
import VisualRecognition from 'ibm-watson/visual-recognition/v3.js'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { ClassifyError, type ClassifyErrorCode, classify, type TrainerCredentials } from 'satchel-client'
import { screenshot, startBrowser, violations } from './browser.ts'
import { Services } from './services.ts'

const server = fileURLToPath(new URL('../example/server.mjs', import.meta.url))
/** Numbers of pictures that nothing was trained with begin here. */
const UNSEEN = 1000

let services: Services
let browser: Browser
let credentials: TrainerCredentials
let watson: VisualRecognition

before(async () => {
  services = await Services.start({ job: true, trainer: true })
  browser = await startBrowser()
  credentials = await services.credentials('pool-1')
  watson = new VisualRecognition({
    version: '2018-03-19',
    authenticator: new BasicAuthenticator({ username: 'apikey', password: credentials.apikey }),
    serviceUrl: credentials.url
  })
})

after(async () => {
  await browser?.close()
  await services?.[Symbol.asyncDispose]()
})

async function zip(thing: string): Promise<Buffer> {
  const pictures = await Promise.all(Array.from({ length: 12 }, (_, n) => services.pictureOf(thing, n)))
  return Buffer.from(zipSync(Object.fromEntries(pictures.map((picture, n) => [`${n}.jpg`, picture]))))
}

/** @returns the id of a classifier of suns and houses that is ready */
async function train(name: string): Promise<string> {
  const { result } = await watson.createClassifier({
    name,
    positiveExamples: { sun: await zip('sun'), house: await zip('house') }
  })
  assert.equal(result.status, 'training')
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const { status, explanation } = (await watson.getClassifier({ classifierId: result.classifier_id })).result
    if (status === 'ready') return result.classifier_id
    assert.equal(status, 'training', explanation)
  }
  throw new Error(`${name} is not ready`)
}

test("IBM's own client creates, lists, gets, classifies and deletes", async () => {
  const id = await train('SDK')

  const { classifiers } = (await watson.listClassifiers({ verbose: true })).result
  assert.deepEqual(
    classifiers.filter(each => each.name === 'SDK').map(each => [each.classifier_id, each.status]),
    [[id, 'ready']]
  )
  for (const thing of ['sun', 'house']) {
    const imagesFile = await services.pictureOf(thing, UNSEEN)
    const { result } = await watson.classify({ imagesFile, classifierIds: [id], owners: ['me'], threshold: 0 })
    assert.equal(result.images[0]?.classifiers[0]?.classes[0]?.class, thing)
  }

  await watson.deleteClassifier({ classifierId: id })
  await assert.rejects(watson.getClassifier({ classifierId: id }), { status: 404 })
})

/** A picture of 16 × 16 pixels, which is too small. */
async function tinyPicture(): Promise<Buffer> {
  const page = await browser.newPage()
  const url = await page.evaluate(() =>
    Object.assign(document.createElement('canvas'), { width: 16, height: 16 }).toDataURL()
  )
  await page.close()
  return Buffer.from(url.split(',')[1]!, 'base64')
}

test('the three errors that the site knows have the words of the service, and a code in this client', async () => {
  const classifierId = await train('Errors')
  const sun = await services.pictureOf('sun', UNSEEN)
  const cases: [Buffer, string, string, ClassifyErrorCode][] = [
    [sun, 'nobody_1', 'None of the requested classifier ids were found: nobody_1', 'no-classifier'],
    [
      Buffer.from('no picture'),
      classifierId,
      'Invalid/corrupted image data. Supported image file formats are GIF, JPEG, PNG, and TIFF. Supported compression format is ZIP.',
      'unsupported'
    ],
    [
      await tinyPicture(),
      classifierId,
      'Image resolution is smaller than the minimum limit of 32 x 32 pixels',
      'too-small'
    ]
  ]
  for (const [picture, id, words, code] of cases) {
    await assert.rejects(
      watson.classify({ imagesFile: picture, classifierIds: [id], owners: ['me'], threshold: 0 }),
      (error: { body: string }) => JSON.parse(error.body).images[0].error.description === words
    )
    await assert.rejects(
      classify(picture, { ...credentials, classifierId: id }),
      (error: unknown) => error instanceof ClassifyError && error.code === code && error.message === words
    )
  }
})

test('classify() names what a picture shows, and says in a sentence why it cannot', async () => {
  const classifierId = await train('Client')
  const picture = await services.pictureOf('house', UNSEEN)

  const [best, second] = await classify(picture, { ...credentials, classifierId })

  assert.equal(best?.label, 'house')
  assert.ok(Math.abs(best.confidence + second!.confidence - 1) < 0.01, 'confidences sum to 1')
  const failure = (options: Partial<TrainerCredentials>) =>
    classify(picture, { ...credentials, classifierId, ...options })
  await assert.rejects(failure({ apikey: 's3cret' }), {
    code: 'forbidden',
    message: 'The trainer refuses: check apikey'
  })
  await assert.rejects(failure({ url: 'http://127.0.0.1:1' }), {
    code: 'unreachable',
    message: 'The trainer at http://127.0.0.1:1 does not answer: is it running?'
  })
})

test('every snippet of the README runs', async () => {
  const root = new URL('..', import.meta.url)
  const directory = await mkdtemp(path.join(tmpdir(), 'satchel-readme-'))
  const picture = path.join(directory, 'picture.jpg')
  await writeFile(picture, await services.pictureOf('sun', UNSEEN))
  const readme = (await readFile(new URL('README.md', root), 'utf8'))
    .replaceAll('127.0.0.1:9092', services.kafka)
    .replaceAll('http://127.0.0.1:9080', services.pictures)
    .replaceAll('.satchel/services/credentials', services.credentialsDirectory)
    .replaceAll('picture.jpg', picture)
  const [whole = '', restart, ask, ...others] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(match => match[1])
  assert.deepEqual(others, [])
  const run = async (program: string) => {
    const options = ['--input-type=module', '--eval', program]
    return (await promisify(execFile)(process.execPath, options, { cwd: root, timeout: 120_000 })).stdout
  }
  const setup = whole.slice(0, whole.indexOf('for await'))

  assert.match(await run(whole), /^trained as My pets_/m)
  assert.match(await run(`${setup}${restart}await satchel.close()`), /^accepted\n(.+\n)*uploaded\n$/)
  assert.match(await run(`${setup}${ask}await satchel.close()`), /^(cat|dog): [01]\.\d+\n$/)
  await rm(directory, { recursive: true })
})

const looks = [320, 768, 1920].flatMap(width =>
  (['light', 'dark'] as const).map(colorScheme => ({ width, colorScheme }))
)

async function open(
  url: string,
  { width, colorScheme }: (typeof looks)[0],
  options: BrowserContextOptions
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, locale: 'en', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.goto(url)
  return page
}

test("the teacher's page shows how good a classifier is, to everybody and on every screen", async () => {
  const id = await train('Suns & houses <3')
  for (const look of looks) {
    const httpCredentials = { username: 'apikey', password: credentials.apikey }
    const page = await open(credentials.url, look, { httpCredentials })
    const name = `${look.width}-${look.colorScheme}`
    await page.getByRole('heading', { name: 'Classifiers', level: 1 }).waitFor()
    assert.deepEqual(await violations(page), [], `list, ${name}`)
    assert.ok(await fits(page), `the list scrolls sideways: ${name}`)
    await screenshot(page, `teacher-list-${name}`)

    await page.getByRole('link', { name: 'Suns & houses <3' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Suns & houses <3', level: 1 }).waitFor()
    await page.getByRole('table', { name: /^Right and wrong answers/ }).waitFor()
    assert.equal(await page.locator('.pictures img').count(), 12)
    assert.ok(await page.evaluate(() => [...document.images].every(image => image.naturalWidth > 0)), 'thumbnails')
    assert.match((await page.locator('main').textContent()) ?? '', /recognises .* of 24 pictures/)
    assert.ok((await page.locator('code').allTextContents()).includes(id))
    assert.deepEqual(await violations(page), [], `classifier, ${name}`)
    assert.ok(await fits(page), `the classifier scrolls sideways: ${name}`)
    await screenshot(page, `teacher-classifier-${name}`)
    await page.context().close()
  }
})

test('a pupil trains for real, tries a new picture and sees how sure the computer is', async () => {
  const site = await startSite()
  try {
    for (const [n, look] of looks.entries()) {
      const page = await open(site.url, look, {})
      const name = `${look.width}-${look.colorScheme}`
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      if (n === 0) await page.getByRole('button', { name: 'Remove these 2 pictures and train again' }).click()
      await page.getByRole('heading', { name: '“My drawings” is ready' }).waitFor()
      const choose = page.getByLabel('Choose a picture, or drop one here')
      for (const thing of ['sun', 'house']) {
        const buffer = await services.pictureOf(thing, UNSEEN + n)
        await choose.setInputFiles({ name: 'new.jpg', mimeType: 'image/jpeg', buffer })
        await page.getByText(new RegExp(`^The computer is \\d+ percent sure: ${thing}\\.$`)).waitFor()
      }
      assert.equal(await page.locator('.bars meter').count(), 2)
      assert.deepEqual(await violations(page), [], `try it, ${name}`)
      assert.ok(await fits(page), `scrolls sideways: ${name}`)
      await page.locator('#try-it').scrollIntoViewIfNeeded()
      await screenshot(page, `try-it-${name}`)
      await choose.setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
      await page.getByText('This is not a kind of picture that we can use.').waitFor()
      await page.context().close()
    }
  } finally {
    site.process.kill()
  }
})

async function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)
}

async function startSite(): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [server], {
    env: {
      ...process.env,
      PORT: '0',
      KAFKA: services.kafka,
      PICTURES: services.pictures,
      CREDENTIALS: services.credentialsDirectory
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  return new Promise(resolve =>
    createInterface(child.stdout).on('line', line => {
      const url = /^The site: (.*)/.exec(line)?.[1]
      if (url) resolve({ process: child, url })
    })
  )
}

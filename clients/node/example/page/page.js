import { texts } from './texts.js'

const $ = id => document.getElementById(id)

/** An element; what comes from elsewhere is text, never HTML. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

// --- What the page knows -------------------------------------------------------------------------------------------

let language = choose(new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('language'))
let project = { name: '', labels: {} }
/** The newest event of the training that is shown; none before the first press of Train. */
let event
let stream
/** The training that is shown, by its request id. */
let current

const t = () => texts[language]

function choose(wanted) {
  const wishes = [wanted, ...navigator.languages.map(each => each.split('-')[0]), 'en']
  return wishes.find(each => each in texts)
}

/** Which picture of its label an image is, from 1 on. */
function place({ label, location }) {
  const n = (project.labels[label] ?? []).findIndex(each => each.imageid === location?.imageid)
  return n < 0 ? undefined : n + 1
}

// --- What it shows -------------------------------------------------------------------------------------------------

function showTexts() {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t()[element.dataset.text]
  $('language').replaceChildren(
    ...Object.entries(texts).map(([code, { name }]) =>
      make('option', { value: code, lang: code, textContent: name, selected: code === language })
    )
  )
  showPictures()
  if (event) show(event)
}

/** A picture; a box with a question mark if there is none at its address. */
function thumbnail(label, image, n) {
  const alt = n ? t().picture(label, n) : label
  const picture = make('img', { src: image?.url ?? 'data:,', alt, loading: 'lazy', decoding: 'async' })
  picture.addEventListener('error', () =>
    picture.replaceWith(make('span', { className: 'missing', role: 'img', ariaLabel: alt, textContent: '?' }))
  )
  return picture
}

function showPictures() {
  document.title = project.name
  $('project').textContent = project.name
  $('labels').replaceChildren(
    ...Object.entries(project.labels).flatMap(([label, images]) => [
      make('h3', {}, make('bdi', { textContent: label }), `: ${t().pictureCount(images.length)}`),
      make('ul', { className: 'pictures' }, ...images.map((image, i) => make('li', {}, thumbnail(label, image, i + 1))))
    ])
  )
}

/** @param shown whether it stands elsewhere on the page already, and is for screen readers only */
function say(sentence, shown = false) {
  if ($('status').textContent !== sentence) $('status').textContent = sentence
  $('status').classList.toggle('spoken', shown)
}

function busy(running) {
  $('train').setAttribute('aria-disabled', running) // not disabled: it keeps the focus
  $('train').textContent = running ? t().busy : event ? t().trainAgain : t().train
  $('progress').hidden = !running
}

/** @param tone good, warn or bad */
function card(tone, title, ...children) {
  const sign = { good: '✓', warn: '!', bad: '✗' }[tone]
  const heading = make('h3', {}, make('span', { ariaHidden: 'true', textContent: `${sign} ` }), title)
  return make('div', { className: `card ${tone}` }, heading, ...children)
}

const paragraph = text => make('p', { textContent: text })

function reason(code) {
  return t().codes[code] ?? t().unknownCode
}

/** Pictures that could not be used, each with what is wrong, and a button that takes it out. */
function failureList(failures) {
  const listed = failures.slice(0, 50)
  const items = listed.map(failure => {
    const { label = '', location } = failure
    const n = place(failure)
    const number = n ? `, ${t().pictureNumber(n)}` : ''
    const name = label ? [make('strong', {}, make('bdi', { textContent: label }), `${number}: `)] : []
    const item = make('li', {}, ...(location?.type ? [thumbnail(label, location, n)] : []))
    item.append(make('p', {}, ...name, reason(failure.code)))
    if (n) {
      const button = make('button', { type: 'button', textContent: t().removeShort, ariaLabel: t().remove(label, n) })
      button.addEventListener('click', () => removeOne(location.imageid, item))
      item.append(button)
    }
    return item
  })
  const list = make('ul', { className: 'failures' }, ...items)
  const more = failures.length - listed.length
  return more ? [list, paragraph(t().more(more))] : [list]
}

const outcomes = {
  uploaded: ({ failures = [] }) => [
    card('good', t().trainingTitle(project.name), paragraph(t().uploaded)),
    ...skipped(failures.filter(failure => failure.location?.type))
  ],
  stored: ({ failures = [] }) => [card('good', t().stored), ...skipped(failures)],
  ready: () => [card('good', t().ready(project.name), paragraph(t().readyMore))],
  failed: ({ error, failures = [] }) => {
    const pictures = failures.filter(failure => failure.location?.type)
    if (pictures.length === 0) return [card('bad', t().notTrained, paragraph(reason(error.code)))]
    const removable = pictures.filter(place)
    const all = make('button', { type: 'button', className: 'primary', textContent: t().removeAll(removable.length) })
    all.addEventListener('click', () => removeAll(removable))
    return [
      card(
        'bad',
        t().failedTitle(pictures.length),
        paragraph(t().failedMore),
        ...failureList(pictures),
        ...(removable.length ? [all] : [])
      )
    ]
  },
  rejected: ({ error, failures = [] }) => {
    if (error.retryAfterSeconds) return [card('warn', t().tooMany(error.retryAfterSeconds))]
    const label = failures.find(failure => failure.label)
    return [card('bad', t().notTrained, paragraph(reason(label?.code ?? error.code)))]
  },
  cancelled: ({ error }) => [card('warn', t().stopped, ...(error ? [paragraph(reason(error.code))] : []))],
  'training-failed': ({ error }) => [card('bad', t().notTrained, paragraph(reason(error.code)))],
  'training-unknown': ({ error }) => [card('warn', t().notTrained, paragraph(reason(error.code)))]
}

function skipped(failures) {
  return failures.length
    ? [card('warn', t().skippedTitle(failures.length), paragraph(t().skippedMore), ...failureList(failures))]
    : []
}

function showProgress({ type, images }) {
  const { total, done, failed } = images
  busy(true)
  $('bar').max = total || 1
  $('bar').value = done + failed
  $('bar-label').textContent = t().progress(done, total)
  $('result').replaceChildren()
  if (type === 'accepted') say(t().starting)
  else if (type === 'uploading') say(t().uploading)
  else if (total && done >= total / 4) say(t().quarter(done, total), true)
}

function show(next) {
  if (['accepted', 'progress', 'uploading'].includes(next.type)) {
    event = next
    showProgress(next)
  } else if (next.type in outcomes) {
    event = next
    busy(false)
    $('try-it').hidden = next.type !== 'ready'
    const cards = outcomes[next.type](next)
    $('result').replaceChildren(...cards)
    say(cards.map(each => each.querySelector('h3').lastChild.textContent).join('. '), true)
    $('result').scrollIntoView({ block: 'nearest' })
  } // else it is of a newer Satchel
}

function showAway(sentence) {
  busy(false)
  $('result').replaceChildren(card('bad', sentence))
  say(sentence, true)
}

// --- What can be done ----------------------------------------------------------------------------------------------

async function load() {
  project = await (await fetch('project')).json()
  showPictures()
}

async function remove(imageids) {
  for (const imageid of imageids) await fetch(`pictures/${encodeURIComponent(imageid)}`, { method: 'DELETE' })
  await load()
}

/** The focus goes to the next picture that can be removed, or to Train. */
async function removeOne(imageid, item) {
  const neighbour = item.nextElementSibling ?? item.previousElementSibling
  event.failures = event.failures.filter(failure => failure.location?.imageid !== imageid)
  await remove([imageid])
  if (event.failures.some(failure => failure.location?.type)) {
    const index = [...item.parentElement.children].indexOf(neighbour)
    show(event)
    const buttons = $('result').querySelectorAll('.failures button')
    buttons[Math.min(Math.max(index - 1, 0), buttons.length - 1)]?.focus()
    say(t().removed)
  } else {
    $('result').replaceChildren()
    $('train').focus()
    say(t().allRemoved)
  }
}

async function removeAll(failures) {
  $('train').focus()
  await remove(failures.map(failure => failure.location.imageid))
  await train()
}

async function train() {
  if ($('train').getAttribute('aria-disabled') === 'true') return
  try {
    busy(true)
    $('result').replaceChildren()
    const response = await fetch('trainings', { method: 'POST' })
    if (!response.ok) throw new Error(response.statusText)
    const training = await response.json()
    sessionStorage.setItem('training', JSON.stringify(training))
    follow(training)
  } catch {
    showAway(t().siteDown)
  }
}

/** EventSource connects again by itself, and hears from the site what it has missed. */
function follow({ requestId, since }) {
  current = requestId
  $('try-it').hidden = true
  $('try-result').replaceChildren()
  stream?.close()
  stream = new EventSource(`trainings/${encodeURIComponent(requestId)}?since=${since}`)
  stream.addEventListener('message', ({ data }) => show(JSON.parse(data)))
  stream.addEventListener('end', () => stream.close())
  stream.addEventListener('error', () => {
    if (stream.readyState === EventSource.CLOSED) showAway(t().siteDown)
    else say(t().siteAway)
  })
}

/** Asks about a picture, and shows how sure the computer is of each label. */
async function tryPicture(file) {
  if (!file) return
  const shown = make('img', { src: await dataUrl(file), alt: t().yourPicture })
  $('try-result').replaceChildren(shown, paragraph(t().asking))
  try {
    const response = await fetch(`trainings/${encodeURIComponent(current)}`, { method: 'POST', body: file })
    const answer = await response.json()
    $('try-result').replaceChildren(shown, ...(response.ok ? bars(answer) : [paragraph(tryError(answer.error))]))
  } catch {
    $('try-result').replaceChildren(shown, paragraph(t().siteDown))
  }
}

const tryError = code => t().tryErrors[code] ?? t().unknownCode

/** The pages' policy lets data: in, not blob:. */
function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(reader.result))
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(file)
  })
}

function bars(classes) {
  const [best] = classes
  if (!best) return [paragraph(t().noneOfThese)]
  const rows = classes.map(({ label, confidence }) => {
    const meter = make('meter', { min: 0, max: 1, value: confidence, ariaHidden: 'true' })
    const percent = make('span', { textContent: t().percent(confidence) })
    return make('li', {}, make('bdi', { textContent: label }), meter, percent)
  })
  return [paragraph(t().itIs(best.label, best.confidence)), make('ul', { className: 'bars' }, ...rows)]
}

$('try-file').addEventListener('change', ({ target }) => tryPicture(target.files[0]))
for (const type of ['dragover', 'dragleave', 'drop']) {
  $('try-drop').addEventListener(type, dropped => {
    dropped.preventDefault()
    $('try-drop').classList.toggle('over', type === 'dragover')
    if (type === 'drop') tryPicture(dropped.dataTransfer.files[0])
  })
}
$('language').addEventListener('change', ({ target }) => {
  language = target.value
  localStorage.setItem('language', language)
  showTexts()
})
$('train').addEventListener('click', train)
showTexts()
await load()
busy(false)
// A page that is loaded again goes on with the training that it showed.
const unfinished = sessionStorage.getItem('training')
if (unfinished) follow(JSON.parse(unfinished))

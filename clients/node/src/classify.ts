/** Where a classifier is, and which. */
export interface ClassifyOptions {
  /** The trainer's address: `classifier.url` of an event up to `/v3/`, or `url` of the credentials. */
  url: string
  apikey: string
  /** `classifier.id` of the events `uploaded` and `ready`. */
  classifierId: string
  /** Classes below this confidence are left out, 0 to 1; 0 by default. */
  threshold?: number
  signal?: AbortSignal
}

/** What a classifier takes a picture for. */
export interface Classification {
  label: string
  /** 0 to 1; those of all labels sum to 1 or, with examples of what is none of them, to less. */
  confidence: number
}

/**
 * - `unreachable`: the trainer does not answer
 * - `forbidden`: it does not know the key
 * - `no-classifier`: there is none with this id, or it is not ready
 * - `unsupported`: the picture is no JPEG or PNG
 * - `too-small`: the picture has less than 32 × 32 pixels
 * - `busy`: the trainer has too much to do; try again in some seconds
 * - `trainer`: something else
 */
export type ClassifyErrorCode =
  | 'unreachable'
  | 'forbidden'
  | 'no-classifier'
  | 'unsupported'
  | 'too-small'
  | 'busy'
  | 'trainer'

/** Why a picture was not classified. */
export class ClassifyError extends Error {
  readonly code: ClassifyErrorCode

  constructor(code: ClassifyErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ClassifyError'
    this.code = code
  }
}

interface Answer {
  images?: {
    classifiers?: { classes: { class: string; score: number }[] }[]
    error?: { code: number; description: string }
  }[]
  error?: { description?: string } | string
}

/**
 * Asks a classifier what a picture shows; the most likely label is first. The key stays on the server: a page sends its
 * picture to the site, and the site asks.
 *
 * @param picture JPEG or PNG, as its file has it
 * @throws {@link ClassifyError} if there is no answer
 */
export async function classify(picture: Blob | Uint8Array, options: ClassifyOptions): Promise<Classification[]> {
  const form = new FormData()
  form.set('threshold', String(options.threshold ?? 0))
  form.set('classifier_ids', options.classifierId)
  form.set('images_file', picture instanceof Blob ? picture : new Blob([picture as BlobPart]), 'picture')
  const response = await send(form, options)
  const answer = (await response.json().catch(() => ({}))) as Answer
  const image = answer.images?.[0]
  const classes = image?.classifiers?.[0]?.classes
  if (!response.ok || image?.error || !classes) throw failure(response.status, answer)
  return classes.map(each => ({ label: each.class, confidence: each.score }))
}

async function send(body: FormData, { url, apikey, signal }: ClassifyOptions): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`apikey:${apikey}`).toString('base64')}`
  try {
    return await fetch(`${url}/v3/classify?version=2018-03-19`, {
      method: 'POST',
      headers: { authorization },
      body,
      signal: signal ?? AbortSignal.timeout(60_000)
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw new ClassifyError('unreachable', `The trainer at ${url} does not answer: is it running?`, error)
  }
}

function failure(status: number, { images, error }: Answer): ClassifyError {
  const said = images?.[0]?.error?.description ?? (typeof error === 'object' ? error.description : error)
  const message = said ?? `The trainer answers ${status}`
  if (status === 401 || status === 403) return new ClassifyError('forbidden', `The trainer refuses: check apikey`)
  if (status === 404) return new ClassifyError('no-classifier', message)
  if (status === 429 || status === 503) return new ClassifyError('busy', 'The trainer has too much to do: try again')
  if (said?.startsWith('Invalid/corrupted image data')) return new ClassifyError('unsupported', message)
  if (said?.startsWith('Image resolution is smaller')) return new ClassifyError('too-small', message)
  return new ClassifyError('trainer', message)
}

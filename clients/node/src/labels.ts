/** The longest label of the contract, in characters (code points). */
const MAX_LENGTH = 30

/** What the training service refuses in the name of a class; docs/contract/training-request.schema.json. */
const REFUSED = /[$*\-{}\\|/'"`[\]]/g

/**
 * The labels that a pupil chose as labels of the contract, one for each. A label keeps its script (Unicode NFC).
 * Of the characters that the training service refuses, each becomes its full-width form (`T-Rex` is `T－Rex`, which
 * reads the same), and control characters become spaces. What is longer than 30 characters is cut. Two labels never
 * become one: what would be the same gets a number. Labels that are the same in NFC are one label. The same labels in
 * the same order get the same names each time. The job changes none of these names, so that this map tells which class
 * of the trainer stands for which of the pupil's labels.
 *
 * @returns by the label as it was given
 */
export function trainerLabels(labels: Iterable<string>): Map<string, string> {
  const given = new Map([...labels].map(label => [label, label.normalize('NFC').toWellFormed()]))
  const normalized = [...new Set(given.values())]
  const converted = new Map<string, string>()
  // Those that may stay as they are come first: no other label takes their name.
  const stay = normalized.filter(label => readable(label) === label)
  const taken = new Set(stay)
  for (const label of stay) converted.set(label, label)
  for (const label of normalized) {
    if (converted.has(label)) continue
    const wanted = readable(label)
    let name = wanted
    for (let number = 2; taken.has(name); number++) {
      const suffix = ` (${number})`
      name = cut(wanted, MAX_LENGTH - suffix.length) + suffix
    }
    taken.add(name)
    converted.set(label, name)
  }
  return new Map([...given].map(([label, nfc]) => [label, converted.get(nfc) ?? nfc]))
}

function readable(label: string): string {
  const allowed = label
    .replace(REFUSED, character => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u001f]/g, ' ')
  const name = cut(allowed, MAX_LENGTH)
  return name.trim() === '' || name === '.' || name === '..' ? cut(`_${name}`, MAX_LENGTH) : name
}

/** The first so many characters, never half of one that is made of several (a family emoji, a letter with marks). */
function cut(text: string, length: number): string {
  let kept = ''
  let left = length
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= [...segment].length
    if (left < 0) break
    kept += segment
  }
  return kept === '' ? [...text].slice(0, length).join('') : kept
}

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { trainerLabels } from 'satchel-client'

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/contract/training-request.schema.json', import.meta.url), 'utf8')
)
const allowed = new RegExp(schema.$defs.label.pattern, 'u')

test('a label keeps its script: Chinese, Arabic, emoji, letters with marks', () => {
  const labels = ['猫', '犬', 'قطة', '🐶', '👨‍👩‍👧', 'žluťoučký kůň', 'big dog!', 'हाथी']

  assert.deepEqual(
    [...trainerLabels(labels)],
    labels.map(label => [label, label])
  )
})

test('a character that the trainer refuses becomes its full-width form', () => {
  assert.deepEqual([...trainerLabels(['T-Rex', 'AC/DC', "d'Artagnan"]).values()], ['T－Rex', 'AC／DC', 'd＇Artagnan'])
})

test('two labels never become one', () => {
  const long = 'a'.repeat(40)
  const labels = ['T-Rex', 'T－Rex', 'a\tb', 'a\nb', 'a b', `${long}1`, `${long}2`, '.', '..', '_.', '', 'x-(2)']

  const converted = [...trainerLabels(labels).values()]

  assert.equal(new Set(converted).size, labels.length)
  for (const label of converted) assert.match(label, allowed)
  assert.deepEqual(converted.slice(0, 7), [
    'T－Rex (2)',
    'T－Rex',
    'a b (2)',
    'a b (3)',
    'a b',
    'a'.repeat(30),
    `${'a'.repeat(26)} (2)`
  ])
})

test('a label of nothing but spaces gets a name that the trainer takes', () => {
  assert.deepEqual(
    [...trainerLabels([' ', '\u3000', '_ ', 'a'])],
    [
      [' ', '_  (2)'],
      ['\u3000', '_\u3000'],
      ['_ ', '_ '],
      ['a', 'a']
    ]
  )
})

test('the same letters, written in two ways of Unicode, are one label', () => {
  assert.deepEqual([...trainerLabels(['café', 'cafe\u0301']).values()], ['café', 'café'])
})

test('what is cut is cut between characters as people see them', () => {
  const family = '👨‍👩‍👧' // five code points
  const [cut] = trainerLabels([`${'a'.repeat(28)}${family}`]).values()

  assert.equal(cut, 'a'.repeat(28))
})

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where pictures of the page go, for the docs; none are taken unless told. */
export const screenshots = process.env.SCREENSHOTS

/** Chromium of the machine, without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu']
  })
}

/** What axe-core finds against WCAG 2.2 AA and good practice, a line for each rule: empty if all is well. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe) // not as a script of the page, whose policy would not let it run
  const results = await page.evaluate(() =>
    (window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    })
  )
  return results.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html).join(' ')}`)
}

export async function screenshot(page: Page, name: string, width?: number, scheme?: 'light' | 'dark'): Promise<void> {
  if (!screenshots) return
  if (scheme) await page.emulateMedia({ colorScheme: scheme })
  if (width) await page.setViewportSize({ width, height: Math.round(width * 0.4) + 400 })
  mkdirSync(screenshots, { recursive: true })
  await page.waitForFunction(() => [...document.images].every(image => image.complete || image.loading === 'lazy'))
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true })
}

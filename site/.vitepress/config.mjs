// The documents of the repository as a site: they stay Markdown that reads on GitHub, and every link works in both places.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

const root = fileURLToPath(new URL('../..', import.meta.url))
const repository = `https://github.com/${process.env.GITHUB_REPOSITORY ?? 'satchel/satchel'}`
const version = /<version>(.*?)<\/version>/.exec(readFileSync(path.join(root, 'pom.xml'), 'utf8'))[1]

// The table "Read on" of the README is the side bar.
const capitalized = text => text[0].toUpperCase() + text.slice(1)
const [, readOn] = readFileSync(path.join(root, 'README.md'), 'utf8').split('## Read on')
const sidebar = [...readOn.matchAll(/^\| (?!to|---)(.*?) \| (.*) \|$/gm)].map(([, text, links]) => ({
  text: capitalized(text),
  items: [...links.matchAll(/\[(.*?)\]\((.*?)\)/g)].map(([, name, link]) => ({ text: capitalized(name), link: `/${link}` }))
}))

/** Links to what is no page lead to the repository. */
function toRepository(markdown) {
  const render = markdown.renderer.rules.link_open
  markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const link = tokens[index].attrGet('href')
    if (!/^[a-z]+:|^#|\.md(#|$)/.test(link)) {
      const file = path.relative(root, path.resolve(path.dirname(env.path), link))
      if (existsSync(path.join(root, file))) tokens[index].attrSet('href', `${repository}/blob/main/${file}`)
    }
    return render(tokens, index, options, env, self)
  }
}

/** Commands, which are indented in the documents, look like other code. */
function indentedCodeAsFence({ renderer: { rules } }) {
  rules.code_block = (tokens, index, ...rest) => {
    tokens[index].info = 'sh'
    return rules.fence(tokens, index, ...rest)
  }
}

/** Pages lie outside of this directory, and find its libraries nevertheless. */
const librariesForPages = {
  name: 'libraries-for-pages',
  enforce: 'pre',
  resolveId(id, importer) {
    if (/^vue\b/.test(id) && importer?.endsWith('.md')) return this.resolve(id, fileURLToPath(import.meta.url))
  }
}

export default defineConfig({
  title: 'Satchel',
  description: 'Packs pictures for training services: an Apache Flink streaming job.',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '..',
  srcExclude: ['.github/**', '**/node_modules/**', '**/target/**', '**/apidocs/**'],
  outDir: 'target',
  cacheDir: 'node_modules/.cache',
  rewrites: {
    'README.md': 'index.md',
    ':directory(.*)/README.md': ':directory/index.md'
  },
  cleanUrls: true,
  vite: { plugins: [librariesForPages] },
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    config: markdown => {
      toRepository(markdown)
      indentedCodeAsFence(markdown)
    }
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    nav: [
      { text: 'Install', link: '/docs/install' },
      {
        text: 'Contract',
        items: [
          { text: 'Description', link: '/docs/contract/' },
          { text: 'Messages', link: '/reference/contract/index.html', target: '_self' },
          { text: 'API of the Node.js client', link: '/reference/index.html', target: '_self' }
        ]
      },
      {
        text: version,
        items: [
          { text: 'Changelog', link: '/CHANGELOG' },
          { text: 'Other versions', link: '../', target: '_self' }
        ]
      }
    ],
    sidebar,
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/:path`, text: 'Edit this page on GitHub' }
  }
})

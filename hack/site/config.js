// The site of docs. docs/README.md decides the order of the pages. A link to a file outside docs leads to the repository.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { defineConfig } from 'vitepress'

const root = process.env.ROOT
const docs = join(root, 'docs')
const repository = process.env.REPOSITORY ?? 'https://github.com/4human/integration-operator/blob/main'

// slugify makes the anchors that GitHub makes, which docs/links_test.go checks.
const slugify = heading => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')

// sidebar reads the index: its headings are groups, and its list items are pages.
function sidebar() {
  const groups = []
  for (const line of readFileSync(join(docs, 'README.md'), 'utf8').split('\n')) {
    const heading = line.match(/^## (.+)$/)
    const page = line.match(/^\d+\. \[([^\]]+)\]\(([^)#]+)\.md\)/)
    if (heading) groups.push({ text: heading[1], items: [] })
    if (page) groups.at(-1).items.push({ text: page[1], link: '/' + page[2].replace(/README$/, '') })
  }
  return groups
}

// outside replaces links to files outside docs by links to the repository. A missing file ends the build.
function outside(md) {
  const render = md.renderer.rules.link_open ?? ((tokens, i, options, env, self) => self.renderToken(tokens, i, options))
  md.renderer.rules.link_open = (tokens, i, options, env, self) => {
    const [href, anchor] = tokens[i].attrGet('href').split('#')
    const target = resolve(docs, dirname(env.relativePath), href)
    if (href && !href.includes(':') && !target.startsWith(docs + '/')) {
      if (!existsSync(target)) throw new Error(`${env.relativePath}: ${href} does not exist`)
      tokens[i].attrSet('href', `${repository}/${relative(root, target)}${anchor ? '#' + anchor : ''}`)
    }
    return render(tokens, i, options, env, self)
  }
}

export default defineConfig({
  title: 'integration-operator',
  description: 'Customers’ access in Altinn, verified and used: the documentation',
  lang: 'en',
  srcDir: 'docs', // a copy, because Vite looks for its modules in the folders above
  outDir: join(root, 'dist/site'),
  rewrites: { 'README.md': 'index.md', ':folder/README.md': ':folder/index.md' },
  markdown: { anchor: { slugify }, config: outside },
  themeConfig: {
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
})

// Filters the questions while one types: accents and capitals do not count, what matches is open and marked.

const input = document.getElementById('q')
const count = document.getElementById('help-count')
const questions = [...document.querySelectorAll('details.question')]
const subjects = document.querySelector('.help-subjects')

// The parts of the room's page are loaded when somebody wants to try the microphone, not before.
document.querySelector('button[data-start]')?.addEventListener('click', () => import('./equipment/main.js'), { once: true })

/** Without accents, in one case. */
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const WORD = /[\p{L}\p{N}_]+/gu

const parts = questions.map((question) => [...question.querySelectorAll('[data-text]')])
for (const part of parts.flat()) plain(part)
const texts = questions.map((_question, at) => fold(parts[at].map((part) => part.textContent).join(' ')).match(WORD) ?? [])

input.form.addEventListener('submit', (event) => event.preventDefault())
input.addEventListener('input', filter)
if (input.value) filter()
openAddressed()
window.addEventListener('hashchange', openAddressed)

function filter() {
  const wanted = fold(input.value).match(WORD) ?? []
  let found = 0
  questions.forEach((question, at) => {
    const fits = wanted.every((word) => texts[at].some((own) => own.startsWith(word)))
    question.hidden = !fits
    question.open = fits && wanted.length > 0
    found += fits
    for (const part of parts[at]) {
      plain(part)
      if (fits && wanted.length) mark(part, wanted)
    }
  })
  for (const section of document.querySelectorAll('.help-section')) {
    section.hidden = !section.querySelector('details:not([hidden])')
  }
  subjects.hidden = wanted.length > 0
  const { one, many, none } = count.dataset
  count.textContent = wanted.length === 0 ? '' : found === 0 ? none : found === 1 ? one : many.replace('{count}', String(found))
  const address = new URL(location.href)
  if (input.value) address.searchParams.set('q', input.value)
  else address.searchParams.delete('q')
  history.replaceState(null, '', address)
}

/** Takes the marks away. */
function plain(part) {
  for (const one of part.querySelectorAll('mark')) one.replaceWith(one.textContent)
  part.normalize()
}

function mark(part, wanted) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT)
  const nodes = []
  while (walker.nextNode()) nodes.push(walker.currentNode)
  for (const node of nodes) {
    const pieces = []
    let at = 0
    for (const found of node.data.matchAll(WORD)) {
      if (!wanted.some((word) => fold(found[0]).startsWith(word))) continue
      const marked = document.createElement('mark')
      marked.textContent = found[0]
      pieces.push(node.data.slice(at, found.index), marked)
      at = found.index + found[0].length
    }
    if (pieces.length) node.replaceWith(...pieces, node.data.slice(at))
  }
}

/** The question that the address names is open. */
function openAddressed() {
  const addressed = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (addressed?.matches('details.question')) {
    addressed.open = true
    addressed.scrollIntoView()
  }
}

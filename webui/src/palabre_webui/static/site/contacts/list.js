// The list is searched while one types; without this script the form does it.
import '../meetings/list.js'

const AFTER_TYPING_MS = 250

const form = document.querySelector('form[data-search]')
const input = form.querySelector('input[type="search"]')
let timer = 0
let running = null

input.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(search, AFTER_TYPING_MS)
})

async function search() {
  running?.abort()
  running = new AbortController()
  const address = `${form.getAttribute('action')}?${new URLSearchParams(new FormData(form))}`
  try {
    const answer = await fetch(address, { signal: running.signal })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    document.getElementById('found').replaceWith(page.getElementById('found'))
    history.replaceState(null, '', address)
  } catch (error) {
    if (error.name !== 'AbortError') form.submit()
  }
}

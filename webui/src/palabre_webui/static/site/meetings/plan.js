// The planning form keeps a draft while somebody types, and says what the form means.
import { editGuests } from './guests.js'

const AFTER_TYPING_MS = 700

const form = document.querySelector('form[data-plan]')
const summary = document.getElementById('summary')
const state = document.getElementById('draft-state')

showWhatApplies()
form.addEventListener('change', showWhatApplies)

const people = editGuests(document.getElementById('people'), changed)

let timer = 0
let running = null
form.addEventListener('input', changed)
form.addEventListener('change', changed)
form.addEventListener('submit', () => {
  clearTimeout(timer)
  running?.abort()
})

function changed() {
  clearTimeout(timer)
  timer = setTimeout(save, AFTER_TYPING_MS)
}

async function save() {
  running?.abort()
  running = new AbortController()
  const { signal } = running
  say('saving')
  const fields = new FormData(form)
  for (const unread of ['guests_file', 'guests_more']) fields.delete(unread)
  try {
    const answer = await fetch(form.dataset.summary, { method: 'POST', body: fields, signal })
    if (!answer.ok) throw new Error(String(answer.status))
    summary.innerHTML = await answer.text()
    say('saved')
  } catch (error) {
    if (error.name !== 'AbortError') say('lost')
  }
}

function say(what) {
  if (state) state.textContent = state.dataset[what]
}

/** Fields that have a meaning only for a repeated meeting are hidden for the others. */
function showWhatApplies() {
  const repeat = form.elements.repeat.value
  for (const part of form.querySelectorAll('[data-when-repeated]')) part.hidden = !repeat
  for (const part of form.querySelectorAll('[data-when-weekly]')) part.hidden = repeat !== 'weekly'
}

export { people }

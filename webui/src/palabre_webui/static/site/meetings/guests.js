// The guest list: typed, pasted, from a file or from the contacts. The text field below it holds the truth, for the
// form is read from it with and without this script.

import { attachOffer } from '../contacts/offer.js'
import { guestRow, make } from './guest_row.js'

const FIRST = 50

/**
 * Put an editor of people above the text field of the guest list.
 * @param {HTMLFieldSetElement} place
 * @param {() => void} changed called after each change
 */
export function editGuests(place, changed) {
  const words = place.dataset
  const text = place.querySelector('textarea')
  const textField = text.closest('.pal-field')
  const file = place.querySelector('input[type="file"]')
  /** @type {import('./guest_row.js').Guest[]} */
  let guests = []
  let showAll = false

  const editor = make('div', 'people-editor')
  const entry = make('input', 'pal-input')
  entry.type = 'text'
  entry.id = 'people-entry'
  // Whoever still stands here when the form is sent is read beside the list, and put on it.
  entry.name = 'guests_more'
  entry.setAttribute('autocapitalize', 'none')
  entry.spellcheck = false
  const label = make('label')
  label.htmlFor = entry.id
  label.textContent = words.add
  const add = make('button', 'pal-button')
  add.type = 'button'
  add.textContent = words.addButton
  const row = make('div', 'field-row')
  const combobox = make('div', 'offer-place')
  combobox.append(entry)
  row.append(combobox, add)
  const field = make('div', 'pal-field')
  field.append(label, row)
  const problems = make('div')
  problems.setAttribute('role', 'alert')
  const status = make('p', 'soft small')
  status.setAttribute('role', 'status')
  const list = make('ul', 'people-list')
  editor.append(field, problems, status, list)
  place.insertBefore(editor, textField)

  entry.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault()
      read(entry.value)
    }
  })
  entry.addEventListener('paste', (event) => {
    const pasted = event.clipboardData.getData('text')
    if (!/[\n;,]/.test(pasted.trim())) return
    event.preventDefault()
    read(pasted)
  })
  // What was typed and not added is added when the person goes on, so that nobody is forgotten.
  entry.addEventListener('blur', () => setTimeout(() => {
    if (!editor.contains(document.activeElement) && entry.value.includes('@')) read(entry.value)
  }, 150))
  entry.addEventListener('input', (event) => event.stopPropagation())
  add.addEventListener('click', () => { read(entry.value); entry.focus() })
  // A file that was read here is in the text already; one that could not be read goes along with the form.
  file.addEventListener('change', async () => {
    if (file.files[0] && await read(await file.files[0].text())) file.value = ''
  })

  attachOffer(entry, {
    url: words.offer,
    label: words.offerLabel,
    pick: (contact) => { merge([{ role: 'guest', ...contact }]); write() },
  })
  begin()
  return { read, add: (guest) => { merge([guest]); write() } }

  /** The list as the server wrote it into the form; what it could not read stays to be corrected. */
  async function begin() {
    if (!text.value.trim() || await read(text.value, { quietly: true })) {
      textField.hidden = true
      // A problem that is told at the top of the page leads to where it can be mended.
      for (const link of document.querySelectorAll(`#problems a[href="#${text.id}"]`)) link.hash = entry.id
      place.querySelector('[data-bad-lines]')?.remove()
      editor.hidden = false
      render()
    } else {
      editor.hidden = true
    }
  }

  /**
   * Add everybody that `written` names; lines that cannot be read stay in the field.
   * @param {string} written
   */
  async function read(written, { quietly = false } = {}) {
    if (!written.trim()) return true
    const body = new FormData()
    body.append('csrf_token', place.closest('form').elements.csrf_token.value)
    body.append('guests', written)
    let answer
    try {
      const response = await fetch(words.read, { method: 'POST', body })
      if (!response.ok) throw new Error(String(response.status))
      answer = await response.json()
    } catch {
      tell([words.failed])
      return false
    }
    merge(answer.guests)
    const typed = entry.value === written ? [] : [entry.value].filter(Boolean)
    entry.value = [...typed, ...answer.problems.map((problem) => problem.text)].join('; ')
    entry.setAttribute('aria-invalid', String(answer.problems.length > 0))
    tell(answer.problems.map((problem) => `${problem.text}: ${problem.message}`))
    write(quietly)
    return true
  }

  function merge(more) {
    const known = new Map(guests.map((guest) => [guest.email, guest]))
    for (const guest of more) known.set(guest.email, { ...known.get(guest.email), ...guest })
    guests = [...known.values()]
  }

  /** The text field gets the list, with a title line so that it is read as a table whatever the names hold. */
  function write(quietly = false, redraw = true) {
    const quoted = (value) => /[",;\n\r\t]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
    text.value = guests.length === 0 ? '' : ['name,email,role,language,time zone',
      ...guests.map((guest) => [guest.name, guest.email, guest.role, guest.language ?? '', guest.timeZone ?? '']
        .map(quoted).join(','))].join('\n')
    if (redraw) render()
    if (!quietly) changed()
  }

  function tell(sentences) {
    problems.replaceChildren(...sentences.slice(0, 20).map((sentence) => {
      const line = make('p', 'field-problem')
      line.textContent = sentence
      return line
    }))
  }

  function render() {
    const count = guests.length
    status.textContent = count === 0 ? '' : count === 1 ? words.countOne : words.count.replace('{count}', String(count))
    const shown = showAll ? guests : guests.slice(0, FIRST)
    list.replaceChildren(...shown.map((guest) => guestRow(guest, { words, changed: () => write(false, false), remove: takeOff })))
    if (shown.length < count) {
      const more = make('button', 'pal-button')
      more.type = 'button'
      more.textContent = words.more.replace('{count}', String(count))
      more.addEventListener('click', () => { showAll = true; render() })
      const item = make('li')
      item.append(more)
      list.append(item)
    }
  }

  function takeOff(guest) {
    const at = guests.indexOf(guest)
    guests.splice(at, 1)
    write()
    const undo = make('button', 'pal-button pal-button--quiet')
    undo.type = 'button'
    undo.textContent = words.undo
    undo.addEventListener('click', () => { guests.splice(at, 0, guest); write(); entry.focus() })
    status.replaceChildren(words.removed.replace('{name}', guest.name || guest.email), ' ', undo)
    undo.focus()
  }
}

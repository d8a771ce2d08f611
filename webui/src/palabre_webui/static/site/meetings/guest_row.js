// One person of a guest list that is edited: who it is, the role, and below, where they are and what they read.

/**
 * @typedef {object} Guest
 * @property {string} email
 * @property {string} name
 * @property {string} role `guest` or `presenter`
 * @property {string} [language] tag of the language of their mails; none is the organiser's
 * @property {string} [timeZone] IANA name; none is the meeting's
 */

/**
 * @param {Guest} guest changed in place
 * @param {{words: DOMStringMap, changed: () => void, remove: (guest: Guest) => void}} how
 */
export function guestRow(guest, { words, changed, remove }) {
  const called = guest.name || guest.email
  const item = make('li')
  const who = make('span', 'who')
  const name = make('span', 'one-line')
  name.dir = 'auto'
  name.textContent = called
  who.append(name)
  if (guest.name) {
    const email = make('span', 'soft small one-line')
    email.textContent = guest.email
    who.append(email)
  }
  const place = make('span', 'soft small')
  who.append(place)

  const role = select(words.role.replace('{name}', called), [['guest', words.guest], ['presenter', words.presenter]],
    guest.role, (value) => { guest.role = value; changed() })
  const more = make('button', 'pal-button pal-button--quiet pal-button--icon')
  more.type = 'button'
  more.setAttribute('aria-label', words.details.replace('{name}', called))
  more.setAttribute('aria-expanded', 'false')
  more.textContent = '…'
  const off = make('button', 'pal-button pal-button--quiet pal-button--icon')
  off.type = 'button'
  off.setAttribute('aria-label', words.remove.replace('{name}', called))
  off.textContent = '×'
  off.addEventListener('click', () => remove(guest))
  const details = make('div', 'details')
  details.hidden = true
  more.addEventListener('click', () => {
    // Some four hundred zones are written only for those whom somebody looks at.
    if (details.childElementCount === 0) details.append(...detailFields(guest, called, words, tell))
    details.hidden = !details.hidden
    more.setAttribute('aria-expanded', String(!details.hidden))
  })
  item.append(who, role, more, off, details)
  say()
  return item

  function tell() {
    say()
    changed()
  }

  function say() {
    const known = languages(words).find(([tag]) => tag === guest.language)
    place.textContent = [guest.timeZone && zoneWords(guest.timeZone), known?.[1]].filter(Boolean).join(' · ')
    place.hidden = !place.textContent
  }
}

/** An element with classes. */
export function make(tag, className = '') {
  const element = document.createElement(tag)
  element.className = className
  return element
}

function detailFields(guest, called, words, tell) {
  const zone = select(words.zone.replace('{name}', called),
    [['', words.zoneOfMeeting], ...zones().map((option) => [option.value, option.text])],
    guest.timeZone ?? '', (value) => { guest.timeZone = value; tell() })
  const language = select(words.language.replace('{name}', called), [['', words.languageOfYours], ...languages(words)],
    guest.language ?? '', (value) => { guest.language = value; tell() })
  return [labelled(words.zoneLabel, zone), labelled(words.languageLabel, language)]
}

function labelled(words, control) {
  const field = make('div', 'pal-field')
  const label = make('span', 'small soft')
  label.setAttribute('aria-hidden', 'true')
  label.textContent = words
  field.append(label, control)
  return field
}

function select(label, choices, chosen, choose) {
  const control = make('select', 'pal-select')
  control.setAttribute('aria-label', label)
  const unknown = chosen && !choices.some(([value]) => value === chosen)
  for (const [value, shown] of unknown ? [...choices, [chosen, chosen]] : choices) {
    control.add(new Option(shown, value, false, value === chosen))
  }
  // It is no field of the form: only the text below is sent.
  control.addEventListener('change', (event) => { event.stopPropagation(); choose(control.value) })
  return control
}

function languages(words) {
  return JSON.parse(words.languages)
}

/** The zones that the meeting itself can have. */
function zones() {
  return [...document.getElementById('zone').options]
}

function zoneWords(name) {
  return zones().find((option) => option.value === name)?.text ?? name
}

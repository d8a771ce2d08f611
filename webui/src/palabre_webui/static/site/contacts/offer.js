// Offers contacts while somebody types: a combobox with a list below it (WAI-ARIA Authoring Practices, "Combobox").

const AFTER_TYPING_MS = 150

/**
 * @param {HTMLInputElement} input
 * @param {{url: string, label: string, pick: (contact: {name: string, email: string}) => void}} how
 *   `url` answers `?q=` with a list of contacts; `label` names the list
 */
export function attachOffer(input, { url, label, pick }) {
  const list = document.createElement('ul')
  list.className = 'offer'
  list.id = `${input.id}-offer`
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', label)
  list.hidden = true
  input.after(list)
  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-autocomplete', 'list')
  input.setAttribute('aria-controls', list.id)
  input.setAttribute('aria-expanded', 'false')
  input.autocomplete = 'off'

  let offered = []
  let at = -1
  let timer = 0
  let running = null

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, AFTER_TYPING_MS)
  })
  input.addEventListener('blur', () => setTimeout(close, 150))
  input.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      go(at === -1 && step === -1 ? offered.length - 1 : (at + step + offered.length) % offered.length)
    } else if (event.key === 'Enter' && at !== -1) {
      event.preventDefault()
      event.stopImmediatePropagation()
      choose(offered[at])
    } else if (event.key === 'Escape') {
      event.preventDefault()
      close()
    }
  }, { capture: true })

  async function ask() {
    running?.abort()
    running = new AbortController()
    const typed = input.value.trim()
    if (typed.length < 2) return close()
    try {
      const answer = await fetch(`${url}?${new URLSearchParams({ q: typed })}`, { signal: running.signal })
      if (!answer.ok) throw new Error(String(answer.status))
      show(await answer.json())
    } catch (error) {
      if (error.name !== 'AbortError') close()
    }
  }

  function show(contacts) {
    if (!contacts.length || document.activeElement !== input) return close()
    offered = contacts
    list.replaceChildren(...contacts.map((contact, number) => {
      const item = document.createElement('li')
      item.id = `${list.id}-${number}`
      item.setAttribute('role', 'option')
      item.setAttribute('aria-selected', 'false')
      item.dir = 'auto'
      item.textContent = contact.name || contact.email
      if (contact.name) {
        const email = document.createElement('span')
        email.className = 'soft small'
        email.textContent = ` ${contact.email}`
        item.append(email)
      }
      item.addEventListener('pointerdown', (event) => {
        event.preventDefault()
        choose(contact)
      })
      return item
    }))
    list.hidden = false
    input.setAttribute('aria-expanded', 'true')
    go(-1)
  }

  function go(number) {
    at = number
    ;[...list.children].forEach((item, one) => item.setAttribute('aria-selected', String(one === at)))
    if (at === -1) input.removeAttribute('aria-activedescendant')
    else {
      input.setAttribute('aria-activedescendant', list.children[at].id)
      list.children[at].scrollIntoView({ block: 'nearest' })
    }
  }

  function choose(contact) {
    close()
    input.value = ''
    pick(contact)
  }

  function close() {
    offered = []
    at = -1
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
}

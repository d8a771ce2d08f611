// The page of a meeting stays true while it is open.
import './list.js'

const EVERY_MS = 3000

const now = document.querySelector('[data-now]')
let shown = now.innerHTML.trim()
let state = now.querySelector('[data-state]').dataset.state
let failures = 0

const stale = document.createElement('p')
stale.className = 'pal-note pal-note--warn said'
stale.setAttribute('role', 'status')
stale.hidden = true
stale.textContent = now.dataset.stale
now.before(stale)

setInterval(refresh, EVERY_MS)
document.addEventListener('visibilitychange', refresh)

async function refresh() {
  // Somebody who is about to press a button there must not lose it.
  if (document.hidden || now.contains(document.activeElement) && document.activeElement.matches(':active')) return
  try {
    const answer = await fetch(now.dataset.now)
    if (!answer.ok) throw new Error(String(answer.status))
    const html = (await answer.text()).trim()
    failures = 0
    stale.hidden = true
    if (plain(html) === plain(shown)) return
    shown = html
    const focused = now.contains(document.activeElement) ? document.activeElement.textContent.trim() : null
    now.innerHTML = html
    if (focused) [...now.querySelectorAll('a, button')].find((one) => one.textContent.trim() === focused)?.focus()
    const is = now.querySelector('[data-state]').dataset.state
    // The rest of the page offers other things then.
    if (is !== state) location.reload()
  } catch {
    failures += 1
    stale.hidden = failures < 3
  }
}

/** Without the form tokens, which differ each time. */
function plain(html) {
  return html.replace(/name="csrf_token" value="[^"]*"/g, '')
}

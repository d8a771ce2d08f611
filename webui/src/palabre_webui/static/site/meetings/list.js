// Small things of the pages of meetings, which work without: asking first, copying a link, menus near their button.

document.addEventListener('submit', (event) => {
  const asks = event.target.dataset.asks
  if (asks && !confirm(asks)) event.preventDefault()
})

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copies]')
  if (!button) return
  const input = document.getElementById(button.dataset.copies)
  const words = button.querySelector('span')
  const before = words.textContent
  try {
    await navigator.clipboard.writeText(input.value)
    words.textContent = button.dataset.done
    setTimeout(() => { words.textContent = before }, 2000)
  } catch {
    input.select()
  }
})

document.addEventListener('focusin', (event) => {
  if (event.target.matches?.('input[data-select]')) event.target.select()
})

for (const menu of document.querySelectorAll('.pal-menu.near')) {
  menu.addEventListener('beforetoggle', (event) => {
    if (event.newState !== 'open' || matchMedia('(max-width: 720px)').matches) return
    const box = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect()
    requestAnimationFrame(() => {
      const below = box.bottom + menu.offsetHeight + 8 < innerHeight
      menu.style.insetBlockStart = `${below ? box.bottom + 4 : Math.max(8, box.top - menu.offsetHeight - 4)}px`
      menu.style.insetInlineEnd = `${Math.max(8, innerWidth - box.right)}px`
    })
  })
}

// Light scripts for server-rendered pages: every page works without them.

// A form sent twice would open two meetings' doors: its button rests after the first time.
for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button[type="submit"]');
    // Only after the browser has gathered the form's data, and freed again when the page comes back from the history.
    setTimeout(() => { button.disabled = true; });
    window.addEventListener('pageshow', () => { button.disabled = false; });
  });
}

// Times are said in the reader's own zone.
for (const time of document.querySelectorAll('time[data-local]')) {
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: 'full', timeStyle: 'short' });
}

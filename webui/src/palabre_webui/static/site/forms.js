// What forms gain from a script; every form works without.

// The problems of a form that came back are where reading goes on.
document.getElementById('problems')?.focus();

// A password that one may look at while typing it.
for (const button of document.querySelectorAll('button[data-shows]')) {
  const input = document.getElementById(button.dataset.shows);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener('click', () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? button.dataset.hideLabel : show;
    button.setAttribute('aria-pressed', String(isShown));
    input.focus();
  });
  // What is sent and remembered is a password again.
  input.form?.addEventListener('submit', () => { input.type = 'password'; });
}

// The zone of somebody who signs up, so that nobody has to choose it.
for (const input of document.querySelectorAll('input[data-own-zone]')) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// Passkeys (W3C Web Authentication): a form asks the server what is to be signed, the authenticator signs it, and the form
// takes the answer along. Without this script, or where the browser knows no passkeys, nothing of it is shown.

const signIn = document.getElementById('passkey-sign-in');
const add = document.getElementById('add-passkey');

if (hasPasskeys()) {
  if (signIn) {
    signIn.hidden = false;
    onSubmit(signIn, async (options) => navigator.credentials.get({ publicKey: requestOptions(options) }));
  }
  if (add) {
    add.hidden = false;
    document.getElementById('no-passkeys').hidden = true;
    onSubmit(
      add.querySelector('form'),
      async (options) => navigator.credentials.create({ publicKey: creationOptions(options) }),
    );
  }
}

// Passkeys belong to names: a site that is reached by its numeric address has none.
function hasPasskeys() {
  const isNumeric = /^[\d.]+$|^\[/.test(location.hostname);
  return Boolean(window.isSecureContext && window.PublicKeyCredential && navigator.credentials) && !isNumeric;
}

/**
 * @param {HTMLFormElement} form with the address that gives options in `data-begin`
 * @param {(options: object) => Promise<PublicKeyCredential>} askFor what the authenticator does
 */
function onSubmit(form, askFor) {
  const button = form.querySelector('button[type="submit"]');
  const said = form.querySelector('[data-said]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    said.textContent = '';
    button.disabled = true;
    try {
      const options = await begin(form);
      if (options.problem) {
        said.textContent = options.problem;
        return;
      }
      form.elements.answer.value = JSON.stringify(asJson(await askFor(options)));
      // It was proven; it need not travel twice.
      if (form.elements.passkey_password) form.elements.passkey_password.value = '';
      form.submit();
    } catch (error) {
      said.textContent = sentence(form, error);
    } finally {
      button.disabled = false;
    }
  });
}

async function begin(form) {
  const answer = await fetch(form.dataset.begin, { method: 'POST', body: new FormData(form) });
  if (!answer.ok && answer.status !== 422) throw new Error(`${answer.status}`);
  return answer.json();
}

function sentence(form, error) {
  if (error.name === 'InvalidStateError' && form.dataset.known) return form.dataset.known;
  const isDeclined = error.name === 'NotAllowedError' || error.name === 'AbortError';
  return isDeclined ? form.dataset.notDone : form.dataset.failed;
}

// What follows is in newer browsers as parseCreationOptionsFromJSON, parseRequestOptionsFromJSON and toJSON.

function creationOptions(options) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
  };
}

function requestOptions(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return { ...options, challenge: bytes(options.challenge), allowCredentials: [] };
}

/** @param {PublicKeyCredential} credential */
function asJson(credential) {
  const response = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  const id = text(credential.rawId);
  return { id, rawId: id, type: credential.type, response };
}

/** Base 64 for addresses (RFC 4648, section 5), without padding. */
function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytes(written) {
  const binary = atob(written.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

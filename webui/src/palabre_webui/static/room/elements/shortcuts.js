/** Keyboard short cuts of the room. One letter each, never while somebody writes, never with Ctrl, Alt or Meta. */

const PUSH_TO_TALK = 'Space';

/** Listens until the returned function is called. */
export function listenForShortcuts(room, view) {
  let talking = false;

  const acts = {
    m: () => view.toggleMicrophone(),
    v: () => view.toggleCamera(),
    h: () => view.toggleHand(),
    c: () => view.togglePanel('chat'),
    p: () => view.togglePanel('people'),
    '?': () => view.openDialog('shortcuts'),
  };

  function down(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target) || document.querySelector('dialog[open]')) return;
    if (event.code === PUSH_TO_TALK && !usesSpace(event.target)) {
      event.preventDefault(); // the page would scroll
      if (!event.repeat && !talking && !room.media.microphone.on) {
        talking = true;
        view.toggleMicrophone(true);
      }
      return;
    }
    if (event.key === 'Escape' && view.panel) view.openPanel(null);
    const act = acts[event.key.toLowerCase()];
    if (!act || event.repeat) return;
    event.preventDefault();
    act();
  }

  function up(event) {
    if (event.code === PUSH_TO_TALK) stopTalking();
  }

  function stopTalking() {
    if (!talking) return;
    talking = false;
    view.toggleMicrophone(false);
  }

  addEventListener('keydown', down);
  addEventListener('keyup', up);
  addEventListener('blur', stopTalking); // the key may be let go in another window
  return () => {
    removeEventListener('keydown', down);
    removeEventListener('keyup', up);
    removeEventListener('blur', stopTalking);
  };
}

function isWriting(element) {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches('input:not([type=checkbox], [type=radio], [type=range]), textarea, select'));
}

function usesSpace(element) {
  return element instanceof HTMLElement && Boolean(element.closest('button, a, summary, input, [role^=menuitem]'));
}

/** A short sound to hear whether the speaker works: two notes, made here, played where the others' voices will be. */

const NOTES_HZ = [523.25, 783.99];
const NOTE_S = 0.35;

/** Resolves when it has been played; rejects when the browser refuses. `speaker` is a device id or '' for the usual one. */
export async function playTestSound(speaker, volume = 1) {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const audio = new Audio();
  try {
    audio.srcObject = out.stream;
    audio.volume = volume;
    if (speaker && audio.setSinkId) await audio.setSinkId(speaker);
    await context.resume();
    await audio.play();
    const start = context.currentTime + 0.05;
    NOTES_HZ.forEach((pitch, index) => note(context, out, pitch, start + index * NOTE_S));
    await new Promise((done) => setTimeout(done, (NOTES_HZ.length * NOTE_S + 0.4) * 1000));
  } finally {
    audio.srcObject = null;
    await context.close();
  }
}

function note(context, out, pitch, at) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.25, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S);
  tone.connect(gain).connect(out);
  tone.start(at);
  tone.stop(at + NOTE_S);
}

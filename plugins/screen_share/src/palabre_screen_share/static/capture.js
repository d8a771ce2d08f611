// @ts-check
/** Capturing a screen, a window or a tab, tuned for text: sharp rather than smooth. */

/** Frames per second asked of the browser: enough to scroll, cheap to encode. */
const FRAMES_PER_SECOND = 15;
/** Highest bit rate of the picture, in bits per second. */
const MAX_BITRATE_BPS = 2_500_000;

/**
 * @typedef {object} Capture
 * @property {(media: any) => Promise<void>} publish
 * @property {(listener: () => void) => void} onEnd called once when the browser's own button ends it
 * @property {() => void} stop
 */

/**
 * Ask the browser for a surface.
 * @returns {Promise<Capture|null>} null when the person changed their mind
 */
export async function capture() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: FRAMES_PER_SECOND }, width: { max: 1920 }, height: { max: 1080 } },
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotAllowedError") return null;
    throw error;
  }
  return new StreamCapture(stream);
}

/** @implements {Capture} */
class StreamCapture {
  /** @param {MediaStream} stream */
  constructor(stream) {
    this.stream = stream;
    /** @type {{id: string, stop(): void}[]} */
    this.published = [];
  }

  async publish(media) {
    const [picture] = this.stream.getVideoTracks();
    const [sound] = this.stream.getAudioTracks();
    this.published.push(
      await media.publish({
        source: "screen",
        track: picture,
        contentHint: "detail",
        maxFramerate: FRAMES_PER_SECOND,
        maxBitrate: MAX_BITRATE_BPS,
      }),
    );
    if (sound) this.published.push(await media.publish({ source: "screen_audio", track: sound, contentHint: "music" }));
  }

  onEnd(listener) {
    this.stream.getVideoTracks()[0].addEventListener("ended", listener, { once: true });
  }

  stop() {
    for (const track of this.published.splice(0)) track.stop();
    for (const track of this.stream.getTracks()) track.stop();
  }
}

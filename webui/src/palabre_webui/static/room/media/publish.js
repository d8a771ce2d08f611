/**
 * What I send: one PeerConnection on which the browser offers. A section that is not used any more is kept and given to
 * the next track of its kind; `transceiver.stop()` is never called, since Chromium then refuses every later answer.
 *
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").IceServer} IceServer
 * @typedef {{source: Source, track: MediaStreamTrack, contentHint?: string, maxFramerate?: number, maxBitrate?: number}} Publication
 */
import { Queue } from "./queue.js";
import { preferred } from "./quality.js";
import { withOpusWishes } from "./sdp.js";

export class PublishConnection {
  /** @type {Map<Source, {transceiver: RTCRtpTransceiver, id: string | null, contentHint: string}>} */
  #sent = new Map();
  /** @type {RTCRtpTransceiver[]} */
  #free = [];
  #queue = new Queue();
  #call;

  /**
   * @param {{iceServers: IceServer[], iceTransportPolicy: RTCIceTransportPolicy,
   *   call: (method: string, params: object) => Promise<any>, changed: () => void}} options
   */
  constructor({ iceServers, iceTransportPolicy, call, changed }) {
    this.#call = call;
    this.pc = new RTCPeerConnection({ iceServers, iceTransportPolicy, bundlePolicy: "max-bundle" });
    this.pc.addEventListener("connectionstatechange", changed);
  }

  /** @param {Source} source */
  id(source) {
    return this.#sent.get(source)?.id ?? null;
  }

  /**
   * Sends tracks, together when they start together. Resolves once the engine has answered; rejects with the refusal,
   * and then none of them is sent.
   *
   * @param {readonly Publication[]} publications
   */
  publish(publications) {
    return this.#queue.run(async () => {
      for (const publication of publications) await this.#place(publication);
      try {
        await this.#negotiate();
      } catch (error) {
        await this.#takeBack(publications);
        throw error;
      }
      await Promise.all(publications.map((publication) => this.#limit(publication)));
    });
  }

  /** @param {Source} source */
  unpublish(source) {
    return this.#queue.run(async () => {
      if (!this.#sent.has(source)) return;
      await this.#clear(source);
      await this.#negotiate();
    });
  }

  /**
   * Sends another track, or none for a while, in the same place: no negotiation, and the others keep their picture.
   *
   * @param {Source} source
   * @param {MediaStreamTrack | null} track
   */
  async replace(source, track) {
    await this.#sent.get(source)?.transceiver.sender.replaceTrack(track);
  }

  /**
   * @param {Source} source
   * @param {Pick<Publication, "maxFramerate" | "maxBitrate" | "contentHint">} limits
   */
  limit(source, limits) {
    return this.#limit({ source, ...limits });
  }

  close() {
    this.pc.close();
    this.#sent.clear();
  }

  /** @param {Publication} publication */
  async #place({ source, track, contentHint, maxBitrate, maxFramerate }) {
    if (contentHint) track.contentHint = contentHint;
    const id = this.id(source);
    const kind = /** @type {"audio" | "video"} */ (track.kind);
    let transceiver = this.#sent.get(source)?.transceiver;
    if (!transceiver) {
      const free = this.#free.findIndex((each) => each.receiver.track.kind === kind);
      if (free >= 0) [transceiver] = this.#free.splice(free, 1);
    }
    if (transceiver) {
      transceiver.direction = "sendonly";
      await transceiver.sender.replaceTrack(track);
    } else {
      transceiver = this.pc.addTransceiver(track, {
        direction: "sendonly",
        sendEncodings: [definedOnly({ maxBitrate, maxFramerate: kind === "video" ? maxFramerate : undefined })],
      });
      preferCommonCodec(transceiver, kind);
    }
    this.#sent.set(source, { transceiver, id, contentHint: track.contentHint });
  }

  /** @param {Source} source */
  async #clear(source) {
    const { transceiver } = /** @type {{transceiver: RTCRtpTransceiver}} */ (this.#sent.get(source));
    this.#sent.delete(source);
    transceiver.direction = "inactive";
    await transceiver.sender.replaceTrack(null);
    this.#free.push(transceiver);
  }

  async #negotiate() {
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const sources = new Map(Array.from(this.#sent, ([source, { transceiver }]) => [transceiver.mid ?? "", source]));
    const tracks = Array.from(this.#sent, ([source, { transceiver }]) => ({
      mid: transceiver.mid,
      kind: transceiver.receiver.track.kind,
      source,
    }));
    const answer = await this.#call("publish", { sdp: this.pc.localDescription?.sdp, tracks });
    for (const { mid, id } of answer.tracks) {
      const sent = this.#sent.get(sources.get(mid) ?? "");
      if (sent) sent.id = id;
    }
    const contentOf = (/** @type {string} */ mid) =>
      this.#sent.get(sources.get(mid) ?? "")?.contentHint === "music" ? "music" : "speech";
    await this.pc.setRemoteDescription({ type: "answer", sdp: withOpusWishes(answer.sdp, contentOf) });
  }

  /** @param {readonly Publication[]} publications */
  async #takeBack(publications) {
    if (this.pc.signalingState === "closed") return;
    if (this.pc.signalingState === "have-local-offer") await this.pc.setLocalDescription({ type: "rollback" });
    for (const { source } of publications) {
      if (this.#sent.get(source)?.id === null) await this.#clear(source);
    }
  }

  /** @param {Partial<Publication> & {source: Source}} limits */
  async #limit({ source, contentHint, maxBitrate, maxFramerate }) {
    const sender = this.#sent.get(source)?.transceiver.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    const video = sender.track?.kind === "video";
    Object.assign(parameters.encodings[0], definedOnly({ maxBitrate, maxFramerate: video ? maxFramerate : undefined }));
    if (video) {
      // Text must stay sharp when the line is thin; faces rather stay fluent.
      const text = ["detail", "text"].includes(contentHint ?? "");
      /** @type {any} */ (parameters).degradationPreference = text ? "maintain-resolution" : "balanced";
    }
    await sender.setParameters(parameters);
  }
}

/**
 * @param {RTCRtpTransceiver} transceiver
 * @param {"audio" | "video"} kind
 */
function preferCommonCodec(transceiver, kind) {
  const capabilities = RTCRtpSender.getCapabilities(kind);
  if (capabilities && "setCodecPreferences" in transceiver) {
    transceiver.setCodecPreferences(/** @type {RTCRtpCodec[]} */ (preferred(kind, capabilities.codecs)));
  }
}

/**
 * @template {object} T
 * @param {T} values
 * @returns {Partial<T>}
 */
function definedOnly(values) {
  return /** @type {Partial<T>} */ (Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
}

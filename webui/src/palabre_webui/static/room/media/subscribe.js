/**
 * What I receive: one PeerConnection on which the engine offers. Its offers say for each section whose track it carries;
 * a section is reused for another one later.
 *
 * @typedef {import("../types.js").IceServer} IceServer
 * @typedef {import("../types.js").Source} Source
 * @typedef {import("../types.js").SubscribeOffer} SubscribeOffer
 * @typedef {{id: string, participant: string, source: Source, kind: "audio" | "video", stream: MediaStream}} RemoteTrack
 */
import { Queue } from "./queue.js";

export class SubscribeConnection {
  /** Others' tracks by participant and source. @type {Map<string, RemoteTrack>} */
  tracks = new Map();

  #queue = new Queue();
  #call;
  #changed;

  /**
   * @param {{iceServers: IceServer[], iceTransportPolicy: RTCIceTransportPolicy,
   *   call: (method: string, params: object) => Promise<any>, changed: () => void}} options
   */
  constructor({ iceServers, iceTransportPolicy, call, changed }) {
    this.#call = call;
    this.#changed = changed;
    this.pc = new RTCPeerConnection({ iceServers, iceTransportPolicy, bundlePolicy: "max-bundle" });
    this.pc.addEventListener("connectionstatechange", changed);
  }

  /**
   * Takes an offer and answers it.
   *
   * @param {SubscribeOffer} offer
   */
  answer({ sdp, revision, tracks }) {
    return this.#queue.run(async () => {
      if (this.pc.signalingState === "closed") return;
      await this.pc.setRemoteDescription({ type: "offer", sdp });
      const answer = await this.pc.createAnswer();
      await this.pc.setLocalDescription(answer);
      this.#assign(tracks);
      await this.#call("answer", { sdp: this.pc.localDescription?.sdp, revision });
    });
  }

  /**
   * The same object as long as that track lives.
   *
   * @param {string} participant
   * @param {Source} source
   */
  stream(participant, source) {
    return this.tracks.get(key(participant, source))?.stream ?? null;
  }

  close() {
    this.pc.close();
    this.tracks.clear();
  }

  /** @param {SubscribeOffer["tracks"]} tracks */
  #assign(tracks) {
    const receivers = new Map(this.pc.getTransceivers().map((each) => [each.mid, each.receiver.track]));
    /** @type {Map<string, RemoteTrack>} */
    const next = new Map();
    for (const { mid, participant, track, kind, source } of tracks) {
      const received = receivers.get(mid);
      if (!received) continue;
      const known = this.tracks.get(key(participant, source));
      const stream = known?.id === track ? known.stream : new MediaStream();
      for (const old of stream.getTracks()) if (old !== received) stream.removeTrack(old);
      stream.addTrack(received);
      next.set(key(participant, source), { id: track, participant, source, kind, stream });
    }
    for (const [name, { stream }] of this.tracks) {
      if (next.get(name)?.stream !== stream) for (const old of stream.getTracks()) stream.removeTrack(old);
    }
    this.tracks = next;
    this.#changed();
  }
}

/**
 * @param {string} participant
 * @param {Source} source
 */
const key = (participant, source) => `${participant} ${source}`;

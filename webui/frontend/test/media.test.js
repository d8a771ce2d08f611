import assert from "node:assert/strict";
import { test } from "node:test";

import { Devices, deviceError } from "../../src/palabre_webui/static/room/media/devices.js";
import { levelOf } from "../../src/palabre_webui/static/room/media/level.js";
import { preferred, RESOLUTIONS, verdict } from "../../src/palabre_webui/static/room/media/quality.js";
import { candidates, withOpusWishes } from "../../src/palabre_webui/static/room/media/sdp.js";
import { MediaStats } from "../../src/palabre_webui/static/room/media/stats.js";
import { translator } from "../../src/palabre_webui/static/room/i18n.js";
import { MemoryStorage } from "./room_server.js";

const ANSWER = [
  "v=0", "a=ice-lite",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=candidate:1 1 udp 2130706431 203.0.113.5 40000 typ host",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:1", "a=rtpmap:111 opus/48000/2",
  "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:2", "a=rtpmap:96 VP8/90000",
  "a=candidate:2 1 UDP 2130706431 2001:db8::5 40000 typ host", "",
].join("\r\n");

test("speech asks for error correction and silence suppression, a screen's sound for stereo", () => {
  const wished = withOpusWishes(ANSWER, (mid) => (mid === "1" ? "music" : "speech"));
  assert.match(wished, /a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n/);
  assert.match(wished, /a=rtpmap:111 opus\/48000\/2\r\na=fmtp:111 useinbandfec=1;stereo=1;sprop-stereo=1;maxaveragebitrate=128000\r\n/);
  assert.equal(wished.split("\r\n").length, ANSWER.split("\r\n").length + 1);
  assert.ok(wished.endsWith("typ host\r\n"));
});

test("an answer without Opus stays as it is", () => {
  const other = ANSWER.replaceAll("opus", "PCMU");
  assert.equal(withOpusWishes(other, () => "speech"), other);
});

test("addresses are read from a description", () => {
  assert.deepEqual(candidates(ANSWER), [
    { protocol: "udp", address: "203.0.113.5", port: 40000, type: "host" },
    { protocol: "udp", address: "2001:db8::5", port: 40000, type: "host" },
  ]);
});

test("the common codecs come first, with their retransmission format", () => {
  const codecs = ["video/H264", "video/rtx", "video/VP9", "video/VP8"].map((mimeType) => ({ mimeType }));
  assert.deepEqual(preferred("video", codecs).map(({ mimeType }) => mimeType), ["video/VP8", "video/rtx", "video/H264", "video/VP9"]);
});

for (const [measured, expected] of [
  [{ lossRatio: 0, roundTripTime_s: 0.03, connected: true }, "good"],
  [{ lossRatio: 0.03, roundTripTime_s: 0.03, connected: true }, "fair"],
  [{ lossRatio: 0, roundTripTime_s: 0.5, connected: true }, "fair"],
  [{ lossRatio: 0.2, roundTripTime_s: 0.03, connected: true }, "poor"],
  [{ lossRatio: 0, roundTripTime_s: 0, connected: false }, "down"],
]) {
  test(`${JSON.stringify(measured)} is ${expected}`, () => assert.equal(verdict(measured), expected));
}

test("a level is 0 in silence and 1 at full scale", () => {
  assert.equal(levelOf(new Float32Array(128)), 0);
  assert.equal(levelOf(new Float32Array(128).fill(1)), 1);
  assert.ok(Math.abs(levelOf(new Float32Array(128).fill(0.0316)) - 0.5) < 0.01, "-30 dB is the middle");
});

/** A machine with one camera and one microphone. */
function machine(devices = ["videoinput", "audioinput"]) {
  const media = new EventTarget();
  media.asked = [];
  media.enumerateDevices = async () => devices.map((kind) => ({ kind, deviceId: `${kind}-1`, label: kind }));
  media.getUserMedia = async (constraints) => {
    media.asked.push(constraints);
    const wanted = constraints.audio?.deviceId?.exact ?? constraints.video?.deviceId?.exact;
    if (wanted && !wanted.endsWith("-1")) throw new DOMException("", "OverconstrainedError");
    return { getTracks: () => ["track"] };
  };
  return media;
}

test("choices are remembered, and a resolution that does not exist any more is not", () => {
  const storage = new MemoryStorage();
  const devices = new Devices({ storage, mediaDevices: machine() });
  devices.setChoice("camera", "videoinput-1");
  devices.setChoice("resolution", "hd");
  assert.equal(new Devices({ storage, mediaDevices: machine() }).choices.camera, "videoinput-1");
  storage.setItem("palabre.devices", '{"resolution": "8k"}');
  assert.equal(new Devices({ storage, mediaDevices: machine() }).choices.resolution, "standard");
  storage.setItem("palabre.devices", "nonsense");
  assert.equal(new Devices({ storage, mediaDevices: machine() }).choices.camera, "");
});

test("the chosen resolution is asked for", async () => {
  const mediaDevices = machine();
  const devices = new Devices({ storage: new MemoryStorage(), mediaDevices });
  devices.setChoice("resolution", "low");
  await devices.open({ video: true });
  assert.deepEqual(mediaDevices.asked[0].video.width, { ideal: RESOLUTIONS.low.width });
  assert.equal(mediaDevices.asked[0].audio, false);
});

test("what is chosen while a device starts is opened instead", async () => {
  const mediaDevices = machine();
  const devices = new Devices({ storage: new MemoryStorage(), mediaDevices });
  const stopped = [];
  mediaDevices.getUserMedia = async ({ video }) => {
    devices.setChoice("resolution", "hd");
    devices.setChoice("microphone", "another"); // not asked for here: no reason to open the camera again
    const width = video.width.ideal;
    return { getTracks: () => [{ width, stop: () => stopped.push(width) }] };
  };
  const [track] = await devices.open({ video: true });
  assert.deepEqual([track.width, stopped], [RESOLUTIONS.hd.width, [RESOLUTIONS.standard.width]]);
});

test("a remembered device that is gone gives way to another", async () => {
  const mediaDevices = machine();
  const devices = new Devices({ storage: new MemoryStorage(), mediaDevices });
  devices.setChoice("microphone", "gone");
  assert.deepEqual(await devices.open({ audio: true }), ["track"]);
  assert.equal(mediaDevices.asked[1].audio.deviceId, undefined);
});

test("devices are listed by kind and looked for again when one is plugged in", async () => {
  const mediaDevices = machine(["audioinput", "audiooutput"]);
  const devices = new Devices({ storage: new MemoryStorage(), mediaDevices });
  const changed = new Promise((resolve) => devices.onChange(resolve));
  mediaDevices.dispatchEvent(new Event("devicechange"));
  await changed;
  assert.deepEqual(devices.microphones, [{ id: "audioinput-1", label: "audioinput" }]);
  assert.deepEqual([devices.cameras.length, devices.speakers.length], [0, 1]);
});

test("without a secure page nothing can be opened, and it is said so", async () => {
  const devices = new Devices({ storage: new MemoryStorage(), mediaDevices: null });
  await devices.refresh();
  const error = await devices.open({ video: true }).catch((refusal) => refusal);
  assert.equal(deviceError(error, "camera", translator("en")).code, "insecure");
});

for (const [name, code] of [["NotAllowedError", "denied"], ["NotFoundError", "none"], ["NotReadableError", "busy"], ["TypeError", "failed"]]) {
  test(`${name} is told as "${code}"`, () => {
    assert.equal(deviceError({ name }, "microphone", translator("en")).code, code);
  });
}

test("rates are since the last measurement", async () => {
  let at = 1000;
  let bytesReceived = 0;
  let packetsLost = 0;
  let packetsReceived = 0;
  const pc = {
    connectionState: "connected",
    getStats: async () => new Map([
      ["in", { id: "in", type: "inbound-rtp", mid: "0", kind: "video", bytesReceived, packetsLost, packetsReceived, timestamp: at }],
      ["pair", { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.05, localCandidateId: "c" }],
      ["c", { candidateType: "relay", relayProtocol: "tls" }],
    ]),
  };
  const stats = new MediaStats();
  await stats.measure([pc]);
  [at, bytesReceived, packetsLost, packetsReceived] = [3000, 250_000, 10, 90];
  const measured = await stats.measure([undefined, pc].slice(1));
  assert.equal(measured.tracks[0].bitrate_bps, 1_000_000);
  assert.equal(measured.lossRatio, 0.1);
  assert.equal(measured.roundTripTime_s, 0.05);
  assert.deepEqual(measured.path, ["relay/tls"]);
});

/** The little that is read from or written into session descriptions. Texts in, texts out. */

/**
 * How the remote side wants Opus, written into its description: a browser encodes as the *answer* asks, and what our
 * server cannot know (is this speech or a film's sound?) the page does. Speech: forward error correction and silence
 * suppression. Sound of a shared screen: stereo at 128 kbit/s, no suppression.
 *
 * @param {string} sdp an answer
 * @param {(mid: string) => "speech" | "music"} contentOf by section
 */
export function withOpusWishes(sdp, contentOf) {
  return sections(sdp)
    .map((section) => {
      const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
      if (!section.startsWith("m=audio") || !opus) return section;
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? "";
      return contentOf(mid) === "music"
        ? withFormat(section, opus, { useinbandfec: "1", stereo: "1", "sprop-stereo": "1", maxaveragebitrate: "128000" }, ["usedtx"])
        : withFormat(section, opus, { useinbandfec: "1", usedtx: "1" });
    })
    .join("");
}

/**
 * The addresses that a description names.
 *
 * @param {string} sdp
 * @returns {{protocol: string, address: string, port: number, type: string}[]}
 */
export function candidates(sdp) {
  return Array.from(
    sdp.matchAll(/^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/gm),
    ([, protocol, address, port, type]) => ({ protocol: protocol.toLowerCase(), address, port: Number(port), type }),
  );
}

/** @param {string} sdp */
function sections(sdp) {
  return sdp.split(/^(?=m=)/m);
}

/**
 * @param {string} section
 * @param {string} payloadType
 * @param {Record<string, string>} wishes
 * @param {string[]} [without]
 */
function withFormat(section, payloadType, wishes, without = []) {
  const line = new RegExp(`^a=fmtp:${payloadType} (.*?)(\\r?)$`, "m");
  const present = line.exec(section)?.[1] ?? "";
  const format = new Map(present.split(/;\s*/).filter(Boolean).map((pair) => /** @type {[string, string]} */ (pair.split("="))));
  for (const name of without) format.delete(name);
  for (const [name, value] of Object.entries(wishes)) format.set(name, value);
  const written = `a=fmtp:${payloadType} ${Array.from(format, ([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(";")}`;
  if (line.test(section)) return section.replace(line, `${written}$2`);
  return section.replace(new RegExp(`^(a=rtpmap:${payloadType} .*?)(\\r?\\n)`, "m"), `$1$2${written}$2`);
}

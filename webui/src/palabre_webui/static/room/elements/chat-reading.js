/** Pure functions over chat messages: what is unread, what stands together, what is a link. */

const TOGETHER_MS = 5 * 60 * 1000;

/** How many messages of others came after `readAt` (ISO-8601 UTC of the last one read). */
export function unreadMessages(messages, readAt, myId) {
  return messages.filter((message) => message.at > (readAt ?? '') && message.from !== myId).length;
}

/** Messages of one person, to the same readers, within five minutes stand under one name. */
export function grouped(messages) {
  const groups = [];
  for (const message of messages) {
    const last = groups.at(-1);
    const previous = last?.messages.at(-1);
    const together = previous && last.from === message.from && last.to === message.to
      && Date.parse(message.at) - Date.parse(previous.at) < TOGETHER_MS;
    if (together) last.messages.push(message);
    else groups.push({ key: message.id, from: message.from, name: message.from_name, to: message.to, at: message.at, messages: [message] });
  }
  return groups;
}

/**
 * Splits text into `{text}` and `{text, href}` parts. Only http and https addresses become links; the address is what the
 * URL parser makes of it, and punctuation that ends a sentence stays outside.
 */
export function linkParts(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"'“”«»]+/giu)) {
    const shown = withoutTrailingPunctuation(match[0]);
    const href = safeAddress(shown);
    if (!href) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

function withoutTrailingPunctuation(address) {
  const count = (text, character) => text.split(character).length - 1;
  let shown = address;
  for (;;) {
    // A closing bracket belongs to the address only when the address opened it: (see https://example.org/a_(b))
    const unopened = shown.endsWith(')') && count(shown, ')') > count(shown, '(');
    if (!unopened && !/[.,;:!?…]$/u.test(shown)) return shown;
    shown = shown.slice(0, -1);
  }
}

function safeAddress(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && url.hostname ? url.href : null;
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { grouped, linkParts, unreadMessages } from "../../src/palabre_webui/static/room/elements/chat-reading.js";

const links = (text) => linkParts(text).filter(({ href }) => href).map(({ text: shown }) => shown);

for (const [text, expected] of [
  ["see https://example.org/a?b=c#d", ["https://example.org/a?b=c#d"]],
  ["see https://example.org. Then http://example.com/x, and go", ["https://example.org", "http://example.com/x"]],
  ["(https://example.org/a_(b))", ["https://example.org/a_(b)"]],
  ["« https://example.org/é »", ["https://example.org/é"]],
  ["javascript:alert(1) data:text/html,x ftp://example.org file:///etc/passwd", []],
  ["xhttps://example.org is a word, https:// is none", []],
  ["https://<script>alert(1)</script>", []],
]) {
  test(`finds ${expected.length} link(s) in ${text}`, () => assert.deepEqual(links(text), expected));
}

test("nothing of a message is lost between its links", () => {
  const text = "a https://example.org, b\nhttps://example.com/(c) d";
  assert.equal(linkParts(text).map((part) => part.text).join(""), text);
});

test("a link leads only to http or https", () => {
  for (const { href } of linkParts("https://a.example http://b.example HTTPS://C.EXAMPLE")) {
    if (href) assert.ok(["http:", "https:"].includes(new URL(href).protocol));
  }
});

const message = (id, from, at, to = "all") => ({ id, from, from_name: from, at, to, text: id });

test("unread is what others wrote after the last one read", () => {
  const messages = [message("1", "a", "2026-01-01T10:00:00Z"), message("2", "me", "2026-01-01T10:01:00Z"), message("3", "a", "2026-01-01T10:02:00Z")];
  assert.equal(unreadMessages(messages, "2026-01-01T10:00:00Z", "me"), 1);
  assert.equal(unreadMessages(messages, "2026-01-01T10:02:00Z", "me"), 0);
});

test("messages of one person within five minutes, to the same readers, stand under one name", () => {
  const groups = grouped([
    message("1", "a", "2026-01-01T10:00:00Z"), message("2", "a", "2026-01-01T10:04:00Z"), message("3", "a", "2026-01-01T10:04:30Z", "presenters"),
    message("4", "b", "2026-01-01T10:05:00Z"), message("5", "b", "2026-01-01T10:30:00Z"),
  ]);
  assert.deepEqual(groups.map(({ messages }) => messages.map(({ id }) => id)), [["1", "2"], ["3"], ["4"], ["5"]]);
});

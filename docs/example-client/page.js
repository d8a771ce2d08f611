/** Draws the example's page: who is there, what was written, and what I may do. */
import { ExampleRoom } from "./room.js";

const find = (id) => document.getElementById(id);
let room = null;

find("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  room = new ExampleRoom(location.origin, find("link").value.trim().split("/").pop(), { onChange: draw, onOver: over });
  room.enter(find("name").value);
});

find("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await room.act("chat_send", { text: find("text").value, to: "all" });
  if (answer.ok) find("text").value = "";
  else find("status").textContent = answer.error.message;
});

find("hand").addEventListener("click", () => {
  const me = room.state.participants.find(({ id }) => id === room.myId);
  room.act(me.hand_raised_at ? "lower_hand" : "raise_hand");
});

find("leave").addEventListener("click", () => room.leave());

function draw() {
  find("status").textContent = room.state ? `In “${room.state.meeting.name}”` : "Waiting to be let in …";
  find("enter").hidden = true;
  find("room").hidden = !room.state;
  if (!room.state) return;
  list("people", room.state.participants, ({ name, role, hand_raised_at }) => `${name} (${role})${hand_raised_at ? " would like to speak" : ""}`);
  list("messages", room.state.slices.chat.messages, ({ from_name, text }) => `${from_name}: ${text}`);
}

/** Texts come from strangers: they are set as text, never as markup. */
function list(id, items, words) {
  find(id).replaceChildren(...items.map((item) => Object.assign(document.createElement("li"), { textContent: words(item) })));
}

function over({ code, message }) {
  find("room").hidden = true;
  find("enter").hidden = false;
  find("status").textContent = message || code;
}

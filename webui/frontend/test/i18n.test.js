import assert from "node:assert/strict";
import { test } from "node:test";

import { translator } from "../../src/palabre_webui/static/room/i18n.js";

const FRENCH = {
  "Give the floor": "Donner la parole",
  "{name} joined": "{name} est là",
  "{n} person": ["{n} personne", "{n} personnes"],
  Empty: "",
};

test("a msgid is shown as it is where nothing translates it", () => {
  const t = translator("en");
  assert.equal(t("Give the floor"), "Give the floor");
  assert.equal(t.n("{n} person", "{n} people", 1), "1 person");
  assert.equal(t.n("{n} person", "{n} people", 0), "0 people");
});

test("placeholders are filled, and one without a value stays", () => {
  const t = translator("fr", FRENCH);
  assert.equal(t("{name} joined", { name: "Léa {n} $&" }), "Léa {n} $& est là");
  assert.equal(t("{name} joined"), "{name} est là");
});

test("an empty translation counts as none", () => assert.equal(translator("fr", FRENCH)("Empty"), "Empty"));

for (const [n, expected] of [[0, "0 personne"], [1, "1 personne"], [2, "2 personnes"], [1_000_000, "1000000 personnes"]]) {
  test(`French plural of ${n}`, () => assert.equal(translator("fr", FRENCH).n("{n} person", "{n} people", n), expected));
}

test("languages with more plural forms than English", () => {
  const polish = translator("pl", { "{n} file": ["{n} plik", "{n} pliki", "{n} plików"] });
  assert.deepEqual([1, 3, 5, 22].map((n) => polish.n("{n} file", "{n} files", n)), ["1 plik", "3 pliki", "5 plików", "22 pliki"]);
});

test("the first catalogue that knows a text wins", () => {
  const t = translator("fr", { Start: "Montrer" }, { Start: "Commencer", Stop: "Arrêter" });
  assert.equal(t("Start"), "Montrer");
  assert.equal(t("Stop"), "Arrêter");
});

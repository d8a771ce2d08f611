import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const frontend = fileURLToPath(new URL("..", import.meta.url));
const types = path.join(frontend, "../../docs/plugins/room-api.d.ts");

test("docs/plugins/room-api.d.ts is what the JSDoc says", () => {
  const check = spawnSync(process.execPath, ["room-api.mjs", "--check"], { cwd: frontend, encoding: "utf8" });
  assert.equal(check.status, 0, check.stderr);
});

/** What tsc says of a plugin's module that names the types as their header tells. */
function checked(code) {
  const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
  try {
    writeFileSync(path.join(folder, "plugin.js"), `/** @type {import("@palabre/room-api").RoomModule} */\n${code}`);
    const compilerOptions = {
      checkJs: true, strict: true, noEmit: true, module: "esnext", moduleResolution: "bundler", target: "es2023", types: [],
      paths: { "@palabre/room-api": [types] },
    };
    writeFileSync(path.join(folder, "jsconfig.json"), JSON.stringify({ compilerOptions, include: ["plugin.js"] }));
    execFileSync(process.execPath, [path.join(frontend, "node_modules/typescript/bin/tsc"), "-p", path.join(folder, "jsconfig.json")], { encoding: "utf8" });
    return "";
  } catch (error) {
    return error.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a plugin's module is checked against them", () => {
  const module = (act) => `const module = {
    apiVersion: 1,
    setup(api) {
      const remove = api.slots.add("toolbar", { id: "wave", label: api.t("Wave"), mount(element, place) {
        place.button?.({ icon: "hand", label: api.t("Wave"), onClick: () => { ${act} } });
      } });
      api.room.onEvent("core:left", ({ actor }) => api.notify(String(actor), { kind: "info" }));
      return () => remove();
    },
  };
  export default module;`;
  assert.equal(checked(module(`api.room.act("wave", { to: api.me?.id })`)), "");
  assert.match(checked(module(`api.room.perform("wave")`)), /Property 'perform' does not exist/);
});

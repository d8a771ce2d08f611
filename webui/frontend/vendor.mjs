/**
 * Turns the third-party browser libraries into ES modules under static/vendor/ (an ignored folder that the
 * wheel contains). Our own modules are never built: the browser reads them as they are written.
 *
 *   npm ci && node vendor.mjs
 *
 * Writes one module for each library, `icons.svg` (a sprite for server-rendered pages:
 * `<svg><use href="…/vendor/icons.svg#mic"></use></svg>`) and `importmap.json`, the `imports` part of the
 * page's import map with paths relative to static/.
 */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import * as lucide from "lucide";

import { ICONS } from "./icons.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(here, "../src/palabre_webui/static/vendor");

/** Lit's directives, all in the one `lit` module so that there is a single copy and a single request. */
const LIT_DIRECTIVES = [
  "cache", "choose", "class-map", "guard", "if-defined", "keyed", "live", "map", "ref", "repeat", "style-map",
  "template-content", "unsafe-html", "unsafe-svg", "until", "when",
];

/** @param {string} name lucide's kebab-case name */
function iconMarkup(name) {
  const exported = name.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
  const node = lucide.icons[exported] ?? lucide[exported];
  if (!node) throw new Error(`icons.mjs: lucide ${lucideVersion()} has no icon named "${name}"`);
  const shapes = Array.isArray(node[0]) ? node : node[2];
  return shapes
    .map(([tag, attributes]) => `<${tag} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(" ")}/>`)
    .join("");
}

function lucideVersion() {
  return createRequire(import.meta.url)("lucide/package.json").version;
}

const STROKE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

/** The `@palabre/icons` module: SVG texts by name, and `icon(name)` for Lit templates. */
function iconsModule() {
  const shapes = Object.fromEntries(ICONS.map((name) => [name, iconMarkup(name)]));
  return `import { unsafeHTML } from "lit/directives/unsafe-html.js";
const shapes = ${JSON.stringify(shapes)};
/** SVG text of an icon, or "" when there is none of that name. */
export function iconSvg(name, size = 24) {
  if (!Object.hasOwn(shapes, name)) return "";
  return \`<svg class="icon" xmlns="http://www.w3.org/2000/svg" width="\${size}" height="\${size}" viewBox="0 0 24 24" ${STROKE} aria-hidden="true" focusable="false">\${shapes[name]}</svg>\`;
}
/** The icon for a Lit template: html\`<button>\${icon("mic")}</button>\`. It is hidden from screen readers. */
export function icon(name, size = 24) { return unsafeHTML(iconSvg(name, size)); }
export const iconNames = Object.freeze(Object.keys(shapes));
`;
}

function iconsSprite() {
  const symbols = ICONS.map((name) => `<symbol id="${name}" viewBox="0 0 24 24" ${STROKE}>${iconMarkup(name)}</symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}

/** Every licence asks that its text travels with the code. */
async function licences(packages) {
  const texts = [];
  for (const name of packages) {
    const folder = path.join(here, "node_modules", name);
    const { version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    texts.push(`${name} ${version}\n\n${await readFile(path.join(folder, "LICENSE"), "utf8")}`);
  }
  return texts.join("\n----------------------------------------\n\n");
}

/** @param {{file: string, contents: string, external?: string[]}} module */
function bundle({ file, contents, external = [] }) {
  return build({
    stdin: { contents, resolveDir: here, loader: "js" },
    outfile: path.join(target, file),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["production"],
    external,
    legalComments: "none",
    logLevel: "warning",
  });
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

await Promise.all([
  bundle({
    file: "lit.js",
    contents: ["lit", ...LIT_DIRECTIVES.map((name) => `lit/directives/${name}.js`)]
      .map((name) => `export * from "${name}";`)
      .join("\n"),
  }),
  bundle({ file: "socket.io-client.js", contents: 'export * from "socket.io-client"; export { default } from "socket.io-client";' }),
  bundle({ file: "icons.js", contents: iconsModule(), external: ["lit/*"] }),
]);

const imports = {
  lit: "vendor/lit.js",
  ...Object.fromEntries(LIT_DIRECTIVES.map((name) => [`lit/directives/${name}.js`, "vendor/lit.js"])),
  "socket.io-client": "vendor/socket.io-client.js",
  "@palabre/icons": "vendor/icons.js",
  "@palabre/room-api": "room/plugins/api.js",
};
await writeFile(path.join(target, "importmap.json"), `${JSON.stringify(imports, null, 2)}\n`);
await writeFile(path.join(target, "icons.svg"), iconsSprite());
await writeFile(path.join(target, "LICENSES.txt"), await licences(["lit", "socket.io-client", "lucide"]));

// For the accessibility tests only; never served.
await mkdir(path.join(here, "build"), { recursive: true });
await cp(path.join(here, "node_modules/axe-core/axe.min.js"), path.join(here, "build/axe.min.js"));

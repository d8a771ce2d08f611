import { pathToFileURL } from "node:url";

const FRONTEND = new URL("../package.json", import.meta.url).href;
const PAGE_LIBRARIES = new Set(["lit", "socket.io-client"]);

/** Finds the page's libraries in this folder's node_modules, whoever imports them. */
export function resolve(specifier, context, next) {
  return next(specifier, PAGE_LIBRARIES.has(specifier) ? { ...context, parentURL: FRONTEND } : context);
}

export const room = (path) => pathToFileURL(new URL(`../../src/palabre_webui/static/room/${path}`, import.meta.url).pathname).href;

/**
 * What the page's import map does in the browser, for node: the room's modules name their libraries by bare names, and
 * stand in a folder that has no node_modules.
 *
 *   node --import ./test/imports.mjs --test test/*.test.js
 */
import * as module from "node:module";

import { resolve } from "./resolve.mjs";

if (module.registerHooks) module.registerHooks({ resolve });
else module.register("./resolve.mjs", import.meta.url);

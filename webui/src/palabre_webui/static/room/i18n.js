/**
 * Texts in the user's language. A msgid is the English text; `{name}` is replaced by `vars.name`.
 *
 * @typedef {import("./types.js").Translate} Translate
 * @typedef {Record<string, string | string[]>} Catalogue  msgid → text, or the plural forms in gettext's order
 */

/** CLDR's order; gettext's plural forms of a language come in it too. */
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

/**
 * A translator over one or more catalogues: the first that knows a msgid wins, and a msgid that none knows is
 * shown as it is.
 *
 * @param {string} language BCP 47
 * @param {...Catalogue} catalogues
 * @returns {Translate}
 */
export function translator(language, ...catalogues) {
  const rules = new Intl.PluralRules(language);
  const english = new Intl.PluralRules("en");
  const categories = rules.resolvedOptions().pluralCategories
    .slice()
    .sort((a, b) => CATEGORIES.indexOf(a) - CATEGORIES.indexOf(b));

  /** @param {string} msgid */
  const find = (msgid) => catalogues.find((catalogue) => Object.hasOwn(catalogue, msgid))?.[msgid];

  /** @type {any} */
  const t = (/** @type {string} */ msgid, /** @type {Record<string, unknown>} */ vars = {}) => {
    const found = find(msgid);
    return filled((Array.isArray(found) ? found[0] : found) || msgid, vars);
  };

  t.n = (/** @type {string} */ one, /** @type {string} */ many, /** @type {number} */ n, vars = {}) => {
    const found = find(one);
    const forms = Array.isArray(found) ? found : [];
    const form = forms[Math.min(categories.indexOf(rules.select(n)), forms.length - 1)];
    return filled(form || (english.select(n) === "one" ? one : many), { n, ...vars });
  };

  return t;
}

/** The page's own translator: English until `loadCatalogue` has been. @type {Translate} */
export const t = Object.assign(
  (/** @type {string} */ msgid, /** @type {Record<string, unknown> | undefined} */ vars) => page(msgid, vars),
  {
    n: (/** @type {string} */ one, /** @type {string} */ many, /** @type {number} */ n, /** @type {any} */ vars) =>
      page.n(one, many, n, vars),
  },
);

let page = translator("en");

/**
 * Makes `t` speak the page's language; called once, before the first element is shown.
 *
 * @param {string | undefined} url
 * @param {string} language BCP 47
 */
export async function loadCatalogue(url, language) {
  page = translator(language, await fetchCatalogue(url));
}

/**
 * Fetches a catalogue; a language without one (English) is an empty catalogue, and so is one that cannot be had:
 * the room is then shown in English rather than not at all.
 *
 * @param {string | undefined} url
 * @returns {Promise<Catalogue>}
 */
export async function fetchCatalogue(url) {
  if (!url) return {};
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return await answer.json();
  } catch (error) {
    console.warn(`No texts from ${url}; English is shown.`, error);
    return {};
  }
}

/**
 * @param {string} text
 * @param {Record<string, unknown>} vars
 */
function filled(text, vars) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(vars, name) ? String(vars[name]) : whole));
}

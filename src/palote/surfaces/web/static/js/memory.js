/** What the browser remembers from visit to visit: choices of the person, never a drawing. */

/** @typedef {import("./state.js").State} State */

const KEY = "palote";
const KEPT = /** @type {const} */ (["language", "live", "pen", "singleKeys", "looked", "expect"]);
const CAMERA = /** @type {const} */ (["mode", "guide", "wideGuide", "aspect", "wish", "collect", "speak"]);

/** @returns {{page: Partial<State>, camera: Partial<State["camera"]>}} */
export function remembered() {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { page: pick(KEPT, saved), camera: pick(CAMERA, saved.camera ?? {}) };
  } catch {
    return { page: {}, camera: {} };
  }
}

/** @param {State} state */
export function remember(state) {
  try {
    const text = JSON.stringify({ ...pick(KEPT, state), camera: pick(CAMERA, state.camera) });
    if (localStorage.getItem(KEY) !== text) localStorage.setItem(KEY, text);
  } catch {
    // A browser that forbids storage forgets; nothing else depends on it.
  }
}

/** @param {readonly string[]} names @param {Record<string, any>} from */
function pick(names, from) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

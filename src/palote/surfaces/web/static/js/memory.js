/** What the browser remembers from visit to visit: choices of the person, never a drawing. */

/** @typedef {import("./state.js").State} State */

const KEY = "palote";
const KEPT = /** @type {const} */ (["language", "live", "pen", "singleKeys", "looked"]);

/** @returns {Partial<State>} */
export function remembered() {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(KEPT.filter((name) => name in saved).map((name) => [name, saved[name]]));
  } catch {
    return {};
  }
}

/** @param {State} state */
export function remember(state) {
  try {
    const text = JSON.stringify(Object.fromEntries(KEPT.map((name) => [name, state[name]])));
    if (localStorage.getItem(KEY) !== text) localStorage.setItem(KEY, text);
  } catch {
    // A browser that forbids storage forgets; nothing else depends on it.
  }
}

/** The tabs of the page: which ones there are, their arrow keys, and the address of each. */

/** @typedef {import("./state.js").Tab} Tab */

/** @type {readonly Tab[]} */
const TABS = ["sheet", "camera", "api"];

/** @param {string | undefined} name @returns {Tab | undefined} */
export function tabOf(name) {
  return TABS.find((tab) => tab === name);
}

/** Keep the address in step, so that a reload comes back here. @param {Tab} tab */
export function showInAddress(tab) {
  const address = tab === TABS[0] ? location.pathname + location.search : `#${tab}`;
  history.replaceState(null, "", address);
}

/**
 * @param {HTMLElement} root
 * @param {() => Tab} now
 * @param {(tab: Tab) => void} open
 */
export function listenToTabs(root, now, open) {
  root.querySelector("[role=tablist]")?.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event);
    const at = TABS.indexOf(now());
    /** @type {Record<string, number>} */
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
    if (!(key in places)) return;
    event.preventDefault();
    const tab = TABS.at(places[key] % TABS.length) ?? now();
    open(tab);
    /** @type {HTMLElement | null} */ (root.querySelector(`[role=tab][data-value=${tab}]`))?.focus();
  });
  // So that an address, and the QR code of one, can lead to the camera.
  const follow = () => open(tabOf(location.hash.slice(1)) ?? "sheet");
  window.addEventListener("hashchange", follow);
  follow();
}

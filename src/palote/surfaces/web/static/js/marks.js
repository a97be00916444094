/**
 * Boxes over a picture, one for each digit that was found: buttons for the keyboard and for
 * who listens; the finger's taps are taken by what lies below, so that one can write there.
 *
 * Only one of them is in the order of Tab; the arrow keys lead on to the others.
 */

import { fill, percent } from "./i18n.js";

/** @typedef {import("./places.js").Mark} Mark */

/**
 * @param {HTMLElement} place
 * @param {(index: number) => void} pick
 */
export function listenToMarks(place, pick) {
  const at = (/** @type {EventTarget | null} */ target) => [...place.children].indexOf(/** @type {Element} */ (target));
  const choose = (/** @type {Event} */ event) => {
    const index = at(event.target);
    if (index >= 0) pick(index);
  };
  place.addEventListener("focusin", choose);
  place.addEventListener("click", choose);
  place.addEventListener("keydown", (event) => {
    const { length } = place.children;
    const index = at(event.target);
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: index - 1, ArrowUp: index - 1, ArrowRight: index + 1, ArrowDown: index + 1, Home: 0, End: length - 1,
    };
    if (index < 0 || !(event.key in places) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (place.children[(places[event.key] + length) % length]).focus();
  });
}

/**
 * @param {HTMLElement} place
 * @param {readonly Mark[]} marks
 * @param {import("./i18n.js").Words} words
 * @param {import("./i18n.js").Language} language
 */
export function showMarks(place, marks, words, language) {
  place.hidden = marks.length === 0;
  while (place.children.length > marks.length) place.lastElementChild?.remove();
  while (place.children.length < marks.length) {
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "mark";
    place.append(mark);
  }
  const looked = Math.max(0, marks.findIndex((mark) => mark.looked));
  for (const [i, mark] of marks.entries()) {
    const button = /** @type {HTMLElement} */ (place.children[i]);
    for (const side of /** @type {const} */ (["left", "top", "width", "height"])) {
      button.style.setProperty(side, `${(mark[side] * 100).toFixed(3)}%`);
    }
    const values = { n: i + 1, number: marks.length, digit: mark.value, share: percent(mark.confidence, language) };
    button.ariaLabel = fill(mark.sure ? words.mark : words.markUnsure, values);
    button.ariaPressed = String(mark.looked);
    button.classList.toggle("doubtful", !mark.sure);
    button.tabIndex = i === looked ? 0 : -1;
  }
}

/** Mouse, finger and keys on the frame guide, told as new guides. */

import { centred, keyed, moved, pulled } from "./guide.js";

/** @typedef {import("./guide.js").Corner} Corner */
/** @typedef {import("./guide.js").Guide} Guide */

/**
 * @param {HTMLElement} finder shows the whole picture
 * @param {HTMLElement} frame lies over the finder where the guide is
 * @param {() => {guide: Guide, aspect: number}} now
 * @param {(guide: Guide) => void} change
 */
export function listenToGuide(finder, frame, now, change) {
  /** @type {{pointer: number, corner: Corner | undefined, from: Guide, x: number, y: number} | null} */
  let grip = null;

  /** @param {MouseEvent} event */
  const place = (event) => {
    const box = finder.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.height, y: (event.clientY - box.top) / box.height };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (grip || event.button !== 0) return;
    const corner = /** @type {HTMLElement} */ (event.target).dataset.corner;
    grip = { pointer: event.pointerId, corner: /** @type {Corner | undefined} */ (corner), from: now().guide, ...place(event) };
    frame.setPointerCapture(event.pointerId);
    frame.focus({ preventScroll: true });
    event.preventDefault();
  });
  frame.addEventListener("pointermove", (event) => {
    if (event.pointerId !== grip?.pointer) return;
    const { aspect } = now();
    const { x, y } = place(event);
    const { corner, from } = grip;
    change(corner ? pulled(from, corner, x, y, aspect) : moved(from, x - grip.x, y - grip.y, aspect));
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    frame.addEventListener(name, (event) => {
      if (event.pointerId === grip?.pointer) grip = null;
    });
  }
  // Dragging is not everyone's: a click beside the frame brings it there.
  finder.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).matches("video, canvas")) {
      const { x, y } = place(event);
      change(centred(now().guide, x, y, now().aspect));
    }
  });
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { guide, aspect } = now();
    const next = keyed(guide, event, aspect);
    if (!next) return;
    event.preventDefault();
    change(next);
  });
}

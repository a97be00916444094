/** Mouse, finger and pen on the sheet, as Pointer Events, told in units of the sheet. */

import { SIDE } from "./strokes.js";

/**
 * @param {HTMLElement} surface
 * @param {(action: import("./state.js").Action) => void} dispatch
 */
export function listenToPen(surface, dispatch) {
  /** @type {number | null} */
  let active = null;

  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = surface.getBoundingClientRect();
    const limit = (/** @type {number} */ value) => Math.min(SIDE, Math.max(0, value));
    return [
      limit(((event.clientX - box.left) / box.width) * SIDE),
      limit(((event.clientY - box.top) / box.height) * SIDE),
    ];
  };

  surface.addEventListener("pointerdown", (event) => {
    if (active !== null || event.button !== 0) return;
    active = event.pointerId;
    surface.setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    dispatch({ type: "pen-down", x, y });
    event.preventDefault();
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== active) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const points = (events.length ? events : [event]).flatMap(place);
    dispatch({ type: "pen-move", points });
  });
  for (const [name, type] of /** @type {const} */ ([
    ["pointerup", "pen-up"],
    ["pointercancel", "pen-cancel"],
  ])) {
    surface.addEventListener(name, (event) => {
      if (event.pointerId !== active) return;
      active = null;
      dispatch({ type });
    });
  }
}

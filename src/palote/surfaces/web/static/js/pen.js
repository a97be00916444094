/**
 * Mouse, finger and pen on the sheet, as Pointer Events, told in units of the sheet.
 *
 * What begins on a digit that was found is a tap, which looks at that digit, or the beginning of
 * a stroke (the bar of a seven): it is known once the pen has moved or gone.
 */

/** @typedef {import("./state.js").Action} Action */

/** How far a tap may slip, in pixels of the page. */
const SLIP = 6;

/**
 * @param {HTMLElement} surface
 * @param {object} page
 * @param {() => import("./places.js").Rectangle} page.part of the plane that the surface shows, in units
 * @param {(x: number, y: number) => number | null} page.markAt the digit at a place, in shares of the surface
 * @param {(action: Action) => void} page.dispatch
 */
export function listenToPen(surface, { part, markAt, dispatch }) {
  /** @type {number | null} */
  let active = null;
  /** A pen that has not moved yet, on a digit. @type {{event: PointerEvent, index: number} | null} */
  let resting = null;

  /** @param {PointerEvent} event */
  const share = (event) => {
    const box = surface.getBoundingClientRect();
    const limit = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));
    return [limit((event.clientX - box.left) / box.width), limit((event.clientY - box.top) / box.height)];
  };
  /** @param {PointerEvent} event */
  const place = (event) => {
    const [across, down] = share(event);
    const { left, top, width, height } = part();
    return [left + across * width, top + down * height];
  };

  /** @param {PointerEvent} event */
  const begin = (event) => {
    const [x, y] = place(event);
    dispatch({ type: "pen-down", x, y });
  };

  surface.addEventListener("pointerdown", (event) => {
    if (active !== null || event.button !== 0) return;
    active = event.pointerId;
    surface.setPointerCapture(event.pointerId);
    const [across, down] = share(event);
    const index = markAt(across, down);
    if (index === null) begin(event);
    else resting = { event, index };
    event.preventDefault();
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== active) return;
    if (resting) {
      const { clientX, clientY } = resting.event;
      if (Math.hypot(event.clientX - clientX, event.clientY - clientY) < SLIP) return;
      begin(resting.event);
      resting = null;
    }
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
      if (resting && type === "pen-up") dispatch({ type: "pick", index: resting.index });
      else if (!resting) dispatch({ type });
      resting = null;
    });
  }
}

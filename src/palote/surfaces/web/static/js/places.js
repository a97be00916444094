/**
 * Where things lie: what part of the plane the sheet shows, and where on it a digit was found.
 *
 * A digit's box comes in pixels of the picture that was sent. That picture was cut out of the
 * strokes, or is a photo that lies in the middle of the sheet.
 */

import { isNumber, lookedAt, vouched } from "./number.js";
import { bounds, SIDE } from "./strokes.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{left: number, top: number, width: number, height: number}} Rectangle */
/** @typedef {{left: number, top: number, scale: number}} Cut left and top in units, pixels a unit */

/**
 * @typedef {Rectangle & {value: string, confidence: number, sure: boolean, looked: boolean}} Mark
 *   a digit that was found; its place in shares of the sheet
 */

/** Width of the sheet for numbers, in its heights. */
const WIDE = 1.6;

/** Width of the sheet by its height; with a photo on it, as near to that one's as may be. @param {State} state */
export function aspectOf({ expect, sheet: { photo } }) {
  if (expect !== "number") return 1;
  return photo?.width ? Math.min(WIDE, Math.max(1, photo.width / photo.height)) : WIDE;
}

/**
 * The part of the plane that the sheet shows, in units. Its middle stays where it is, whatever
 * is expected; what was written on a wider sheet is shown smaller on a square one.
 * @param {State} state
 * @returns {Rectangle}
 */
export function shownPart(state) {
  const aspect = aspectOf(state);
  const ink = bounds(state.sheet.strokes);
  const middle = SIDE / 2;
  const reach = (/** @type {number} */ low, /** @type {number} */ high) => Math.max(middle - low, high - middle);
  const half = ink
    ? Math.max(middle, reach(ink.top, ink.bottom), reach(ink.left, ink.right) / aspect)
    : middle;
  // Ink that was drawn to the very edge reaches over it by half a pen.
  const zoom = half > middle * 1.1 ? half : middle;
  return { left: middle - zoom * aspect, top: middle - zoom, width: 2 * zoom * aspect, height: 2 * zoom };
}

/**
 * The digits that were found on the sheet; none where a single digit was drawn.
 * @param {State} state
 * @returns {Mark[]}
 */
export function marksOf(state) {
  const { sheet, stroke, answer, fresh, picked } = state;
  const photo = stroke ? null : sheet.photo;
  if (!answer || answer.serial < fresh || answer.photo !== photo) return [];
  const { reading, cut } = answer;
  const number = isNumber(reading);
  if (!number && !photo) return [];
  const sure = number ? vouched(reading) : [true];
  const looked = lookedAt(reading, picked);
  const place = photo ? onPhoto(photo, aspectOf(state)) : cut && onStrokes(cut, shownPart(state));
  if (!place) return [];
  return reading.digits.map(({ box, value, confidence }, i) => ({
    ...place(box), value, confidence, sure: sure[i] ?? true, looked: number && i === looked,
  }));
}

/** @param {Cut} cut @param {Rectangle} part */
function onStrokes({ left, top, scale }, part) {
  return (/** @type {number[]} */ [x, y, width, height]) => ({
    left: (left + x / scale - part.left) / part.width,
    top: (top + y / scale - part.top) / part.height,
    width: width / scale / part.width,
    height: height / scale / part.height,
  });
}

/** @param {import("./photo.js").Photo} photo @param {number} aspect of the sheet */
function onPhoto({ width, height }, aspect) {
  if (!width) return null;
  const own = width / height;
  const [wide, high] = own > aspect ? [1, aspect / own] : [own / aspect, 1];
  return (/** @type {number[]} */ [x, y, w, h]) => ({
    left: (1 - wide) / 2 + (x / width) * wide,
    top: (1 - high) / 2 + (y / height) * high,
    width: (w / width) * wide,
    height: (h / height) * high,
  });
}

/**
 * Which mark lies at a place; the nearest one, where several do.
 * @param {readonly Rectangle[]} marks @param {number} x in shares of the sheet @param {number} y
 * @returns {number | null}
 */
export function markAt(marks, x, y) {
  let [best, least] = [/** @type {number | null} */ (null), Infinity];
  for (const [i, { left, top, width, height }] of marks.entries()) {
    if (x < left || y < top || x > left + width || y > top + height) continue;
    const distance = Math.hypot(x - left - width / 2, y - top - height / 2);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

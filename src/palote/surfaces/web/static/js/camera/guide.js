/**
 * The frame guide: the part of the camera's picture that is read. Pure geometry.
 *
 * Lengths are in heights of the picture, which is `aspect` wide and 1 high: so a square
 * stays a square when the picture changes its shape.
 */

/** @typedef {{x: number, y: number, width: number, height: number}} Guide left, top, ... */
/** @typedef {"nw" | "ne" | "sw" | "se"} Corner */

/** Shortest side, in heights of the picture. */
const LEAST = 0.12;
/** Side of the first guide, as a share of the picture's shorter side. */
const USUAL = 0.7;
/** Width of the first guide for a number, as a share of the picture's. */
const WIDE = 0.88;
/** How far one press of an arrow key moves it, in heights of the picture. */
const STEP = 0.02;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, number>} */
const SIZES = { "+": 1.08, "=": 1.08, "-": 1 / 1.08, "_": 1 / 1.08 };

/**
 * A square in the middle, or room for a number.
 * @param {number} aspect @param {boolean} [wide]
 * @returns {Guide}
 */
export function usual(aspect, wide = false) {
  const side = USUAL * Math.min(1, aspect);
  const [width, height] = wide ? [WIDE * aspect, Math.min(USUAL, (WIDE * aspect) / 2)] : [side, side];
  return { x: (aspect - width) / 2, y: (1 - height) / 2, width, height };
}

/**
 * The nearest guide that lies inside the picture.
 * @param {Guide} guide
 * @param {number} aspect
 * @returns {Guide}
 */
export function fit(guide, aspect) {
  const width = clamp(guide.width, LEAST, aspect);
  const height = clamp(guide.height, LEAST, 1);
  return { x: clamp(guide.x, 0, aspect - width), y: clamp(guide.y, 0, 1 - height), width, height };
}

/** @param {Guide} guide @param {number} dx @param {number} dy @param {number} aspect */
export function moved(guide, dx, dy, aspect) {
  return fit({ ...guide, x: guide.x + dx, y: guide.y + dy }, aspect);
}

/**
 * A corner was pulled to a place; the opposite corner stays.
 * @param {Guide} guide
 * @param {Corner} corner
 * @param {number} x
 * @param {number} y
 * @param {number} aspect
 * @returns {Guide}
 */
export function pulled({ x: left, y: top, width, height }, corner, x, y, aspect) {
  const [right, bottom] = [left + width, top + height];
  if (corner.endsWith("w")) left = clamp(x, 0, right - LEAST);
  else width = clamp(x, left + LEAST, aspect) - left;
  if (corner.startsWith("n")) top = clamp(y, 0, bottom - LEAST);
  else height = clamp(y, top + LEAST, 1) - top;
  if (corner.endsWith("w")) width = right - left;
  if (corner.startsWith("n")) height = bottom - top;
  return { x: left, y: top, width, height };
}

/** How much of the picture it takes, the way in which it takes more. @param {Guide} guide @param {number} aspect */
export function shareOf({ width, height }, aspect) {
  return Math.max(width / aspect, height);
}

/** Sized about its middle. @param {Guide} guide @param {number} share see `shareOf` @param {number} aspect */
export function sized(guide, share, aspect) {
  const factor = share / shareOf(guide, aspect);
  const [width, height] = [guide.width * factor, guide.height * factor];
  const [x, y] = [guide.x + (guide.width - width) / 2, guide.y + (guide.height - height) / 2];
  return fit({ x, y, width, height }, aspect);
}

/** With its middle at a place. @param {Guide} guide @param {number} x @param {number} y @param {number} aspect */
export function centred(guide, x, y, aspect) {
  return fit({ ...guide, x: x - guide.width / 2, y: y - guide.height / 2 }, aspect);
}

/**
 * What a key does to it: arrows move it, with Shift in larger steps; + and - size it.
 * @param {Guide} guide
 * @param {Pick<KeyboardEvent, "key" | "shiftKey">} event
 * @param {number} aspect
 * @returns {Guide | null} null if the key means nothing here
 */
export function keyed(guide, { key, shiftKey }, aspect) {
  if (key in SIZES) return sized(guide, shareOf(guide, aspect) * SIZES[key], aspect);
  if (!(key in ARROWS)) return null;
  const [dx, dy] = ARROWS[key].map((way) => way * STEP * (shiftKey ? 5 : 1));
  return moved(guide, dx, dy, aspect);
}

/**
 * The part of a picture that it frames, in whole pixels.
 * @param {Guide} guide
 * @param {number} width of the picture
 * @param {number} height
 */
export function pixelsOf(guide, width, height) {
  const x = Math.min(width - 1, Math.round(guide.x * height));
  const y = Math.min(height - 1, Math.round(guide.y * height));
  return {
    x, y,
    width: clamp(Math.round(guide.width * height), 1, width - x),
    height: clamp(Math.round(guide.height * height), 1, height - y),
  };
}

/** @param {number} value @param {number} least @param {number} most */
function clamp(value, least, most) {
  return Math.min(Math.max(value, least), Math.max(least, most));
}

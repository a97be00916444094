/**
 * The small grey picture of the ink that is sent: dark on white, cropped, with a margin.
 *
 * It is drawn here, point by point, and not read back from the canvas: some browsers
 * falsify what they give back from there (against fingerprinting), and a picture that
 * is drawn small keeps thin strokes that would fade if it were shrunk.
 */

import { bounds, smooth } from "./strokes.js";

/** @typedef {import("./number.js").Expect} Expect */
/** @typedef {import("./strokes.js").Stroke} Stroke */

/**
 * @typedef {object} Grey
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} pixels one byte each, row by row, 255 is paper
 */

/** Longer side of the picture of a digit, in pixels, and of one of a number. */
const LONGER = 112;
const LONGEST = 560;
/** Margin, as a share of the ink's longer side. */
const MARGIN = 0.2;
/** Shortest side of the crop, in units: a dot must stay a dot. */
const LEAST = 280;
/** Thinnest stroke in the picture, in pixels. */
const THINNEST = 2.4;

/**
 * @param {readonly Stroke[]} strokes
 * @param {Expect} [expect]
 * @returns {(Grey & import("./places.js").Cut) | null} null if there is no ink
 */
export function crop(strokes, expect = "digit") {
  const box = bounds(strokes);
  if (!box) return null;
  const [inkWide, inkHigh] = [box.right - box.left, box.bottom - box.top];
  const margin = MARGIN * Math.max(inkWide, inkHigh);
  const wide = Math.max(inkWide + 2 * margin, LEAST);
  const high = Math.max(inkHigh + 2 * margin, LEAST);
  const scale = longerOf(expect, wide / high) / Math.max(wide, high);
  const [width, height] = [Math.round(wide * scale), Math.round(high * scale)];
  const left = (box.left + box.right - wide) / 2;
  const top = (box.top + box.bottom - high) / 2;
  const pixels = new Uint8Array(width * height).fill(255);
  for (const stroke of strokes) {
    const radius = Math.max(stroke.width * scale, THINNEST) / 2;
    const curve = smooth(stroke.points).map((value, i) => (value - (i % 2 ? top : left)) * scale);
    for (let i = 0; i < curve.length; i += 2) {
      const next = Math.min(i + 2, curve.length - 2);
      line({ width, height, pixels }, curve[i], curve[i + 1], curve[next], curve[next + 1], radius);
    }
  }
  return { width, height, pixels, left, top, scale };
}

/**
 * Longer side of the picture: what may be a number is as high as a digit's, and as long as it
 * takes.
 * @param {Expect} expect @param {number} aspect
 */
function longerOf(expect, aspect) {
  if (expect === "number") return LONGEST;
  return expect === "auto" ? Math.min(LONGEST, LONGER * Math.max(1, aspect)) : LONGER;
}

/**
 * Draw a straight piece with round ends and soft edges.
 * @param {Grey} grey
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 * @param {number} radius
 */
function line({ width, height, pixels }, x0, y0, x1, y1, radius) {
  const reach = radius + 1;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const lastX = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
  const lastY = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
  for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - reach)); y <= lastY; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - reach)); x <= lastX; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = squared ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const cover = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const value = Math.round(255 * (1 - cover));
      const at = y * width + x;
      if (value < pixels[at]) pixels[at] = value;
    }
  }
}

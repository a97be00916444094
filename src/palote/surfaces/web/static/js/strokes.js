/**
 * Strokes are data: lists of points that are replayed, on the screen at any size and
 * into the small picture that is sent.
 *
 * Coordinates are units: the square sheet is `SIDE` of them wide and high, from 0 on; a wider one
 * goes on to both sides (`places.js`).
 */

export const SIDE = 1000;

/**
 * @typedef {object} Stroke
 * @property {number} width pen width, in units
 * @property {readonly number[]} points x, y, x, y, ...
 */

/** How far apart the points of a replayed curve are at most, in units. */
const STEP = 8;

/**
 * The smooth curve through a stroke's points, as a chain of short straight pieces.
 * @param {readonly number[]} points x, y, ...
 * @returns {number[]} x, y, ...
 */
export function smooth(points) {
  if (points.length <= 4) return [...points];
  const curve = [points[0], points[1]];
  let [fromX, fromY] = points;
  for (let i = 2; i < points.length - 2; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    const [toX, toY] = [(x + points[i + 2]) / 2, (y + points[i + 3]) / 2];
    const length = Math.hypot(x - fromX, y - fromY) + Math.hypot(toX - x, toY - y);
    const pieces = Math.max(1, Math.ceil(length / STEP));
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      curve.push(bend(fromX, x, toX, t), bend(fromY, y, toY, t));
    }
    [fromX, fromY] = [toX, toY];
  }
  curve.push(points[points.length - 2], points[points.length - 1]);
  return curve;
}

/** @param {number} a @param {number} control @param {number} b @param {number} t */
function bend(a, control, b, t) {
  return (1 - t) * (1 - t) * a + 2 * t * (1 - t) * control + t * t * b;
}

/**
 * The box around all ink, pen width included.
 * @param {readonly Stroke[]} strokes
 * @returns {{left: number, top: number, right: number, bottom: number} | null}
 */
export function bounds(strokes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { width, points } of strokes) {
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i] - width / 2);
      right = Math.max(right, points[i] + width / 2);
      top = Math.min(top, points[i + 1] - width / 2);
      bottom = Math.max(bottom, points[i + 1] + width / 2);
    }
  }
  return left > right ? null : { left, top, right, bottom };
}

/**
 * Replay strokes on a canvas.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly Stroke[]} strokes
 * @param {import("./places.js").Rectangle} part of the plane that is shown, in units
 * @param {string} colour
 */
export function paint(context, strokes, part, colour) {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.scale(width / part.width, height / part.height);
  context.translate(-part.left, -part.top);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = colour;
  for (const { width, points } of strokes) {
    const curve = smooth(points);
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(curve[0], curve[1]);
    if (curve.length === 2) context.lineTo(curve[0], curve[1]);
    for (let i = 2; i < curve.length; i += 2) context.lineTo(curve[i], curve[i + 1]);
    context.stroke();
  }
}

/** What the page sends: the picture to read, and the one to teach. */

import { crop } from "./ink.js";
import { isNumber, lookedAt } from "./number.js";
import { encode } from "./png.js";
import { hasInk, inkOf, readingOf } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** The picture on the sheet, unless a stroke is being drawn over it. @param {State} state */
export function photoOf({ stroke, sheet }) {
  return stroke ? null : sheet.photo;
}

/** What the sheet shows, as it is sent; null if it is blank. @param {State} state */
export async function sentOf(state) {
  if (!hasInk(state)) return null;
  const photo = photoOf(state);
  if (photo) return { picture: photo.blob, cut: null };
  const ink = crop(inkOf(state), state.expect);
  return ink && { picture: await encode(ink), cut: { left: ink.left, top: ink.top, scale: ink.scale } };
}

/**
 * The digit of a number that is looked at, in the picture that it was read from; null where a
 * single digit was read.
 * @param {State} state
 * @returns {{picture: Blob, box: readonly number[], index: number} | null}
 */
export function digitOf(state) {
  const reading = readingOf(state);
  const picture = (state.tab === "camera" ? state.camera.seen : state.answer)?.picture;
  if (!reading || !picture || !isNumber(reading)) return null;
  const index = lookedAt(reading, state.picked);
  return { picture, box: reading.digits[index].box, index };
}

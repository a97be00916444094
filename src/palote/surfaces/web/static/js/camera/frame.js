/**
 * One frame of the video, cut to the guide and shrunk, as it is sent.
 *
 * JPEG of 224 pixels: of the sizes and formats that were tried (128 to 480 pixels, grey and
 * colour, JPEG and PNG) it is read as well as any, also where a thin digit fills a fifth of
 * the guide, and costs the server half of what 320 pixels cost. In colour, since blue ink
 * on coloured paper may be plain in one channel only.
 */

import { pixelsOf } from "./guide.js";

/** @typedef {import("./guide.js").Guide} Guide */
/** @typedef {HTMLVideoElement | HTMLCanvasElement} Source */

/**
 * @typedef {object} Frame
 * @property {Blob} picture
 * @property {number} width of the picture, in pixels
 * @property {number} height
 * @property {Guide} guide what it was cut to
 */

/** Longer side of what is sent, in pixels; that of a number has several digits in it. */
const LONGER = { digit: 224, number: 640 };
const QUALITY = 0.8;

/** Width and height of a source; zero while it has no picture. @param {Source} source */
export function sizeOf(source) {
  return source instanceof HTMLVideoElement
    ? { width: source.videoWidth, height: source.videoHeight }
    : { width: source.width, height: source.height };
}

/** Makes frames, always on the same canvas. */
export function createCutter() {
  const canvas = document.createElement("canvas");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));

  /**
   * @param {Source} source
   * @param {Guide} guide
   * @param {boolean} wide whether it is of a number
   * @returns {Promise<Frame | null>} null if the source has no picture
   */
  return async (source, guide, wide) => {
    const size = sizeOf(source);
    if (!size.width) return null;
    const part = pixelsOf(guide, size.width, size.height);
    const scale = Math.min(1, (wide ? LONGER.number : LONGER.digit) / Math.max(part.width, part.height));
    canvas.width = Math.max(1, Math.round(part.width * scale));
    canvas.height = Math.max(1, Math.round(part.height * scale));
    context.imageSmoothingQuality = "high";
    context.drawImage(source, part.x, part.y, part.width, part.height, 0, 0, canvas.width, canvas.height);
    const { width, height } = canvas;
    const picture = await new Promise((/** @type {BlobCallback} */ resolve) => {
      canvas.toBlob(resolve, "image/jpeg", QUALITY);
    });
    return picture && { picture, width, height, guide };
  };
}

/** A copy of the whole picture, to hold. @param {HTMLVideoElement} video */
export function still(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false })).drawImage(video, 0, 0);
  return canvas;
}

/**
 * A picture that was opened, dropped or pasted, made ready to show and to send.
 *
 * Large ones are shrunk in the browser: a phone's photo is ten times what the reader
 * needs. What the browser cannot open (HEIC, TIFF) is sent as it is.
 */

/**
 * @typedef {object} Photo
 * @property {Blob} blob what is sent
 * @property {string | null} url to show it; null if the browser cannot
 * @property {number} width of what is sent, upright; 0 if unknown
 * @property {number} height
 */

/** Longer side of what is sent, in pixels. */
const LONGER = 1600;

/**
 * @param {Blob} file
 * @returns {Promise<Photo>}
 */
export async function prepare(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { blob: file, url: null, width: 0, height: 0 };
  }
  const { width, height } = bitmap;
  const scale = LONGER / Math.max(width, height);
  const blob = scale < 1 ? await shrink(bitmap, scale, file.type) : file;
  bitmap.close();
  const factor = Math.min(scale, 1);
  return {
    blob,
    url: URL.createObjectURL(blob),
    width: Math.round(width * factor),
    height: Math.round(height * factor),
  };
}

/**
 * The first picture among what was dropped or pasted.
 * @param {DataTransfer | null} transfer
 * @returns {File | null}
 */
export function pictureIn(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0] ?? null;
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} scale
 * @param {string} type media type of the file
 * @returns {Promise<Blob>}
 */
function shrink(bitmap, scale, type) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  // Only JPEG stays JPEG: in the others the ink may lie in the alpha channel alone.
  const kind = type === "image/jpeg" ? "image/jpeg" : "image/png";
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no blob"))), kind, 0.92);
  });
}

/**
 * Files dropped anywhere on the page.
 * @param {HTMLElement} curtain shown while a file is over the page
 * @param {(file: File | null) => void} open
 */
export function listenToDrops(curtain, open) {
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    curtain.hidden = event.type !== "dragover";
  };
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(event);
  });
  window.addEventListener("drop", (event) => {
    over(event);
    open(pictureIn(event.dataTransfer));
  });
}

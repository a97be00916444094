/**
 * A picture that was opened, dropped or pasted, made ready to show and to send.
 *
 * Large ones are shrunk in the browser: a phone's photo is ten times what the reader
 * needs. What the browser cannot open (HEIC, TIFF) is sent as it is.
 */

/**
 * @typedef {object} Photo
 * @property {Blob} file what was given
 * @property {number} turns how often it was turned by a quarter, to the right: 0 to 3
 * @property {Blob} blob what is sent
 * @property {string | null} url to show it; null if the browser cannot
 * @property {number} width of what is sent, upright; 0 if unknown
 * @property {number} height
 */

/** Longer side of what is sent, in pixels. */
const LONGER = 1600;

/**
 * @param {Blob} file
 * @param {number} turns by a quarter, to the right
 * @returns {Promise<Photo>}
 */
export async function prepare(file, turns = 0) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { file, turns: 0, blob: file, url: null, width: 0, height: 0 };
  }
  const scale = Math.min(LONGER / Math.max(bitmap.width, bitmap.height), 1);
  const width = Math.round(bitmap.width * scale);
  const height = Math.round(bitmap.height * scale);
  const blob = scale < 1 || turns ? await redrawn(bitmap, width, height, turns, file.type) : file;
  bitmap.close();
  const upright = turns % 2 ? { width: height, height: width } : { width, height };
  return { file, turns, blob, url: URL.createObjectURL(blob), ...upright };
}

/** The same picture, turned by one more quarter. @param {Photo} photo */
export function turned(photo) {
  // From the file again: a JPEG would lose a little each time.
  return prepare(photo.file, (photo.turns + 1) % 4);
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
 * @param {number} width in pixels, before it is turned
 * @param {number} height
 * @param {number} turns by a quarter, to the right
 * @param {string} type media type of the file
 * @returns {Promise<Blob>}
 */
function redrawn(bitmap, width, height, turns, type) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turns % 2 ? [height, width] : [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(bitmap, -width / 2, -height / 2, width, height);
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

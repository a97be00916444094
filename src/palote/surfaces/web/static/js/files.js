/** A file out of the page, into the person's downloads. */

/** How long the browser may take to fetch it, in milliseconds. */
const LONG = 2000;

/** @param {Blob} file @param {string} name */
export function saveAs(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LONG);
}

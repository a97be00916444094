/** Text into the clipboard. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there now
 */
export async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

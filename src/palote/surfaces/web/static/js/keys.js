/** The keyboard: which key does what. Writing apart, everything on the page has one. */

/**
 * @typedef {"undo" | "redo" | "clear" | "read" | "open" | "example" | "live" | "thinner"
 *   | "thicker" | "copy" | "looked" | "language" | "help"} Command
 */

/** @type {Record<string, Command>} */
const SINGLE = {
  o: "open", e: "example", l: "live", "[": "thinner", "]": "thicker", c: "copy", s: "looked",
  i: "language", "?": "help",
};

/**
 * The command of a key press, if it has one here.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @param {{singleKeys: boolean, typing: boolean, onControl: boolean}} where `typing`: the
 *   focus takes letters itself; `onControl`: Enter and Delete belong to the focus
 * @returns {Command | null}
 */
export function commandOf(event, { singleKeys, typing, onControl }) {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    return key === "y" ? "redo" : null;
  }
  if (key === "delete" || key === "backspace") return typing ? null : "clear";
  if (key === "enter") return onControl ? null : "read";
  if (!singleKeys || typing) return null;
  return SINGLE[key] ?? null;
}

/** The keyboard: which key does what. Writing apart, everything on the page has one. */

/**
 * @typedef {"undo" | "redo" | "clear" | "read" | "open" | "example" | "live" | "quarter" | "thinner"
 *   | "thicker" | "copy" | "looked" | "expect" | "language" | "help" | "tab" | "start" | "stop" | "freeze" | "pace"
 *   | "turn" | "add" | "list-undo" | "list-clear" | "teach" | "teach-undo" | "taught"} Command
 */
/** @typedef {import("./state.js").Tab} Tab */

/** @type {Record<string, Command>} */
const ANYWHERE = { o: "open", c: "copy", s: "looked", m: "expect", i: "language", "?": "help", v: "tab" };

/** @type {Record<Tab, Record<string, Command>>} */
const SINGLE = {
  sheet: { ...ANYWHERE, e: "example", l: "live", r: "quarter", "[": "thinner", "]": "thicker" },
  camera: { ...ANYWHERE, " ": "freeze", l: "pace", f: "turn", a: "add" },
  api: { o: "open", m: "expect", i: "language", "?": "help", v: "tab" },
};
/** Where something can be taught. @type {Record<string, Command>} */
const TEACHING = { u: "teach-undo", t: "taught" };
/** What the picture can have been: the label of each key. */
const LABELS = /** @type {Record<string, string>} */ ({ n: "none" });
for (const digit of "0123456789") LABELS[digit] = digit;

/** @type {Record<Tab, Record<string, Command>>} */
const NAMED = { sheet: { enter: "read" }, camera: { enter: "start", escape: "stop" }, api: {} };
/** @type {Record<Tab, {clear: Command | null, undo: Command | null, redo: Command | null}>} */
const HISTORY = {
  sheet: { clear: "clear", undo: "undo", redo: "redo" },
  camera: { clear: "list-clear", undo: "list-undo", redo: null },
  api: { clear: null, undo: null, redo: null },
};

/**
 * The command of a key press, if it has one here.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @param {{singleKeys: boolean, typing: boolean, onControl: boolean, tab: Tab, teaching: boolean}} where
 *   `typing`: the focus takes letters itself; `onControl`: Enter and Space belong to the focus;
 *   `teaching`: the page can be taught
 * @returns {{command: Command, value?: string} | null}
 */
export function commandOf(event, where) {
  const command = plainCommand(event, where);
  if (command) return { command };
  const { altKey, ctrlKey, metaKey } = event;
  if (!where.teaching || !where.singleKeys || where.typing || altKey || ctrlKey || metaKey) return null;
  const key = event.key.toLowerCase();
  if (key in TEACHING) return { command: TEACHING[key] };
  return key in LABELS ? { command: "teach", value: LABELS[key] } : null;
}

/**
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 * @param {{singleKeys: boolean, typing: boolean, onControl: boolean, tab: Tab}} where
 * @returns {Command | null}
 */
function plainCommand(event, { singleKeys, typing, onControl, tab }) {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const { undo, redo } = HISTORY[tab];
    if (key === "z") return event.shiftKey ? redo : undo;
    return key === "y" ? redo : null;
  }
  if (key === "delete" || key === "backspace") return typing ? null : HISTORY[tab].clear;
  if (onControl && (key === "enter" || key === " ")) return null;
  if (key in NAMED[tab]) return NAMED[tab][key];
  if (!singleKeys || typing) return null;
  return SINGLE[tab][key] ?? null;
}

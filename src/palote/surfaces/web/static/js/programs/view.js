/** Shows the tab for programs, and copies its examples. */

import { writeClipboard } from "../clipboard.js";
import { setText } from "../dom.js";
import { PROGRAMS, snippet } from "./snippets.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("./snippets.js").Program} Program */

/** How long "Copied" stays, in milliseconds. */
const COPIED = 2000;

/** What a state makes of an example. @param {Program} program @param {State} state */
function textOf(program, { expect, answer, camera }) {
  const reading = answer?.reading ?? camera.seen?.reading;
  return snippet(program, { origin: location.origin, expect, reading });
}

/** @param {HTMLElement} root @param {Record<string, any>} parts */
export function createProgramsView(root, parts) {
  const blocks = PROGRAMS.map((program) => {
    const block = /** @type {HTMLElement} */ (root.querySelector(`[data-program=${program}]`));
    const code = /** @type {HTMLElement} */ (block.querySelector("code"));
    const copy = /** @type {HTMLElement} */ (block.querySelector("button span"));
    return { program, code, copy };
  });

  /** @param {State} state @param {import("../i18n.js").Words} words */
  return (state, words) => {
    const { copiedProgram: copied } = state;
    for (const { program, code, copy } of blocks) {
      setText(code, textOf(program, state));
      const done = copied?.done ? words.programCopied : words.programNotCopied;
      setText(copy, copied?.program === program ? done : words.programCopy);
    }
    setText(parts.programTold, copied ? (copied.done ? words.programCopied : words.programNotCopied) : "");
    const none = !textOf("json", state);
    parts.jsonPre.hidden = parts.jsonCopy.hidden = none;
    setText(parts.jsonSaid, none ? words.jsonNone : words.jsonText);
  };
}

/**
 * What the buttons of the tab do.
 * @param {() => State} now
 * @param {(copied: State["copiedProgram"]) => void} tell
 * @returns {Record<string, (value?: string) => void>}
 */
export function programCommands(now, tell) {
  return {
    async "copy-program"(value) {
      const program = PROGRAMS.find((one) => one === value);
      if (!program) return;
      const copied = { program, done: await writeClipboard(textOf(program, now())) };
      tell(copied);
      setTimeout(() => now().copiedProgram === copied && tell(null), COPIED);
    },
  };
}

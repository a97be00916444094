/** What became of what was taught, in words: pure functions. */

import { explain, fill } from "../i18n.js";

/** @typedef {import("../i18n.js").Language} Language */
/** @typedef {import("../i18n.js").Words} Words */
/** @typedef {import("./api.js").Shares} Shares */

/** Label of what is not a digit. */
export const NONE = "none";

/**
 * A share that is read right, in per cent.
 * @param {number} share 0 to 1 @param {Language} language @param {number} decimals
 */
export function right(share, language, decimals) {
  return new Intl.NumberFormat(language, {
    style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  }).format(share);
}

/**
 * How much is read right, before and after; null if there is nothing of the person's own.
 * @param {Shares} of @param {Language} language
 */
export function shares(of, language) {
  if (of.own_before === null || of.own_after === null) return null;
  return {
    ownBefore: right(of.own_before, language, 0),
    ownAfter: right(of.own_after, language, 0),
    before: right(of.general_before, language, 1),
    after: right(of.general_after, language, 1),
  };
}

/**
 * The form for one, or for several, filled in.
 * @param {readonly string[]} forms @param {number} number @param {Record<string, string | number>} [values]
 */
export function counted(forms, number, values = {}) {
  return fill(number === 1 ? forms[0] : forms[1], { number, ...values });
}

/**
 * What the last change came to, or why it did not happen; "" if there was none.
 * @param {import("./state.js").Lesson} lesson @param {Words} words @param {Language} language
 * @returns {{text: string, kind: "good" | "kept" | "refused" | "waiting" | "none"}}
 */
export function told(lesson, words, language) {
  if (lesson.busy) return { text: words.learning, kind: "waiting" };
  if (lesson.refused) {
    const { code, detail } = lesson.refused;
    // Some codes mean another thing here than where something is read.
    const own = words.errors[`learn:${code}`];
    const text = code === "away" ? words.away : (own ?? explain({ code, detail }, words));
    return { text, kind: "refused" };
  }
  if (!lesson.done) return { text: "", kind: "none" };
  const { doing, outcome, label } = lesson.done;
  const say = words.outcomes;
  /** @type {string[]} */
  const parts = [];
  if (doing === "undo" || doing === "forget" || doing === "forgetAll") parts.push(say[doing]);
  if (doing === "import") parts.push(counted(say.added, outcome.added));
  parts.push(changed(lesson.done, words, language));
  if (doing === "teach" && outcome.reason === "learned") parts.push(readAs(outcome.read_as, label, words));
  if (outcome.skipped.length) parts.push(fill(say.skipped, { what: outcome.skipped.slice(0, 3).join(" ") }));
  const taken = outcome.learned || outcome.reason === "already_right";
  return { text: parts.filter(Boolean).join(" "), kind: taken ? "good" : "kept" };
}

/** @param {import("./state.js").Done} done @param {Words} words @param {Language} language */
function changed({ doing, outcome }, words, language) {
  const say = words.outcomes;
  const numbers = shares(outcome, language);
  switch (outcome.reason) {
    case "learned":
      return numbers ? counted(say.learned, outcome.corrections, numbers) : say.trained;
    case "rolled_back":
      if (doing !== "rollback") return "";
      return outcome.version ? fill(say.rolled_back, { version: outcome.version }) : say.rolledToShipped;
    case "unchanged":
      return doing === "teach" || doing === "rollback" ? say.unchanged : "";
    case "forgets":
      return fill(say.forgets, { before: right(outcome.general_before, language, 1) });
    case "already_right":
      return doing === "teach" ? say.already_right : "";
    case "no_better": case "worse": case "emptied":
      return doing === "teach" || outcome.reason === "emptied" ? say[outcome.reason] : "";
    default:
      return outcome.message;
  }
}

/** @param {string} now what it is read as @param {string | null} label @param {Words} words */
function readAs(now, label, words) {
  if (!now || !label) return "";
  const say = words.outcomes;
  if (now === label) return now === NONE ? say.nowReadAsNone : fill(say.nowReadAs, { digit: now });
  return now === NONE ? say.stillReadAsNone : fill(say.stillReadAs, { digit: now });
}

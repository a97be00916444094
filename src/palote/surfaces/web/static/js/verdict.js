/** What the answer says, in words: a pure function of what the page knows. */

import { cameraVerdict } from "./camera/verdict.js";
import { explain, fill, percent } from "./i18n.js";
import { hasInk, readingOf } from "./state.js";

/**
 * @typedef {object} Verdict
 * @property {"idle" | "waiting" | "refused" | "ok" | "unsure" | "not_digit" | "empty"} kind
 * @property {string} glyph the one large sign
 * @property {string} headline
 * @property {string} sure how sure, or what to do
 * @property {string} took
 */

/** From which confidence on the first and the second word for "sure" holds. */
const SURE = [0.98, 0.9];

/**
 * @param {import("./state.js").State} state
 * @param {import("./i18n.js").Words} words
 * @returns {Verdict}
 */
export function verdictOf(state, words) {
  if (state.tab === "camera") return cameraVerdict(state.camera, words, state.language);
  const plain = { glyph: "", sure: "", took: "" };
  if (state.refusal) {
    const sure = explain(state.refusal, words);
    return { ...plain, kind: "refused", glyph: "!", headline: words.refused, sure };
  }
  if (!hasInk(state)) {
    const sure = state.live ? words.idleLive : words.idleStill;
    return { ...plain, kind: "idle", glyph: "///", headline: words.idle, sure };
  }
  if (!state.answer) {
    const waiting = state.wanted > state.answered && !state.away;
    const headline = waiting ? words.reading : words.idle;
    return { ...plain, kind: "waiting", glyph: "///", headline, sure: waiting || state.live ? "" : words.idleStill };
  }
  const { reading, ms } = state.answer;
  const took = fill(words.took, { ms: Math.max(1, Math.round(ms)) });
  const digit = reading.digits[0];
  if (reading.status === "empty" || !digit) {
    return { kind: "empty", glyph: "–", headline: words.empty, sure: words.emptyText, took };
  }
  const share = percent(digit.confidence, state.language);
  const named = { digit: digit.value };
  if (reading.status === "not_digit") {
    const sure = `${fill(words.nearest, named)}: ${share}`;
    return { kind: "not_digit", glyph: "×", headline: words.notDigit, sure, took };
  }
  if (reading.status === "unsure") {
    const sure = `${fill(words.perhaps, named)}: ${share}`;
    return { kind: "unsure", glyph: "?", headline: words.unsure, sure, took };
  }
  const step = SURE.findIndex((least) => digit.confidence >= least);
  const sure = `${words.sure.at(step)}: ${share}`;
  return { kind: "ok", glyph: digit.value, headline: words.digits[Number(digit.value)], sure, took };
}

/**
 * The ten probabilities of the answer; zeros while there is none.
 * @param {import("./state.js").State} state
 * @returns {number[]}
 */
export function sharesOf(state) {
  return readingOf(state)?.digits[0]?.probabilities ?? new Array(10).fill(0);
}

/**
 * The table of all ten, for a spreadsheet: tab-separated, numbers as the language writes them.
 * @param {import("./state.js").State} state
 * @param {import("./i18n.js").Words} words
 */
export function tableText(state, words) {
  const number = new Intl.NumberFormat(state.language, { minimumFractionDigits: 6 });
  const rows = sharesOf(state).map((share, digit) => `${digit}\t${number.format(share)}`);
  return [`${words.digit}\t${words.probability}`, ...rows].join("\n");
}

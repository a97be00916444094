/** What the answer says, in words: a pure function of what the page knows. */

import { cameraVerdict } from "./camera/verdict.js";
import { explain, fill, percent } from "./i18n.js";
import { DOUBT, isNumber, lookedAt, numberTitle, spelled, tableOf } from "./number.js";
import { hasInk, readingOf } from "./state.js";

/**
 * @typedef {object} Verdict
 * @property {"idle" | "waiting" | "refused" | "ok" | "unsure" | "not_digit" | "empty"} kind
 * @property {string} glyph the one large sign
 * @property {string} headline
 * @property {string} sure how sure, or what to do
 * @property {string} took
 * @property {boolean} [number] whether the numbers of the reading take the sign's place
 * @property {string} [spoken] in place of the headline
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
  if (isNumber(reading)) return { ...numberVerdict(reading, words, state.language), took };
  if (reading.status === "not_digit" && !reading.digits.length) {
    return { kind: "not_digit", glyph: "×", headline: words.notNumber, sure: words.notNumberText, took };
  }
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
  const sure = `${sureWord(digit.confidence, words)}: ${share}`;
  return { kind: "ok", glyph: digit.value, headline: words.digits[Number(digit.value)], sure, took };
}

/**
 * What is said of numbers; the numbers themselves are the sign.
 * @param {import("./api.js").Reading} reading
 * @param {import("./i18n.js").Words} words
 * @param {import("./i18n.js").Language} language
 * @returns {Omit<Verdict, "took">}
 */
function numberVerdict(reading, words, language) {
  const { raw, status, confidence, lines } = reading;
  const share = percent(confidence, language);
  const form = { kind: status === "ok" ? status : "unsure", glyph: raw, number: true, spoken: spelled(raw, words.doubt) };
  if (lines.length > 1) {
    const number = lines.filter((line) => line.status === "ok").length;
    const sure = status === "ok" ? `${words.allRight}: ${share}` : fill(words.linesSure, { number, all: lines.length });
    return { ...form, headline: numberTitle(reading, words), sure };
  }
  if (status !== "ok") {
    const best = lines[0].alternatives[0];
    const doubts = [...raw].filter((sign) => sign === DOUBT).length;
    const sure = best ? `${fill(words.perhapsNumber, { text: best.raw })}: ${share}` : "";
    return { ...form, headline: doubts > 1 ? fill(words.doubts, { number: doubts }) : words.oneDoubt, sure };
  }
  return { ...form, headline: numberTitle(reading, words), sure: `${sureWord(confidence, words)}: ${share}` };
}

/** @param {number} confidence @param {import("./i18n.js").Words} words */
function sureWord(confidence, words) {
  return words.sure.at(SURE.findIndex((least) => confidence >= least)) ?? "";
}

/**
 * The ten probabilities of the digit that is looked at; zeros while there is none.
 * @param {import("./state.js").State} state
 * @returns {number[]}
 */
export function sharesOf(state) {
  const reading = readingOf(state);
  return reading?.digits[lookedAt(reading, state.picked)]?.probabilities ?? new Array(10).fill(0);
}

/**
 * The table of all ten, for a spreadsheet: tab-separated, numbers as the language writes them.
 * Of numbers, these come first, and the ten are those of the digit that is looked at; before all, the cells of a
 * table, row by row.
 * @param {import("./state.js").State} state
 * @param {import("./i18n.js").Words} words
 */
export function tableText(state, words) {
  const number = new Intl.NumberFormat(state.language, { minimumFractionDigits: 6 });
  const rows = sharesOf(state).map((share, digit) => `${digit}\t${number.format(share)}`);
  const reading = readingOf(state);
  const lines = isNumber(reading) ? reading.lines : [];
  const texts = lines.map(({ raw, confidence }) => `${raw}\t${number.format(confidence)}`);
  const first = texts.length ? [`${words.expectNumber}\t${words.confidence}`, ...texts, ""] : [];
  const cells = (tableOf({ lines }) ?? []).map((row) => row.map((own) => own.map((i) => lines[i].raw).join(" ")).join("\t"));
  return [...cells, ...(cells.length ? [""] : []), ...first, `${words.digit}\t${words.probability}`, ...rows].join("\n");
}

/** What the camera says, in words: a pure function, like `../verdict.js`. */

import { explain, fill, percent } from "../i18n.js";
import { isNumber, numberTitle, spelled } from "../number.js";
import { isConfirmed, shownText } from "./state.js";

/** @typedef {import("../i18n.js").Language} Language */
/** @typedef {import("../i18n.js").Words} Words */
/** @typedef {import("./state.js").CameraState} CameraState */

/**
 * @param {CameraState} camera
 * @param {Words} words
 * @param {Language} language
 * @returns {import("../verdict.js").Verdict}
 */
export function cameraVerdict(camera, words, language) {
  const plain = { glyph: "///", sure: "", took: "" };
  if (!camera.on) return { ...plain, kind: "idle", headline: words.cameraOff, sure: words.cameraIdle };
  if (camera.refusal) {
    const sure = explain(camera.refusal, words);
    return { ...plain, kind: "refused", glyph: "!", headline: words.refused, sure };
  }
  if (!camera.seen) {
    const headline = camera.ready ? words.reading : words.cameraWaiting;
    return { ...plain, kind: "waiting", headline };
  }
  const took = tookOf(camera, words);
  const shown = shownText(camera);
  if (!shown) {
    const [headline, sure] = camera.wide ? [words.noNumber, words.noNumberText] : [words.noDigit, words.noDigitText];
    return { kind: "empty", glyph: "–", headline, sure, took };
  }
  const { reading } = camera.seen;
  const share = percent(shown.confidence, language);
  const sure = `${isConfirmed(camera) ? words.confirmed : words.glimpsed}: ${share}`;
  const plainly = { kind: /** @type {const} */ ("ok"), glyph: shown.value, sure, took };
  if (!isNumber(reading)) return { ...plainly, headline: words.digits[Number(shown.value)] };
  return { ...plainly, number: true, headline: numberTitle(reading, words), spoken: spelled(shown.value, words.doubt) };
}

/** How fast, or how long it took. @param {CameraState} camera @param {Words} words */
function tookOf({ mode, frozen, gap, seen }, words) {
  if (mode === "live" && !frozen && gap > 0) {
    const rate = 1000 / gap;
    return rate >= 1.5 ? fill(words.rate, { rate: Math.round(rate) }) : "";
  }
  return fill(words.took, { ms: Math.max(1, Math.round(seen?.ms ?? 0)) });
}

/**
 * The headline and the advice for what keeps the camera from working, or invites to start it.
 * @param {CameraState} camera
 * @param {Words} words
 * @returns {[string, string]}
 */
export function coverOf({ fault, on }, words) {
  if (fault) {
    const [headline, advice] = words.faults[fault.fault];
    return [headline, fill(advice, { detail: fault.detail, port: location.port || 80 })];
  }
  return on ? [words.cameraWaiting, words.cameraAllow] : [words.cameraOff, words.cameraPrivate];
}

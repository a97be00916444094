/**
 * What the page knows of the camera, and how it changes: pure functions.
 *
 * `on` is what the person wants; whoever holds the camera (`mount.js`) compares it with what
 * is the case. `due` counts the readings of a picture that stands still: of one that moves
 * there is always a next.
 */

import { isNumber } from "../number.js";
import { fit, usual } from "./guide.js";
import { interrupted, NOTHING_YET, observe, PACES } from "./steady.js";

/** @typedef {import("../api.js").Reading} Reading */
/** @typedef {import("./guide.js").Guide} Guide */
/** @typedef {import("./list.js").Entry} Entry */
/** @typedef {import("./steady.js").Steady} Steady */
/** @typedef {"live" | "slow"} Mode as fast as answers come, or every two seconds */

/**
 * @typedef {object} Seen what is told, and the frame that says it
 * @property {Reading} reading
 * @property {number} ms
 * @property {number} width of the frame, in pixels
 * @property {number} height
 * @property {Guide} guide what the frame was cut to
 * @property {Blob} picture the frame
 */

/** @typedef {{value: string, confidence: number}} Shown a digit, or numbers */

/**
 * @typedef {object} CameraState
 * @property {boolean} on
 * @property {boolean} ready whether there is a picture
 * @property {boolean} hidden whether nobody can see the page
 * @property {{fault: import("./device.js").Fault, detail: string} | null} fault
 * @property {number} attempt counts the times that the person started it
 * @property {import("./device.js").Wish} wish
 * @property {string | null} device the camera that is open
 * @property {import("./device.js").Facing | null} facing of the camera that is open, if it tells
 * @property {readonly import("./device.js").Camera[]} cameras
 * @property {number} aspect of the picture, width by height
 * @property {Guide | null} guide null for the usual one; see `guideOf`
 * @property {boolean} wide whether there must be room for a number
 * @property {Guide | null} wideGuide the guide for numbers
 * @property {Mode} mode
 * @property {boolean} frozen
 * @property {number} due
 * @property {number} epoch answers to frames of another epoch are out of date
 * @property {number} taken frames taken one by one
 * @property {Steady} steady
 * @property {Seen | null} seen
 * @property {{code: string, detail: string} | null} refusal
 * @property {number} last when the last answer came, in milliseconds
 * @property {number} gap time between answers, smoothed, in milliseconds; 0 if unknown
 * @property {boolean} collect whether confirmed digits are added to the list
 * @property {boolean} speak whether they are said aloud
 * @property {number} confirmations
 * @property {readonly import("../i18n.js").Language[]} voices
 * @property {readonly Entry[]} list
 * @property {readonly (readonly Entry[])[]} past
 * @property {"copied" | "copyFailed" | null} copied
 */

/**
 * @typedef {{type: "start"} | {type: "stop"}
 *   | {type: "opened", device: string | null, facing: CameraState["facing"]}
 *   | {type: "closed"}
 *   | {type: "fault", fault: import("./device.js").Fault, detail: string}
 *   | {type: "hidden", hidden: boolean}
 *   | {type: "cameras", cameras: CameraState["cameras"]}
 *   | {type: "choose", device: string} | {type: "turn"}
 *   | {type: "aspect", aspect: number} | {type: "guide", guide: Guide} | {type: "shape", wide: boolean}
 *   | {type: "mode", mode: Mode} | {type: "freeze"} | {type: "again"} | {type: "taken"}
 *   | {type: "answer", epoch: number, at: number, now: number, seen: Seen}
 *   | {type: "refusal", epoch: number, code: string, detail: string}
 *   | {type: "collect", on: boolean} | {type: "speak", on: boolean}
 *   | {type: "voices", voices: CameraState["voices"]}
 *   | {type: "add", now: number} | {type: "list-undo"} | {type: "list-clear"}
 *   | {type: "copied", copied: CameraState["copied"]}} CameraAction
 */

const KEPT = 200;
/** Weight of the newest gap in the smoothed one. */
const WEIGHT = 0.15;
/** Longest gap that belongs to a running series, in milliseconds. */
const PAUSE = 1500;

/** @returns {CameraState} */
export function startCamera() {
  return {
    on: false, ready: false, hidden: true, fault: null, attempt: 0,
    wish: { device: null, facing: "environment" }, device: null, facing: null, cameras: [],
    aspect: 4 / 3, guide: null, wide: false, wideGuide: null, mode: "live", frozen: false,
    due: 0, epoch: 0, taken: 0, steady: NOTHING_YET, seen: null, refusal: null, last: 0, gap: 0,
    collect: true, speak: false, confirmations: 0, voices: [], list: [], past: [], copied: null,
  };
}

/** Where the guide is. @param {CameraState} camera @returns {Guide} */
export function guideOf({ guide, wide, wideGuide, aspect }) {
  return (wide ? wideGuide : guide) ?? usual(aspect, wide);
}

/** The digit or the numbers that are told, if there are any. @param {CameraState} camera */
export function shownText({ steady, seen }) {
  return steady.shown && seen ? textOf(seen.reading) : null;
}

/** What is vouched for in a reading. @param {Reading} reading @returns {Shown | null} */
function textOf(reading) {
  if (reading.status !== "ok") return null;
  const { value, confidence } = isNumber(reading) ? { value: reading.text, ...reading } : reading.digits[0];
  return { value: value.replaceAll("\n", " "), confidence };
}

/** Whether the digit that is told has been confirmed. @param {CameraState} camera */
export function isConfirmed({ steady }) {
  return Boolean(steady.shown) && steady.confirmed === steady.shown;
}

/**
 * @param {CameraState} state
 * @param {CameraAction} action
 * @returns {CameraState}
 */
export function reduceCamera(state, action) {
  switch (action.type) {
    case "start":
      return state.on ? state : { ...anew(state), on: true, fault: null, attempt: state.attempt + 1 };
    case "stop":
      return { ...anew(state), on: false, fault: null };
    case "opened":
      return again({ ...state, ready: true, device: action.device, facing: action.facing });
    case "closed":
      return { ...passed(state), ready: false };
    case "fault":
      return { ...anew(state), on: false, fault: { fault: action.fault, detail: action.detail } };
    case "hidden":
      return action.hidden === state.hidden ? state : { ...passed(state), hidden: action.hidden };
    case "cameras":
      return { ...state, cameras: action.cameras };
    case "choose":
      return { ...state, frozen: false, wish: { ...state.wish, device: action.device } };
    case "turn": {
      if (state.facing === null) return state;
      const facing = state.facing === "user" ? "environment" : "user";
      return { ...state, frozen: false, wish: { device: null, facing } };
    }
    case "aspect":
      return reshaped(state, action.aspect);
    case "guide":
      return again({ ...state, [state.wide ? "wideGuide" : "guide"]: fit(action.guide, state.aspect) });
    case "shape":
      return action.wide === state.wide ? state : again({ ...passed(state), wide: action.wide });
    case "mode":
      return { ...passed(state), mode: action.mode, gap: 0 };
    case "freeze":
      return state.ready ? again({ ...passed(state), frozen: !state.frozen }) : state;
    case "again":
      return again(state);
    case "taken":
      return { ...state, taken: state.taken + 1 };
    case "answer":
      return answered(state, action);
    case "refusal":
      if (action.epoch !== state.epoch) return state;
      return { ...passed(state), seen: null, refusal: { code: action.code, detail: action.detail } };
    case "collect":
      return { ...state, collect: action.on };
    case "speak":
      return { ...state, speak: action.on };
    case "voices":
      return { ...state, voices: action.voices };
    case "add": {
      const shown = shownText(state);
      return shown ? added(state, shown, action.now) : state;
    }
    case "list-undo":
      return { ...state, list: state.past.at(-1) ?? state.list, past: state.past.slice(0, -1) };
    case "list-clear":
      return state.list.length ? listed(state, []) : state;
    case "copied":
      return { ...state, copied: action.copied };
  }
}

/**
 * @param {CameraState} state
 * @param {Extract<CameraAction, {type: "answer"}>} action
 * @returns {CameraState}
 */
function answered(state, { epoch, at, now, seen }) {
  if (!state.on || epoch !== state.epoch) return state;
  const said = textOf(seen.reading);
  const value = said?.value ?? null;
  const steady = observe(state.steady, value, at, PACES[state.frozen ? "frozen" : state.mode]);
  const gap = at - state.last;
  const next = {
    ...state,
    steady,
    // What is told stays as it was until the frames agree on something else.
    seen: steady.shown === value || !state.seen ? seen : state.seen,
    refusal: null,
    last: at,
    gap: gap > PAUSE ? 0 : state.gap ? state.gap + WEIGHT * (gap - state.gap) : gap,
  };
  const confirmed = steady.confirmed !== null && steady.confirmed !== state.steady.confirmed;
  if (!confirmed || !said) return next;
  const counted = { ...next, confirmations: state.confirmations + 1 };
  return state.collect ? added(counted, said, now) : counted;
}

/** Another camera, or the phone was turned: the guide keeps its place about the middle. @param {CameraState} state @param {number} aspect */
function reshaped(state, aspect) {
  const kept = (/** @type {Guide | null} */ guide) => guide && fit({ ...guide, x: guide.x + (aspect - state.aspect) / 2 }, aspect);
  return { ...state, aspect, guide: kept(state.guide), wideGuide: kept(state.wideGuide) };
}

/** A start or a stop: nothing holds that was told. @param {CameraState} state */
function anew(state) {
  return {
    ...passed(state), ready: false, frozen: false, steady: NOTHING_YET, seen: null, refusal: null, gap: 0,
  };
}

/** A break: answers that are on their way come too late. @param {CameraState} state */
function passed(state) {
  return { ...state, epoch: state.epoch + 1, steady: interrupted(state.steady) };
}

/** A picture that stands still is to be read again. @param {CameraState} state */
function again(state) {
  return state.frozen ? { ...state, due: state.due + 1 } : state;
}

/** @param {CameraState} state @param {Shown} shown @param {number} now */
function added(state, { value, confidence }, now) {
  return listed(state, [...state.list, { value, confidence, at: now }]);
}

/** @param {CameraState} state @param {readonly Entry[]} list @returns {CameraState} */
function listed(state, list) {
  return { ...state, list, past: [...state.past.slice(-KEPT), state.list] };
}

/**
 * What the page knows, and how it changes: pure functions, no page and no network.
 *
 * The sheet (strokes, or a picture) is data with a history, so that everything that is
 * done to it can be undone: writing, clearing, opening a picture. `wanted` counts the
 * readings that the page should have; whoever talks to the server compares it with what
 * was asked last. The camera's tab has a state of its own (`camera/state.js`), and so has what
 * was taught (`learn/state.js`).
 */

import { reduceCamera, startCamera } from "./camera/state.js";
import { changesReading, reduceLesson, startLesson } from "./learn/state.js";

/** @typedef {import("./api.js").Reading} Reading */
/** @typedef {import("./api.js").Choices} Choices */
/** @typedef {import("./i18n.js").Language} Language */
/** @typedef {import("./number.js").Expect} Expect */
/** @typedef {import("./photo.js").Photo} Photo */
/** @typedef {import("./strokes.js").Stroke} Stroke */

/** @typedef {{strokes: readonly Stroke[], photo: Photo | null}} Sheet */
/** @typedef {"sheet" | "camera" | "api"} Tab */

/**
 * @typedef {object} Answer
 * @property {Reading} reading
 * @property {number} ms
 * @property {number} serial of the reading that was wanted
 * @property {Photo | null} photo
 * @property {Blob} picture what was sent
 * @property {import("./places.js").Cut | null} cut where it was cut out of the strokes
 */

/**
 * @typedef {object} State
 * @property {Language} language
 * @property {boolean} live whether to read while the person writes
 * @property {boolean} singleKeys whether keys without Ctrl do something
 * @property {boolean} looked whether to show which ink spoke for the answer
 * @property {Expect} expect
 * @property {number} pen width, in units of the sheet
 * @property {string} clean
 * @property {string | null} model
 * @property {Choices | null} choices what the server offers
 * @property {Sheet} sheet
 * @property {readonly Sheet[]} past
 * @property {readonly Sheet[]} future
 * @property {Stroke | null} stroke the one under the pen
 * @property {number} wanted
 * @property {number} fresh answers to readings before this one are of an older sheet
 * @property {number} answered the latest reading that came back
 * @property {Answer | null} answer
 * @property {number | null} picked the digit of a number that the person looks at
 * @property {{code: string, detail: string} | null} refusal
 * @property {string | null} notice a word of the page's own, by its name in `i18n.js`
 * @property {"copied" | "copyFailed" | null} copied what became of the last copying
 * @property {{program: import("./programs/snippets.js").Program, done: boolean} | null} copiedProgram the example that was copied last
 * @property {import("./api.js").Absence | null} away why the server does not answer
 * @property {Tab} tab
 * @property {import("./camera/state.js").CameraState} camera
 * @property {import("./learn/state.js").Lesson} lesson
 */

/**
 * @typedef {{type: "pen-down", x: number, y: number}
 *   | {type: "pen-move", points: readonly number[]}
 *   | {type: "pen-up"} | {type: "pen-cancel"}
 *   | {type: "undo"} | {type: "redo"} | {type: "clear"} | {type: "read"}
 *   | {type: "photo", photo: Photo}
 *   | {type: "pen", width: number} | {type: "live", on: boolean}
 *   | {type: "looked", on: boolean}
 *   | {type: "expect", expect: Expect} | {type: "pick", index: number}
 *   | {type: "single-keys", on: boolean} | {type: "language", language: Language}
 *   | {type: "clean", clean: string} | {type: "model", model: string}
 *   | {type: "choices", choices: Choices}
 *   | {type: "answer", answer: Answer}
 *   | {type: "refusal", serial: number, code: string, detail: string}
 *   | {type: "notice", notice: string}
 *   | {type: "copied", copied: State["copied"]}
 *   | {type: "copied-program", copied: State["copiedProgram"]}
 *   | {type: "away", why: import("./api.js").Absence} | {type: "back"}
 *   | {type: "tab", tab: Tab}
 *   | {type: "camera", action: import("./camera/state.js").CameraAction}
 *   | {type: "lesson", action: import("./learn/state.js").LessonAction}} Action
 */

/** @type {Sheet} */
export const BLANK = { strokes: [], photo: null };

export const PENS = { thinnest: 16, thickest: 80, step: 8 };

const KEPT = 200;

/**
 * @param {Language} language
 * @returns {State}
 */
export function start(language) {
  return {
    language, live: true, singleKeys: true, looked: false, expect: "auto", pen: 40, clean: "auto", model: null, choices: null,
    sheet: BLANK, past: [], future: [], stroke: null,
    wanted: 0, fresh: 0, answered: 0, answer: null, picked: null, refusal: null,
    notice: null, copied: null, copiedProgram: null, away: null, tab: "sheet", camera: startCamera(), lesson: startLesson(),
  };
}

/** @param {Sheet} sheet */
export function isBlank(sheet) {
  return !sheet.photo && sheet.strokes.length === 0;
}

/**
 * All strokes there are to see, the one under the pen included.
 * @param {State} state
 * @returns {readonly Stroke[]}
 */
export function inkOf({ sheet, stroke }) {
  return stroke ? [...(sheet.photo ? [] : sheet.strokes), stroke] : sheet.strokes;
}

/** Whether there is something to read. @param {State} state */
export function hasInk(state) {
  return state.stroke !== null || !isBlank(state.sheet);
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "pen-down":
      return wantIfLive({ ...state, notice: null, stroke: { width: state.pen, points: [action.x, action.y] } });
    case "pen-move": {
      if (!state.stroke) return state;
      const points = [...state.stroke.points, ...action.points];
      return wantIfLive({ ...state, stroke: { ...state.stroke, points } });
    }
    case "pen-up":
      if (!state.stroke) return state;
      return turnTo(state, { strokes: inkOf(state), photo: null }, Boolean(state.sheet.photo));
    case "pen-cancel":
      return { ...state, stroke: null };
    case "expect": {
      if (action.expect === state.expect) return state;
      const wide = action.expect === "number";
      const camera = reduceCamera(state.camera, { type: "shape", wide });
      return wantAgain({ ...state, camera, expect: action.expect, picked: null });
    }
    case "pick":
      return action.index === state.picked ? state : { ...told(state), picked: action.index };
    case "clear":
      return isBlank(state.sheet) ? { ...state, refusal: null, notice: null } : turnTo(state, BLANK, true);
    case "photo":
      return want(turnTo(openTab(state, "sheet"), { strokes: [], photo: action.photo }, true));
    case "undo":
      return travel(state, "past", "future");
    case "redo":
      return travel(state, "future", "past");
    case "read":
      return hasInk(state) ? want(state) : state;
    case "pen": {
      const pen = Math.min(PENS.thickest, Math.max(PENS.thinnest, action.width));
      return { ...state, pen };
    }
    case "live":
      return wantIfLive({ ...state, live: action.on });
    case "single-keys":
      return { ...state, singleKeys: action.on };
    case "looked": {
      const changed = { ...state, looked: action.on };
      return action.on ? wantAgain(changed) : changed;
    }
    case "language":
      return { ...state, language: action.language };
    case "clean":
      return wantAgain({ ...state, clean: action.clean });
    case "model":
      return wantAgain({ ...state, model: action.model });
    case "choices":
      return { ...state, choices: action.choices, model: state.model ?? action.choices.default };
    case "answer": {
      const { answer } = action;
      if (isOld(state, answer.serial)) return state;
      const picked = alike(state.answer?.reading, answer.reading) ? state.picked : null;
      return { ...state, away: null, answered: answer.serial, answer, picked, refusal: null };
    }
    case "refusal": {
      const { code, detail, serial } = action;
      if (isOld(state, serial)) return state;
      return { ...state, away: null, answered: serial, answer: null, refusal: { code, detail } };
    }
    case "notice":
      return { ...openTab(state, "sheet"), notice: action.notice };
    case "copied":
      return { ...state, copied: action.copied };
    case "copied-program":
      return { ...state, copiedProgram: action.copied };
    case "away":
      return { ...state, away: action.why };
    case "back":
      return { ...state, away: null };
    case "tab":
      if (action.tab === state.tab) return state;
      // Options may have changed since the sheet was read; the examples read nothing.
      return action.tab === "api" ? openTab(state, "api") : wantAgain(openTab(state, action.tab));
    case "camera":
      return {
        ...state, camera: reduceCamera(state.camera, action.action),
        picked: action.action.type === "freeze" ? null : state.picked,
      };
    case "lesson": {
      const lesson = reduceLesson(state.lesson, action.action);
      if (lesson === state.lesson) return state;
      const changed = { ...state, lesson };
      return changesReading(action.action, state.lesson, lesson) ? wantAgain(changed) : changed;
    }
  }
}

/** The reading that the answer shows. @param {State} state @returns {Reading | undefined} */
export function readingOf({ tab, answer, camera }) {
  return tab === "camera" ? camera.seen?.reading : answer?.reading;
}

/** Whether the digits of two readings may be the same ones. @param {Reading | undefined} one @param {Reading} other */
function alike(one, other) {
  return one?.digits.length === other.digits.length;
}

/** @param {State} state @param {Tab} tab @returns {State} */
function openTab(state, tab) {
  const camera = reduceCamera(state.camera, { type: "hidden", hidden: tab !== "camera" });
  return { ...state, tab, camera, notice: null, picked: null };
}

/**
 * Lay another sheet on the desk and keep the one before.
 * @param {State} state
 * @param {Sheet} sheet
 * @param {boolean} anew whether the answer to the one before says nothing about it
 */
function turnTo(state, sheet, anew) {
  const past = [...state.past.slice(-KEPT), state.sheet];
  return settle({ ...(anew ? told(state) : state), past, future: [], sheet, stroke: null, picked: null }, anew);
}

/** What was said of what was taught does not hold of another digit. @param {State} state @returns {State} */
function told(state) {
  return { ...state, lesson: reduceLesson(state.lesson, { type: "over" }) };
}

/**
 * @param {State} state
 * @param {"past" | "future"} from
 * @param {"past" | "future"} to
 */
function travel(state, from, to) {
  const sheet = state[from].at(-1);
  if (!sheet || state.stroke) return state;
  const moved = { [from]: state[from].slice(0, -1), [to]: [...state[to], state.sheet] };
  const changed = settle({ ...state, ...moved, sheet }, true);
  return sheet.photo ? want(changed) : changed;
}

/**
 * After the sheet has changed: forget what no longer holds, want what is missing.
 * @param {State} state
 * @param {boolean} anew
 */
function settle(state, anew) {
  const forget = anew || !state.live;
  const kept = forget
    ? { ...state, answer: state.live && hasInk(state) ? state.answer : null, fresh: state.wanted + 1 }
    : state;
  return wantIfLive({ ...kept, refusal: null, notice: null });
}

/** @param {State} state @returns {State} */
function want(state) {
  return { ...state, wanted: state.wanted + 1 };
}

/** @param {State} state */
function wantIfLive(state) {
  return state.live && hasInk(state) ? want(state) : state;
}

/** After another option was chosen. @param {State} state */
function wantAgain(state) {
  const changed = { ...state, camera: reduceCamera(state.camera, { type: "again" }) };
  return (changed.live || changed.answer) && hasInk(changed) ? want(changed) : changed;
}

/** @param {State} state @param {number} serial */
function isOld(state, serial) {
  return !hasInk(state) || serial < state.fresh || serial < state.answered;
}

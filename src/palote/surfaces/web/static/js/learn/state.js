/**
 * What the page knows of what was taught, and how it changes: pure functions.
 *
 * The server is asked in `mount.js`; here is what it said, and what the person is about to do.
 */

/** @typedef {import("./api.js").Correction} Correction */
/** @typedef {import("./api.js").Outcome} Outcome */
/** @typedef {import("./api.js").Profile} Profile */
/** @typedef {import("./api.js").Status} Status */
/** @typedef {import("./api.js").Version} Version */
/** @typedef {"teach" | "undo" | "forget" | "forgetAll" | "rollback" | "import"} Doing */

/** @typedef {{doing: Doing, outcome: Outcome, label: string | null}} Done the label that was given */
/** @typedef {{code: string, detail: string}} Refused */

/**
 * @typedef {{what: "one", id: string, label: string} | {what: "all"} | {what: "version", number: number}
 *   | {what: "profile"} | {what: "token"}} Question what waits for a yes
 */

/**
 * @typedef {object} Lesson
 * @property {string | null} profile the one that was chosen; null for the server's usual one
 * @property {string} usual name of the usual one, once it is known
 * @property {readonly Profile[]} profiles
 * @property {Status | null} status
 * @property {"open" | "locked" | "wrong"} door whether a token is missing, or was nobody's
 * @property {boolean} busy
 * @property {Done | null} done the last change
 * @property {Refused | null} refused why the last one did not happen
 * @property {boolean} shown whether the person looks at what was taught
 * @property {readonly Correction[]} list the newest first
 * @property {string | null} older where the list goes on
 * @property {readonly Version[]} history
 * @property {Question | null} question
 * @property {string | null} token that was just made; it is shown once
 */

/**
 * @typedef {{type: "profile", profile: string | null}
 *   | {type: "standing", usual: string, profiles: readonly Profile[], status: Status}
 *   | {type: "door", door: Lesson["door"]}
 *   | {type: "busy"} | {type: "done", doing: Doing, outcome: Outcome, label: string | null} | {type: "switched", on: boolean}
 *   | {type: "refused", code: string, detail: string} | {type: "settled"} | {type: "over"}
 *   | {type: "show"} | {type: "hide"}
 *   | {type: "list", list: readonly Correction[], older: string | null, history: readonly Version[]}
 *   | {type: "more", list: readonly Correction[], older: string | null}
 *   | {type: "question", question: Question | null}
 *   | {type: "token", token: string}} LessonAction
 */

/** @returns {Lesson} */
export function startLesson() {
  return {
    profile: null, usual: "", profiles: [], status: null, door: "open", busy: false,
    done: null, refused: null, shown: false, list: [], older: null, history: [],
    question: null, token: null,
  };
}

/**
 * @param {Lesson} lesson
 * @param {LessonAction} action
 * @returns {Lesson}
 */
export function reduceLesson(lesson, action) {
  switch (action.type) {
    case "profile":
      return { ...lesson, profile: action.profile, done: null, refused: null, token: null, list: [], older: null, history: [] };
    case "standing": {
      const { usual, profiles, status } = action;
      return { ...lesson, usual, profiles, status, door: "open" };
    }
    case "door":
      // Without its token, nobody's own corrections count in reading either.
      return { ...lesson, door: action.door, busy: false, profile: null, usual: "", profiles: [], status: null };
    case "busy":
      return { ...lesson, busy: true, refused: null };
    case "done": {
      const { doing, outcome, label } = action;
      return { ...lesson, busy: false, refused: null, done: { doing, outcome, label } };
    }
    case "switched": {
      // From now on it is so, whether or not the server's next word has come.
      const status = lesson.status && { ...lesson.status, on: action.on };
      return { ...lesson, status, busy: false, done: null, refused: null };
    }
    case "refused":
      return { ...lesson, busy: false, done: null, refused: { code: action.code, detail: action.detail } };
    case "settled":
      return { ...lesson, busy: false };
    case "over":
      return lesson.done || lesson.refused ? { ...lesson, done: null, refused: null } : lesson;
    case "show":
      return { ...lesson, shown: true };
    case "hide":
      return { ...lesson, shown: false, token: null, question: null };
    case "list":
      return { ...lesson, list: action.list, older: action.older, history: action.history };
    case "more":
      return { ...lesson, list: [...lesson.list, ...action.list], older: action.older };
    case "question":
      return { ...lesson, question: action.question };
    case "token": {
      // From now on there is one, whether or not the server's next word has come.
      const status = lesson.status && { ...lesson.status, has_token: true };
      return { ...lesson, status, token: action.token, busy: false };
    }
  }
}

/**
 * Whether the answer may be another one now.
 * @param {LessonAction} action @param {Lesson} before @param {Lesson} after
 */
export function changesReading({ type }, before, after) {
  return type === "done" || type === "switched" || readerOf(before) !== readerOf(after);
}

/** Whose corrections count in reading; null if the server knows best. @param {Lesson} lesson */
export function readerOf({ profile, usual }) {
  return profile ?? (usual || null);
}

/** Name of the profile that is taught. @param {Lesson} lesson */
export function nameOf({ profile, usual }) {
  return profile ?? usual;
}

/** The label that the sheet was just given, if it was. @param {Lesson} lesson */
export function givenLabel({ done }) {
  return done?.doing === "teach" ? done.label : null;
}

/**
 * From what single frames say to what a person is told: a pure state machine.
 *
 * A frame says a digit, or that it has none that Palote would vouch for. One frame that
 * differs from those around it (a shake, a hand) changes nothing; a digit that stays is
 * confirmed, once, until it has been taken away or replaced.
 */

/**
 * @typedef {object} Steady
 * @property {string | null | undefined} shown the digit that is told; null for none;
 *   undefined before the first frame
 * @property {string | null} confirmed the digit that was confirmed last and is still there
 * @property {{value: string | null, count: number, since: number} | null} run frames in a
 *   row that said the same; `since` in milliseconds
 */

/**
 * @typedef {object} Pace how much agreement it takes
 * @property {number} show frames in a row until what is told changes
 * @property {number} confirm frames in a row until it is confirmed, or counts as gone
 * @property {number} span time that those must cover at least, in milliseconds
 */

/** @type {Record<"live" | "slow" | "frozen", Pace>} */
export const PACES = {
  live: { show: 2, confirm: 3, span: 600 },
  slow: { show: 1, confirm: 2, span: 0 },
  // The same picture again is no further evidence.
  frozen: { show: 1, confirm: Infinity, span: 0 },
};

/** @type {Steady} */
export const NOTHING_YET = { shown: undefined, confirmed: null, run: null };

/**
 * @param {Steady} steady
 * @param {string | null} value what the frame says
 * @param {number} at when it was taken, in milliseconds
 * @param {Pace} pace
 * @returns {Steady}
 */
export function observe(steady, value, at, pace) {
  const goesOn = steady.run !== null && steady.run.value === value;
  const run = goesOn && steady.run
    ? { ...steady.run, count: steady.run.count + 1 }
    : { value, count: 1, since: at };
  const shown = run.count >= pace.show || steady.shown === undefined ? value : steady.shown;
  const lasts = run.count >= pace.confirm && at - run.since >= pace.span;
  return { shown, confirmed: lasts ? value : steady.confirmed, run };
}

/** Frames before a break say nothing about those after it. @param {Steady} steady @returns {Steady} */
export function interrupted(steady) {
  return { ...steady, run: null };
}

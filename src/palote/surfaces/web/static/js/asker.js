/**
 * Talks to the server for the page: one request at a time, the latest wish wins, and
 * while the server is away it knocks again, less and less often.
 */

import { Away, Refusal } from "./api.js";

/**
 * @template Question, Answer
 * @typedef {object} Line what the asker needs
 * @property {() => Promise<Question | null>} next what to ask now; null for nothing
 * @property {(question: Question) => Promise<Answer>} ask
 * @property {() => Promise<void>} knock resolves if the server is there
 * @property {(question: Question, answer: Answer) => void} answered
 * @property {(question: Question, refusal: Refusal) => void} refused
 * @property {(why: import("./api.js").Absence | null) => void} away the server went, or came back
 * @property {() => number} pause least time between two requests, in milliseconds
 */

/** Waiting times between knocks, in milliseconds. */
const FIRST_KNOCK = 500;
const LAST_KNOCK = 8000;

/**
 * @template Question, Answer
 * @param {Line<Question, Answer>} line
 */
export function createAsker(line) {
  let busy = false;
  let wished = false;
  let wait = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function run() {
    if (busy || wait) return;
    busy = true;
    while (wished && !wait) {
      wished = false;
      const question = await line.next();
      if (question === null) continue;
      try {
        line.answered(question, await line.ask(question));
      } catch (error) {
        if (error instanceof Refusal) {
          line.refused(question, error);
        } else if (error instanceof Away) {
          wished = true;
          lose(error.why);
        } else {
          busy = false;
          throw error;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, line.pause()));
    }
    busy = false;
  }

  /** @param {import("./api.js").Absence} why */
  function lose(why) {
    if (wait) return;
    wait = FIRST_KNOCK;
    line.away(why);
    timer = setTimeout(knock, wait);
  }

  async function knock() {
    clearTimeout(timer);
    try {
      await line.knock();
    } catch {
      wait = Math.min(wait * 2, LAST_KNOCK);
      timer = setTimeout(knock, wait);
      return;
    }
    wait = 0;
    line.away(null);
    run();
  }

  return {
    /** There is something to ask. */
    wish() {
      wished = true;
      run();
    },
    /** Look whether the server is there, now. */
    look() {
      if (wait) knock();
      else line.knock().catch((error) => lose(error instanceof Away ? error.why : "gone"));
    },
  };
}

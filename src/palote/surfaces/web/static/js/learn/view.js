/** Shows what can be taught, and what was: the strip in the answer, and the dialogs. */

import { offer, setText, withText } from "../dom.js";
import { fill } from "../i18n.js";
import { isNumber, lookedAt } from "../number.js";
import { hasInk, readingOf } from "../state.js";
import { createListView } from "./list.js";
import { givenLabel, nameOf } from "./state.js";
import { counted, NONE, shares, told } from "./verdict.js";

/** @typedef {import("../api.js").Learning} Learning */
/** @typedef {import("../i18n.js").Words} Words */
/** @typedef {import("../state.js").State} State */
/** @typedef {import("./state.js").Lesson} Lesson */

/**
 * @param {HTMLElement} root
 * @param {Record<string, any>} parts
 */
export function createLessonView(root, parts) {
  const buttons = fillLabels(parts.labels);
  const updateLists = createListView(parts);

  /** @param {State} state @param {Words} words */
  return (state, words) => {
    const learning = state.choices?.learning ?? null;
    const trains = learning?.kind === "scratch";
    parts.teach.hidden = parts.learnHelp.hidden = !learning;
    parts.private.hidden = Boolean(learning);
    parts.privateLearning.hidden = !learning;
    if (!learning) return;
    setText(parts.privateLearning, trains ? words.privateTraining : words.privateLearning);
    updateStrip(root, parts, buttons, state, learning, words);
    updateProfiles(root, parts, state.lesson, words);
    updateStanding(root, parts, state, learning, words);
    if (state.lesson.shown) updateLists(state, words);
    updateQuestion(parts, state.lesson, trains, words);
    setText(parts.tokenSaid, state.lesson.door === "wrong" ? words.tokenWrong : "");
  };
}

/** Why nothing can be taught now; "" if it can. @param {State} state @param {Words} words */
export function hindrance(state, words) {
  const { lesson, choices, tab, camera } = state;
  const model = choices?.learning?.model ?? "";
  if (lesson.status && !lesson.status.on) return words.switchedOff;
  if (state.model && state.model !== model) return fill(words.otherModel, { model });
  const there = tab === "camera" ? camera.ready : hasInk(state);
  return there ? "" : words.nothingToTeach;
}

/** @param {HTMLElement} list */
function fillLabels(list) {
  return [..."0123456789", NONE].map((label) => {
    const button = withText("button", label === NONE ? "" : label);
    button.setAttribute("type", "button");
    Object.assign(button.dataset, { do: "teach", value: label });
    list.append(button);
    return button;
  });
}

/**
 * @param {HTMLElement} root @param {Record<string, any>} parts @param {HTMLElement[]} buttons
 * @param {State} state @param {Learning} learning @param {Words} words
 */
function updateStrip(root, parts, buttons, state, learning, words) {
  const { lesson } = state;
  const why = hindrance(state, words);
  const given = givenLabel(lesson);
  const reading = readingOf(state);
  const n = lookedAt(reading, state.picked) + 1;
  setText(parts.teachTitle, isNumber(reading) ? fill(words.itWasOf, { n }) : words.itWas);
  for (const button of buttons) {
    const label = button.dataset.value ?? "";
    button.hidden = !learning.labels.includes(label);
    if (label === NONE) setText(button, words.notADigit);
    button.title = label === NONE ? words.noneTip : fill(words.labelTip, { digit: label });
    button.setAttribute("aria-disabled", String(Boolean(why) || lesson.busy));
    button.setAttribute("aria-pressed", String(label === given));
  }
  const { text, kind } = told(lesson, words, state.language);
  // That there is nothing to teach yet is plain; what else is in the way is said.
  const hint = why === words.nothingToTeach ? "" : why;
  parts.told.dataset.kind = parts.toldThere.dataset.kind = kind;
  setText(parts.told, lesson.shown ? "" : text || hint);
  setText(parts.toldThere, lesson.shown ? text : "");
  const { status } = lesson;
  setText(parts.willBeKept, status?.corrections ? "" : promise(lesson, learning, words));
  parts.willBeKept.hidden = !status || Boolean(status.corrections);
  parts.lockedOut.hidden = lesson.door === "open";
  const number = status?.corrections ?? 0;
  const own = lesson.profiles.length > 1 || lesson.profile !== null;
  const name = nameOf(lesson);
  setText(parts.taughtButton, !number && !own ? words.taught : fill(own ? words.taughtBy : words.taughtOf, { name, number }));
  root.querySelector("[data-do=teach-undo]")?.setAttribute("aria-disabled", String(!number || lesson.busy));
}

/** What is said before the first. @param {Lesson} lesson @param {Learning} learning @param {Words} words */
function promise(lesson, learning, words) {
  if (learning.kind === "scratch") return words.willBeTrained;
  return fill(words.willBeKept, { place: placeOf(lesson, words) });
}

/** Where pictures are kept. @param {Lesson} lesson @param {Words} words */
function placeOf({ status }, words) {
  if (!status?.store) return words.keptThere;
  const elsewhere = status.store.includes("://");
  return fill(elsewhere ? words.keptAt : words.keptHere, { store: status.store });
}

/** @param {HTMLElement} root @param {Record<string, any>} parts @param {Lesson} lesson @param {Words} words */
function updateProfiles(root, parts, lesson, words) {
  const name = nameOf(lesson);
  offer(parts.profile, lesson.profiles.map((one) => [one.name, one.name]), name);
  parts.profiles.hidden = lesson.profiles.length === 0;
  const owner = Boolean(lesson.status?.every);
  parts.addProfile.hidden = parts.ownerTools.hidden = !owner;
  const remove = /** @type {HTMLElement} */ (root.querySelector("[data-do=remove-profile]"));
  remove.hidden = name === lesson.usual;
  parts.handed.hidden = !lesson.token;
  setText(parts.handed, lesson.token ? fill(words.tokenMade, { name, token: lesson.token }) : "");
}

/**
 * @param {HTMLElement} root @param {Record<string, any>} parts
 * @param {State} state @param {Learning} learning @param {Words} words
 */
function updateStanding(root, parts, state, learning, words) {
  const { status } = state.lesson;
  const trains = learning.kind === "scratch";
  const number = status?.corrections ?? 0;
  const forms = trains ? words.standingScratch : words.standing;
  setText(parts.standing, number ? counted(forms, number, { learned: status?.learned ?? 0 }) : words.standingNone);
  const figures = number && status && !trains ? shares(status, state.language) : null;
  setText(parts.shares, figures ? fill(words.shares, figures) : "");
  parts.shares.title = words.sharesMean;
  setText(parts.keptWhere, trains ? words.trainedWhere : fill(words.keptWhere, { place: placeOf(state.lesson, words) }));
  if (!state.lesson.busy) parts.useIt.checked = status?.on ?? true;
  parts.useItLabel.hidden = parts.exchange.hidden = parts.history.hidden = trains;
  setText(parts.forgetAll, trains ? words.forgetScratch : words.forgetAll);
  for (const command of ["forget-all", "export"]) {
    root.querySelector(`[data-do=${command}]`)?.setAttribute("aria-disabled", String(!number || state.lesson.busy));
  }
}

/** @param {Record<string, any>} parts @param {Lesson} lesson @param {boolean} trains @param {Words} words */
function updateQuestion(parts, lesson, trains, words) {
  const { question } = lesson;
  if (!question) return;
  const say = words.questions;
  const name = nameOf(lesson);
  const number = lesson.status?.corrections ?? 0;
  const texts = {
    one: () => fill(say.one, { label: question.what === "one" ? labelText(question.label, words) : "" }),
    all: () => (trains ? say.allScratch : fill(say.all, { name, number })),
    version: () => (question.what === "version" && question.number ? fill(say.version, { number: question.number }) : say.shipped),
    profile: () => fill(say.profile, { name }),
    token: () => fill(say.token, { name }),
  };
  setText(parts.question, texts[question.what]());
  const answers = { version: words.yesBack, token: words.yesToken, all: trains ? words.yesBack : words.yes, one: words.yes, profile: words.yes };
  setText(parts.yes, answers[question.what]);
}

/** A label as people say it. @param {string} label @param {Words} words */
export function labelText(label, words) {
  return label === NONE ? words.notADigit.toLowerCase() : label;
}

/**
 * Shows a state: one idempotent `update`. What was shown before does not matter, and
 * nothing here changes what the page knows.
 */

import { createAnswerView } from "./answer.js";
import { createCameraView } from "./camera/view.js";
import { offer, setText, show, withText } from "./dom.js";
import { aspectOf, marksOf, shownPart } from "./places.js";
import { fill, LANGUAGES, wordsOf } from "./i18n.js";
import { createLessonView } from "./learn/view.js";
import { showMarks } from "./marks.js";
import { isNumber, lookedAt } from "./number.js";
import { createProgramsView } from "./programs/view.js";
import { photoOf } from "./sent.js";
import { hasInk, inkOf, isBlank, readingOf } from "./state.js";
import { paint, SIDE } from "./strokes.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./i18n.js").Words} Words */

const STAGES = /** @type {const} */ (["original", "evened", "binary", "binary28", "centred"]);
/** Those of a single digit only. @type {readonly string[]} */
const PATCHES = ["binary28", "centred"];

/** Side in pixels of the patches of most networks. */
const USUAL = 28;
/** Largest patch whose pixels get a grid. */
const FINEST = 40;

/**
 * @param {HTMLElement} root
 * @returns {{update: (state: State) => void, part: (name: string) => any}}
 */
export function createView(root) {
  const parts = Object.fromEntries(
    [...root.querySelectorAll("[data-part]")].map((element) => [
      /** @type {HTMLElement} */ (element).dataset.part, element,
    ]),
  );
  const updateAnswer = createAnswerView(parts);
  const stages = fillStages(parts.stages);
  const updateCamera = createCameraView(root, parts);
  const updateLesson = createLessonView(root, parts);
  const updatePrograms = createProgramsView(root, parts);

  /** @param {State} state */
  function update(state) {
    const words = wordsOf(state.language);
    updateWords(root, state, words);
    updateTools(root, parts, state, words);
    updateTabs(root, parts, state);
    if (state.tab === "sheet") updateSheet(parts, state, words);
    else if (state.tab === "camera") updateCamera(state, words);
    else updatePrograms(state, words);
    updateChoices(parts, state, words);
    updateLesson(state, words);

    updateAnswer(state, words);
    const reading = readingOf(state);
    const number = isNumber(reading);
    const digit = reading?.digits[lookedAt(reading, state.picked)];
    const size = sizeOf(state);
    setText(parts.inkText, fill(words.inkText, { size }));
    parts.pixels.style.setProperty("--size", String(size <= FINEST ? size : 1));
    show(parts.ink, digit?.ink);
    show(parts.saliency, state.looked ? digit?.saliency : undefined);
    setText(parts.for, fill(words.for, { digit: digit?.value ?? "…" }));
    const looked = state.looked && !number;
    parts.looked.checked = looked;
    parts.looked.disabled = number;
    parts.looked.parentElement.title = number ? words.lookedNone : words.lookedTip;
    // Both stay in the layout, so that the page below does not move.
    parts.plain.classList.toggle("absent", looked);
    parts.legend.classList.toggle("absent", !looked);
    for (const { name, item, image, title, text } of stages) {
      // A number is no patch: its digits are.
      item.hidden = number && PATCHES.includes(name);
      show(image, reading?.stages.find((stage) => stage.name === name)?.image);
      setText(title, words.stages[name][0]);
      setText(text, fill(words.stages[name][1], { size }));
    }
  }

  return { update, part: (name) => parts[name] };
}

/** Side in pixels of what the network sees: the one that answered, else the chosen one. @param {State} state */
function sizeOf(state) {
  const wanted = readingOf(state)?.model ?? state.model;
  return state.choices?.models.find(({ name }) => name === wanted)?.card.ink.size ?? USUAL;
}

/** @param {HTMLElement} root @param {State} state @param {Words} words */
function updateWords(root, state, words) {
  if (root.lang === state.language) return;
  root.lang = document.documentElement.lang = state.language;
  document.title = words.title;
  const all = /** @type {Record<string, any>} */ (words);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("*"))) {
    const { t, tLabel, tTitle, tAlt, tHint } = element.dataset;
    if (t) element.textContent = all[t];
    if (tLabel) element.setAttribute("aria-label", all[tLabel]);
    if (tTitle) element.title = all[tTitle];
    if (tAlt) element.setAttribute("alt", all[tAlt]);
    if (tHint) element.setAttribute("placeholder", all[tHint]);
  }
  const other = LANGUAGES.find((language) => language !== state.language) ?? "";
  fillKeys(root.querySelector("[data-part=keys]"), words.keyList, other);
  fillKeys(root.querySelector("[data-part=cameraKeys]"), words.cameraKeyList, other);
  fillKeys(root.querySelector("[data-part=learnKeys]"), words.learnKeyList, other);
}

/**
 * @param {Element | null} place
 * @param {string[][]} list keys and what they do
 * @param {string} other the language that the page is not in
 */
function fillKeys(place, list, other) {
  const keys = list.map(([key, what]) => {
    const term = document.createElement("dt");
    key.split(" ").forEach((name) => term.append(withText("kbd", name), " "));
    const meaning = withText("dd", what);
    if (key === "I") meaning.lang = other;
    return [term, meaning];
  });
  place?.replaceChildren(...keys.flat());
}

/**
 * @param {HTMLElement} root @param {Record<string, any>} parts
 * @param {State} state @param {Words} words
 */
function updateTools(root, parts, state, words) {
  const off = {
    undo: state.past.length === 0,
    redo: state.future.length === 0,
    clear: isBlank(state.sheet),
    read: !hasInk(state),
    copy: !readingOf(state)?.digits.length,
  };
  for (const [command, disabled] of Object.entries(off)) {
    root.querySelector(`[data-do=${command}]`)?.setAttribute("aria-disabled", String(disabled));
  }
  parts.quarter.hidden = !photoOf(state)?.url;
  for (const button of root.querySelectorAll("[data-do=language]")) {
    const chosen = /** @type {HTMLElement} */ (button).dataset.value === state.language;
    button.setAttribute("aria-pressed", String(chosen));
  }
  for (const button of root.querySelectorAll("[data-do=expect]")) {
    const chosen = /** @type {HTMLElement} */ (button).dataset.value === state.expect;
    button.setAttribute("aria-pressed", String(chosen));
  }
  parts.pen.value = String(state.pen);
  parts.dot.style.setProperty("--pen", String(state.pen / SIDE));
  parts.live.checked = state.live;
  parts.singleKeys.checked = state.singleKeys;
  const all = /** @type {Record<string, any>} */ (words);
  setText(parts.tip, state.notice ? all[state.notice] : words.dropTip);
  parts.tip.classList.toggle("notice", Boolean(state.notice));
  setText(parts.copy, all[state.copied ?? "copy"]);
  parts.away.hidden = !state.away;
  const gone = state.tab === "camera" ? words.awayCamera : words.away;
  setText(parts.away, state.away ? (state.away === "busy" ? words.busy : gone) : "");
  setText(parts.version, fill(words.version, { version: state.choices?.version ?? "" }));
}

/** @param {HTMLElement} root @param {Record<string, any>} parts @param {State} state */
function updateTabs(root, parts, state) {
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[role=tab]"))) {
    const chosen = tab.dataset.value === state.tab;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  parts.panelSheet.hidden = state.tab !== "sheet";
  parts.panelApi.hidden = state.tab !== "api";
  parts.answer.hidden = parts.wayCard.hidden = state.tab === "api";
  parts.panelCamera.hidden = parts.listCard.hidden = state.tab !== "camera";
}

/** @param {Record<string, any>} parts @param {State} state @param {Words} words */
function updateSheet(parts, state, words) {
  const { answer, expect } = state;
  const photo = photoOf(state);
  const canvas = /** @type {HTMLCanvasElement} */ (parts.canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  parts.sheet.style.setProperty("--aspect", aspectOf(state).toFixed(4));
  paint(context, photo ? [] : inkOf(state), shownPart(state), getComputedStyle(canvas).color);
  parts.hint.hidden = hasInk(state);
  setText(parts.hintText, words.hints[expect]);
  parts.sheet.dataset.kind = photo ? "photo" : "drawing";
  const own = photo && answer?.photo === photo ? answer.reading : null;
  const original = own?.stages.find((stage) => stage.name === "original")?.image;
  show(parts.photo, photo ? (photo.url ?? original) : undefined);
  parts.unshown.toggleAttribute("hidden", !photo || Boolean(photo.url ?? original));
  parts.found.inert = !isNumber(answer?.reading);
  showMarks(parts.found, marksOf(state), words, state.language);
}

/** @param {Record<string, any>} parts @param {State} state @param {Words} words */
function updateChoices(parts, state, words) {
  const cleanings = /** @type {Record<string, string[]>} */ (words.cleanings);
  const ways = state.choices?.cleanings ?? ["auto"];
  offer(parts.clean, ways.map((name) => [name, cleanings[name]?.[0] ?? name]), state.clean);
  setText(parts.cleanText, cleanings[state.clean]?.[1] ?? "");
  const models = state.choices?.models ?? [];
  offer(parts.model, models.map(({ name }) => [name, name]), state.model ?? "");
}

/** @param {HTMLElement} list */
function fillStages(list) {
  return STAGES.map((name) => {
    const item = document.createElement("li");
    const frame = withText("div", "", "frame");
    const image = document.createElement("img");
    image.alt = "";
    image.hidden = true;
    frame.append(image);
    const caption = document.createElement("p");
    const title = document.createElement("strong");
    const text = document.createElement("span");
    caption.append(title, " ", text);
    item.dataset.name = name;
    item.append(frame, caption);
    list.append(item);
    return { name, item, image, title, text };
  });
}

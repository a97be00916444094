/** Shows the camera's tab; idempotent, as all of `../view.js`. */

import { fill, percent } from "../i18n.js";
import { offer, setText, withText } from "../dom.js";
import { showMarks } from "../marks.js";
import { isNumber, lookedAt } from "../number.js";
import { shareOf } from "./guide.js";
import { guideOf, isConfirmed, shownText } from "./state.js";
import { coverOf } from "./verdict.js";

/** @typedef {import("../i18n.js").Words} Words */
/** @typedef {import("../state.js").State} State */
/** @typedef {import("./guide.js").Guide} Guide */

/** How long the guide stays where it is before its place is spoken, in milliseconds. */
const SETTLED = 500;

/**
 * @param {HTMLElement} root
 * @param {Record<string, any>} parts
 */
export function createCameraView(root, parts) {
  const place = createPlaceSpeaker(parts.guideSpoken);

  /** @param {State} state @param {Words} words */
  return function update(state, words) {
    const { camera } = state;
    const [headline, advice] = coverOf(camera, words);
    parts.panelCamera.dataset.kind = camera.fault ? "fault" : camera.ready ? "ready" : camera.on ? "waiting" : "off";
    parts.cover.hidden = camera.ready;
    setText(parts.coverHead, headline);
    setCode(parts.coverText, advice);
    setText(parts.start, camera.fault ? words.tryAgain : words.cameraStart);
    parts.start.hidden = camera.on;

    const guide = guideOf(camera);
    parts.finder.style.setProperty("--aspect", camera.aspect.toFixed(4));
    parts.finder.dataset.beat = camera.mode === "slow" && camera.ready && !camera.frozen ? String(camera.taken % 2) : "";
    lay(parts.guide, guide, camera.aspect);
    parts.guide.hidden = !camera.ready;
    parts.guide.classList.toggle("confirmed", isConfirmed(camera));
    parts.guideSize.value = String(Math.round(shareOf(guide, camera.aspect) * 100));
    place(camera.ready ? describe(guide, camera.aspect, words) : "");
    updateSeen(parts.seen, state, words);
    parts.frozen.hidden = !camera.frozen;

    setOff(root, "stop", !camera.on);
    setOff(root, "freeze", !camera.ready);
    setPressed(root, "[data-do=freeze]", camera.frozen);
    for (const mode of ["live", "slow"]) {
      setPressed(root, `[data-do=pace][data-value=${mode}]`, mode === camera.mode);
    }
    const several = camera.cameras.length > 1;
    const turn = /** @type {HTMLElement} */ (root.querySelector("[data-do=turn]"));
    turn.hidden = !several || camera.facing === null;
    parts.devices.hidden = !several;
    offer(parts.device, camera.cameras.map(({ id, label }, i) => [
      id, label || fill(words.deviceUnnamed, { number: i + 1 }),
    ]), (camera.ready ? camera.device : camera.wish.device) ?? "");
    updateList(root, parts, state, words);
  };
}

/**
 * The digits that were found, marked where they are. In a picture that is held, they can be
 * looked at one by one.
 * @param {HTMLElement} place @param {State} state @param {Words} words
 */
function updateSeen(place, { camera, picked, language }, words) {
  const { seen, aspect } = camera;
  const shown = camera.ready && shownText(camera) && seen;
  const number = isNumber(seen?.reading);
  const looked = lookedAt(seen?.reading, picked);
  place.inert = !number || !camera.frozen;
  const marks = shown ? seen.reading.digits.map(({ box: [x, y, wide, high], value, confidence }, i) => ({
    left: (seen.guide.x + (x / seen.width) * seen.guide.width) / aspect,
    top: seen.guide.y + (y / seen.height) * seen.guide.height,
    width: ((wide / seen.width) * seen.guide.width) / aspect,
    height: (high / seen.height) * seen.guide.height,
    value, confidence, sure: true, looked: number && camera.frozen && i === looked,
  })) : [];
  showMarks(place, marks, words, language);
}

/**
 * @param {HTMLElement} root
 * @param {Record<string, any>} parts
 * @param {State} state
 * @param {Words} words
 */
function updateList(root, parts, { camera, language }, words) {
  const { list } = camera;
  parts.listEmpty.hidden = list.length > 0;
  parts.list.hidden = list.length === 0;
  const items = list.map(({ value, confidence }) => `${value} ${percent(confidence, language)}`);
  if (parts.list.dataset.items !== items.join("|")) {
    parts.list.dataset.items = items.join("|");
    parts.list.replaceChildren(...list.map(({ value }, i) => {
      const item = withText("li", value);
      item.title = items[i].slice(2);
      return item;
    }));
    parts.list.scrollTop = parts.list.scrollHeight;
  }
  parts.collect.checked = camera.collect;
  const mute = !camera.voices.includes(language);
  parts.speak.checked = camera.speak && !mute;
  parts.speak.disabled = mute;
  parts.speak.parentElement.title = mute ? words.speakNone : words.speakTip;
  setOff(root, "add", !shownText(camera));
  setOff(root, "list-undo", camera.past.length === 0);
  for (const name of ["list-clear", "list-copy", "save"]) setOff(root, name, list.length === 0);
  const said = camera.copied === "copied" ? words.copied : words.listCopyFailed;
  setText(parts.listCopy, camera.copied ? said : words.listCopy);
}

/** @param {HTMLElement} element @param {Guide} guide @param {number} aspect */
function lay(element, guide, aspect) {
  const { style } = element;
  style.setProperty("left", `${(guide.x / aspect) * 100}%`);
  style.setProperty("top", `${guide.y * 100}%`);
  style.setProperty("width", `${(guide.width / aspect) * 100}%`);
  style.setProperty("height", `${guide.height * 100}%`);
}

/** @param {Guide} guide @param {number} aspect @param {Words} words */
function describe({ x, y, width, height }, aspect, words) {
  const hundredths = (/** @type {number} */ share) => Math.round(share * 100);
  return fill(words.guidePlace, {
    width: hundredths(width / aspect), height: hundredths(height),
    left: hundredths(x / aspect), top: hundredths(y),
  });
}

/** Says where the guide is once it has been moved and rests. @param {HTMLElement} spot */
function createPlaceSpeaker(spot) {
  let last = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {string} */ text) => {
    if (text === last) return;
    const first = !last;
    last = text;
    clearTimeout(timer);
    if (!first) timer = setTimeout(() => setText(spot, last), SETTLED);
  };
}

/** A sentence in which `commands` stand between backticks. @param {Element} element @param {string} text */
function setCode(element, text) {
  if (element.textContent === text.replaceAll("`", "")) return;
  const pieces = text.split("`").map((piece, i) => (i % 2 ? withText("code", piece) : piece));
  element.replaceChildren(...pieces);
}

/** @param {HTMLElement} root @param {string} command @param {boolean} off */
function setOff(root, command, off) {
  root.querySelector(`[data-do=${command}]`)?.setAttribute("aria-disabled", String(off));
}

/** @param {HTMLElement} root @param {string} selector @param {boolean} pressed */
function setPressed(root, selector, pressed) {
  root.querySelector(selector)?.setAttribute("aria-pressed", String(pressed));
}

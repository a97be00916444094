/** The pictures that were taught, and the versions, as lists that are made anew when they change. */

import { withText } from "../dom.js";
import { fill } from "../i18n.js";
import { NONE, shares } from "./verdict.js";

/** @typedef {import("../i18n.js").Language} Language */
/** @typedef {import("../i18n.js").Words} Words */
/** @typedef {import("../state.js").State} State */
/** @typedef {import("./api.js").Correction} Correction */
/** @typedef {import("./api.js").Version} Version */

/** That are listed; older ones are gone back to by `palote learn rollback`. */
const MOST_VERSIONS = 50;

/** @param {Record<string, any>} parts */
export function createListView(parts) {
  /** @type {unknown[]} */
  let shown = [];

  /** @param {State} state @param {Words} words */
  return ({ lesson, language }, words) => {
    const now = [lesson.list, lesson.history, language];
    if (now.every((one, i) => one === shown[i])) return;
    shown = now;
    parts.taughtList.replaceChildren(...lesson.list.map((one) => pictureOf(one, words, language)));
    parts.older.hidden = lesson.older === null;
    const newest = lesson.history.slice(0, MOST_VERSIONS);
    const versions = newest.map((one) => versionOf(one, words, language));
    if (versions.length) versions.push(shippedOf(lesson.history, words));
    parts.versions.replaceChildren(...versions);
  };
}

/** @param {Correction} correction @param {Words} words @param {Language} language */
function pictureOf(correction, words, language) {
  const { id, label, read_as: readAs, time, state, picture } = correction;
  const item = document.createElement("li");
  const image = document.createElement("img");
  image.src = picture;
  image.alt = "";
  const name = label === NONE ? words.notADigit : label;
  const day = dateOf(time, language, { dateStyle: "short" });
  const facts = withText("span", factsOf(readAs, label, state, words), "facts");
  const when = withText("time", day, "facts");
  when.setAttribute("datetime", time);
  when.title = dateOf(time, language, { dateStyle: "long", timeStyle: "short" });
  const remove = button("forget", id, "×");
  remove.setAttribute("aria-label", fill(words.forgetOne, { label: name.toLowerCase(), date: day }));
  remove.title = words.remove;
  item.dataset.label = label;
  item.append(image, withText("strong", name), remove, facts, when);
  return item;
}

/** @param {string} readAs @param {string} label @param {string} state @param {Words} words */
function factsOf(readAs, label, state, words) {
  const parts = [];
  if (readAs && readAs !== label) parts.push(readAs === NONE ? words.readAsNone : fill(words.readAs, { digit: readAs }));
  if (state === "waiting") parts.push(words.waiting);
  return parts.join(", ");
}

/** @param {Version} version @param {Words} words @param {Language} language */
function versionOf(version, words, language) {
  const item = document.createElement("li");
  const reasons = /** @type {Record<string, string>} */ (words.versionOf);
  const figures = shares(version, language);
  const head = withText("strong", fill(words.versionName, { number: version.number }));
  const when = dateOf(version.time, language, { dateStyle: "short", timeStyle: "short" });
  const facts = [when, reasons[version.reason] ?? version.reason, figures ? fill(words.shares, figures) : ""];
  item.append(head, " ", withText("span", facts.filter(Boolean).join(" · "), "facts"), " ");
  if (version.active) item.append(withText("em", words.active));
  else if (version.kept) item.append(goBack(version.number, fill(words.goBackTo, { number: version.number }), words));
  else item.append(withText("em", fill(words.refusedVersion, { why: whyNot(version.verdict, words) }), "refused"));
  return item;
}

/** The network as shipped, which can be gone back to as to any version. @param {readonly Version[]} history @param {Words} words */
function shippedOf(history, words) {
  const item = document.createElement("li");
  item.append(withText("strong", words.shipped), " ");
  if (history.some(({ active }) => active)) item.append(goBack(0, words.goBackToShipped, words));
  else item.append(withText("em", words.active));
  return item;
}

/** @param {string} verdict @param {Words} words */
function whyNot(verdict, words) {
  const whys = /** @type {Record<string, string>} */ (words.verdicts);
  return whys[verdict] ?? verdict;
}

/** @param {number} number @param {string} name @param {Words} words */
function goBack(number, name, words) {
  const back = button("rollback", String(number), words.goBack);
  back.setAttribute("aria-label", name);
  return back;
}

/** @param {string} command @param {string} value @param {string} text */
function button(command, value, text) {
  const made = /** @type {HTMLButtonElement} */ (withText("button", text));
  made.type = "button";
  Object.assign(made.dataset, { do: command, value });
  return made;
}

/** @param {string} time @param {Language} language @param {Intl.DateTimeFormatOptions} style */
function dateOf(time, language, style) {
  // The order of day and month is the country's, where the browser names one.
  const place = navigator.language.startsWith(language) ? navigator.language : language;
  return new Intl.DateTimeFormat(place, style).format(new Date(time));
}

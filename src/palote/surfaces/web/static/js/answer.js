/** Shows the answer: the large sign or number, how sure, the texts it may be, the ten bars. */

import { setText, withText } from "./dom.js";
import { fill, percent } from "./i18n.js";
import { isNumber, lineOf, lookedAt, signsOf, tableOf, textsOf } from "./number.js";
import { readingOf } from "./state.js";
import { sharesOf, verdictOf } from "./verdict.js";

/** @typedef {import("./i18n.js").Words} Words */
/** @typedef {import("./state.js").State} State */

/** How long an answer stays the same before it is spoken, in milliseconds. */
const SETTLED = 700;

/** Up to how many lines, and how large they are then at most. @type {readonly [number, string][]} */
const LARGEST = [[1, "5.6rem"], [3, "3.4rem"]];
const SMALLEST = "2rem";
/** How many signs wide the share beside a line is. */
const SHARE = 4;
/** And how many the room around a number in a cell of a table. */
const MARGIN = 1;

/** @param {Record<string, any>} parts */
export function createAnswerView(parts) {
  const bars = fillBars(parts.bars, parts.rows);
  const speak = createSpeaker(parts.spoken);

  /** @param {State} state @param {Words} words */
  return (state, words) => {
    const verdict = verdictOf(state, words);
    const reading = verdict.number ? readingOf(state) : undefined;
    parts.answer.dataset.kind = verdict.kind;
    parts.answer.dataset.form = reading ? "number" : "digit";
    if (reading) showNumber(parts.glyph, reading, lookedAt(reading, state.picked), state.language);
    else showSign(parts.glyph, verdict.glyph);
    setText(parts.headline, verdict.headline);
    setText(parts.sure, verdict.sure);
    setText(parts.took, verdict.took);
    // How sure it is changes with every frame of the camera, and would never come to rest.
    const said = verdict.spoken ?? verdict.headline;
    const spoken = state.tab === "camera" ? said : `${said}. ${verdict.sure}`;
    speak(verdict.kind === "idle" ? "" : spoken);
    updateTexts(parts, state, words, Boolean(reading));
    updateBars(parts, bars, state, words);
  };
}

/** @param {HTMLElement} place @param {string} sign */
function showSign(place, sign) {
  delete place.dataset.shown;
  delete place.dataset.table;
  setText(place, sign);
}

/**
 * The lines of numbers, each with how sure it is, if there are several.
 * @param {HTMLElement} place
 * @param {import("./api.js").Reading} reading
 * @param {number} looked the digit that is looked at
 * @param {import("./i18n.js").Language} language
 */
function showNumber(place, reading, looked, language) {
  const shown = JSON.stringify([reading.lines.map(({ raw, confidence, cell }) => [raw, confidence, cell]), looked, language]);
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  const lines = signsOf(reading).map((signs, i) => {
    const line = withText("div", "", "number-line");
    const text = withText("span", "", "number-text");
    for (const { sign, index } of signs) {
      const span = withText("span", sign);
      span.classList.toggle("doubtful", sign === "?");
      span.classList.toggle("looked", index === looked);
      text.append(span);
    }
    line.append(text);
    const { confidence, status } = reading.lines[i];
    if (reading.lines.length > 1 && !reading.lines[i].cell) line.append(" ", withText("small", percent(confidence, language)));
    line.dataset.status = status;
    return line;
  });
  const table = tableOf(reading);
  place.toggleAttribute("data-table", Boolean(table));
  if (table) return showTable(place, reading, table, lines);
  place.style.setProperty("--most", LARGEST.find(([number]) => lines.length <= number)?.[1] ?? SMALLEST);
  // The share beside it takes the room of some signs.
  const beside = lines.length > 1 ? SHARE : 0;
  place.style.setProperty("--signs", String(beside + Math.max(...reading.lines.map(({ raw }) => raw.length))));
  place.replaceChildren(...lines);
}

/**
 * The numbers of a table where they stand; those outside of it above and below.
 * @param {HTMLElement} place
 * @param {import("./api.js").Reading} reading
 * @param {number[][][]} table see `tableOf`
 * @param {HTMLElement[]} lines
 */
function showTable(place, reading, table, lines) {
  const first = reading.lines.findIndex(({ cell }) => cell);
  const last = reading.lines.findLastIndex(({ cell }) => cell);
  const cells = table.flat().map((own) => {
    const cell = withText("div", "", "number-cell");
    cell.append(...own.map((i) => lines[i]));
    return cell;
  });
  const widths = table[0].map((_, i) => Math.max(1, ...table.flatMap((row) => row[i]).map((n) => reading.lines[n].raw.length)));
  place.style.setProperty("--most", SMALLEST);
  place.style.setProperty("--columns", String(table[0].length));
  place.style.setProperty("--signs", String(widths.reduce((all, width) => all + width + MARGIN, 0)));
  place.replaceChildren(...lines.slice(0, first), ...cells, ...lines.slice(last + 1));
}

/** What the line that is looked at may be. @param {Record<string, any>} parts @param {State} state @param {Words} words @param {boolean} number */
function updateTexts(parts, state, words, number) {
  const reading = number ? readingOf(state) : undefined;
  const { line, number: at } = reading ? lineOf(reading, lookedAt(reading, state.picked)) : { line: null, number: 0 };
  const texts = line ? textsOf(line) : [];
  // One alone says nothing that is not said already.
  parts.texts.hidden = parts.textsTitle.hidden = texts.length < 2;
  if (!reading || texts.length < 2) return;
  const several = reading.lines.length > 1;
  setText(parts.textsTitle, several ? fill(words.textsOfLine, { n: at + 1, number: reading.lines.length }) : words.texts);
  while (parts.texts.children.length > texts.length) parts.texts.lastElementChild.remove();
  while (parts.texts.children.length < texts.length) {
    const item = document.createElement("li");
    const track = withText("span", "", "track");
    track.append(withText("span", "", "fill"));
    item.append(withText("span", "", "text"), track, withText("span", "", "number"));
    parts.texts.append(item);
  }
  for (const [i, { raw, probability }] of texts.entries()) {
    const item = parts.texts.children[i];
    const [text, , share] = item.children;
    setText(text, raw);
    setText(share, percent(probability, state.language));
    item.style.setProperty("--share", String(probability));
    item.classList.toggle("best", i === 0);
  }
}

/**
 * @param {Record<string, any>} parts @param {ReturnType<typeof fillBars>} bars
 * @param {State} state @param {Words} words
 */
function updateBars(parts, bars, state, words) {
  const reading = readingOf(state);
  const shares = sharesOf(state);
  const number = reading?.digits.length ?? 0;
  const n = lookedAt(reading, state.picked) + 1;
  setText(parts.barsTitle, isNumber(reading) ? fill(words.barsOf, { n, number }) : words.bars);
  const best = number ? shares.indexOf(Math.max(...shares)) : -1;
  bars.forEach(({ bar, number: share, cell }, digit) => {
    bar.style.setProperty("--share", String(shares[digit]));
    bar.classList.toggle("best", digit === best);
    setText(share, reading ? percent(shares[digit], state.language) : "–");
    setText(cell, reading ? shares[digit].toFixed(6) : "–");
  });
}

/** @param {HTMLElement} list @param {HTMLElement} rows */
function fillBars(list, rows) {
  return Array.from({ length: 10 }, (_, digit) => {
    const bar = document.createElement("li");
    const track = withText("span", "", "track");
    track.append(withText("span", "", "fill"));
    const number = withText("span", "–", "number");
    bar.append(withText("span", String(digit), "digit"), track, number);
    list.append(bar);
    const row = document.createElement("tr");
    const head = withText("th", String(digit));
    head.setAttribute("scope", "row");
    const cell = withText("td", "–");
    row.append(head, cell);
    rows.append(row);
    return { bar, number, cell };
  });
}

/** Says an answer aloud once it has stayed the same for a while. @param {HTMLElement} place */
function createSpeaker(place) {
  let next = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {string} */ text) => {
    if (text === next) return;
    next = text;
    clearTimeout(timer);
    timer = setTimeout(() => setText(place, next), SETTLED);
  };
}

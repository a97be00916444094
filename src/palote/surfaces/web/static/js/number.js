/** What a reading of whole numbers says, beside what one of a digit does: pure functions. */

import { fill } from "./i18n.js";

/** @typedef {import("./api.js").Digit} Digit */
/** @typedef {import("./api.js").Line} Line */
/** @typedef {import("./api.js").Reading} Reading */
/** @typedef {"digit" | "number" | "auto"} Expect what is looked for */

/** @type {readonly Expect[]} */
export const EXPECTATIONS = ["auto", "digit", "number"];

/** Other texts that are shown of a line, the best one included. */
const MOST_TEXTS = 4;
/** Less likely texts than this are not worth a look. */
const LEAST = 0.005;

/** Stands for a digit that Palote would not vouch for. */
export const DOUBT = "?";

/** Whether it is of numbers, and not of a single digit. @param {Reading | null | undefined} reading */
export function isNumber(reading) {
  return Boolean(reading?.lines?.length);
}

/**
 * Which of the digits is looked at: the one that was picked, else the least sure one.
 * @param {Reading | null | undefined} reading
 * @param {number | null} picked
 */
export function lookedAt(reading, picked) {
  const digits = reading?.digits ?? [];
  if (picked !== null && picked < digits.length) return picked;
  const shares = digits.map(({ confidence }) => confidence);
  return isNumber(reading) ? shares.indexOf(Math.min(...shares)) : 0;
}

/**
 * The line of a digit, and where it begins; `number` counts the lines from 0.
 * @param {Reading} reading
 * @param {number} index of the digit among all of the picture
 * @returns {{line: Line, number: number, first: number}}
 */
export function lineOf({ lines }, index) {
  let first = 0;
  for (const [number, line] of lines.entries()) {
    if (index < first + line.digits.length) return { line, number, first };
    first += line.digits.length;
  }
  return { line: lines[0], number: 0, first: 0 };
}

/**
 * The signs of all lines: what each is, and which digit it stands for; null for a separator or a space.
 * @param {Reading} reading
 * @returns {{sign: string, index: number | null}[][]}
 */
export function signsOf({ lines }) {
  let next = 0;
  return lines.map(({ raw }) => [...raw].map((sign) => {
    const digit = sign === DOUBT || (sign >= "0" && sign <= "9");
    return { sign, index: digit ? next++ : null };
  }));
}

/**
 * The table that the lines stand in: the numbers of those in each cell, row by row; null if there is none.
 * @param {{lines: Line[]}} reading
 * @returns {number[][][] | null}
 */
export function tableOf({ lines }) {
  const cells = lines.map(({ cell }) => cell).filter((cell) => cell);
  if (!cells.length) return null;
  const [rows, columns] = [0, 1].map((way) => 1 + Math.max(...cells.map((cell) => cell[way])));
  const table = Array.from({ length: rows }, () => Array.from({ length: columns }, () => /** @type {number[]} */ ([])));
  for (const [number, { cell }] of lines.entries()) if (cell) table[cell[0]][cell[1]].push(number);
  return table;
}

/** Whether each digit of the picture is vouched for. @param {Reading} reading @returns {boolean[]} */
export function vouched(reading) {
  return signsOf(reading).flat().filter(({ index }) => index !== null).map(({ sign }) => sign !== DOUBT);
}

/** The texts that a line may be, the likeliest first. @param {Line} line */
export function textsOf({ alternatives }) {
  return alternatives.slice(0, MOST_TEXTS).filter(({ probability }, i) => i === 0 || probability >= LEAST);
}

/**
 * What numbers are called that are vouched for.
 * @param {Reading} reading
 * @param {import("./i18n.js").Words} words
 */
export function numberTitle({ lines, digits }, words) {
  if (lines.length > 1) return fill(words.numbers, { number: lines.length });
  return digits.length > 1 ? fill(words.numberOf, { number: digits.length }) : words.digits[Number(digits[0].value)];
}

/** A text as one spells it, so that it is not said as thousands. @param {string} text @param {string} doubt */
export function spelled(text, doubt) {
  return [...text].map((sign) => (sign === DOUBT ? doubt : sign === "\n" ? "," : sign)).join(" ");
}

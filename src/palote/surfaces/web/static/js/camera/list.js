/** The list of digits that were read, as text for the clipboard and as a file. Pure. */

/**
 * @typedef {object} Entry
 * @property {string} value
 * @property {number} confidence 0 to 1
 * @property {number} at when it was added, in milliseconds since 1970
 */
/** @typedef {import("../i18n.js").Words} Words */

/** Excel takes a file for UTF-8 only if it begins with this. */
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Tab-separated, as spreadsheets want it from the clipboard.
 * @param {readonly Entry[]} list
 * @param {Words} words
 * @param {string} locale
 */
export function tabbed(list, words, locale) {
  return rowsOf(list, words, locale).map((row) => row.join("\t")).join("\n");
}

/**
 * A CSV file as the person's spreadsheet writes it: where the decimal sign is a comma,
 * fields are parted by semicolons.
 * @param {readonly Entry[]} list
 * @param {Words} words
 * @param {string} locale
 */
export function csv(list, words, locale) {
  const separator = new Intl.NumberFormat(locale).format(0.5).includes(",") ? ";" : ",";
  const lines = rowsOf(list, words, locale).map((row) => row.join(separator));
  return BYTE_ORDER_MARK + lines.join("\r\n") + "\r\n";
}

/** @param {readonly Entry[]} list @param {Words} words @param {string} locale */
function rowsOf(list, words, locale) {
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 4 });
  return [
    [words.place, words.digit, words.confidence, words.time],
    ...list.map(({ value, confidence, at }, i) => [
      String(i + 1), value, number.format(Math.floor(confidence * 1e4) / 1e4), stamp(new Date(at)),
    ]),
  ];
}

/** Local date and time, in a form that every spreadsheet knows. @param {Date} date */
function stamp(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

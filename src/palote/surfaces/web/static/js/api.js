/** The server, as a few functions; and the two ways in which it may fail. */

import { authorization } from "./learn/token.js";

/**
 * @typedef {object} Digit
 * @property {string} value
 * @property {number} confidence
 * @property {number[]} probabilities ten
 * @property {[number, number, number, number]} box x, y, width, height
 * @property {string} ink PNG data URL
 * @property {string} [saliency] PNG data URL, to lay over the ink; only if asked for
 */
/**
 * @typedef {object} Line one number of a picture
 * @property {string} text
 * @property {string} raw
 * @property {Reading["status"]} status
 * @property {number} confidence
 * @property {Digit[]} digits
 * @property {{text: string, raw: string, probability: number}[]} alternatives the best first
 * @property {[number, number] | null} [cell] row and column, from 0, in a table with lines
 */
/**
 * @typedef {object} Reading
 * @property {string} text
 * @property {"ok" | "unsure" | "not_digit" | "empty"} status
 * @property {number} confidence
 * @property {string} model
 * @property {string} raw the text with its separators and spaces
 * @property {Digit[]} digits
 * @property {Line[]} lines the numbers, where they were read
 * @property {{name: string, image: string}[]} stages
 */
/**
 * @typedef {object} Choices
 * @property {string} version
 * @property {string} default
 * @property {{name: string, card: {ink: {size: number}}}[]} models
 * @property {string[]} cleanings
 * @property {number} max_bytes
 * @property {Learning | null} learning null where nothing can be taught
 */
/**
 * @typedef {object} Learning
 * @property {"head" | "scratch"} kind from pictures that are kept, or by training on at once
 * @property {string} model the one that learns
 * @property {string} profile the usual one
 * @property {string[]} labels "0" to "9", and "none" if it can learn what is no digit
 */

/** How long an answer may take, in milliseconds. */
const PATIENCE = 20000;

/** The server says no, and why. */
export class Refusal extends Error {
  /** @param {string} code @param {string} detail */
  constructor(code, detail) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}

/** @typedef {"gone" | "busy"} Absence */

/** The server does not answer, or cannot at the moment. */
export class Away extends Error {
  /** @param {Absence} why */
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/**
 * @param {Blob} picture
 * @param {object} options
 * @param {import("./number.js").Expect} [options.expect]
 * @param {string} options.clean
 * @param {string | null} options.model
 * @param {boolean} [options.saliency]
 * @param {string | null} [options.profile]
 * @returns {Promise<Reading>}
 */
export async function read(picture, { expect = "digit", clean, model, saliency, profile }) {
  const query = new URLSearchParams({ expect, stages: "true", clean });
  if (model) query.set("model", model);
  if (saliency) query.set("saliency", "true");
  if (profile) query.set("profile", profile);
  const headers = { "Content-Type": picture.type || "application/octet-stream" };
  return ask(`/api/read?${query}`, { method: "POST", headers, body: picture });
}

/** @returns {Promise<Choices>} */
export async function choices() {
  return ask("/api/models", {});
}

/** Resolves once the server can read. */
export async function ready() {
  await ask("/readyz", {});
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
export async function ask(path, init) {
  const response = await send(path, init);
  try {
    return await response.json();
  } catch {
    throw new Away("gone");
  }
}

/**
 * The answer to a request, if it is none of the server's refusals.
 * @param {string} path
 * @param {RequestInit} init
 * @param {number} [patience] in milliseconds
 */
export async function send(path, init, patience = PATIENCE) {
  let response;
  try {
    const headers = { ...init.headers, ...authorization() };
    response = await fetch(path, { ...init, headers, signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Away("gone");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ code: "unknown", detail: response.statusText }));
  // Its page says how a device is let in; this one was, by a server that has since been restarted.
  if (problem.code === "not-admitted") location.reload();
  const later = [502, 503, 504].includes(response.status);
  if (later && problem.code === "busy") throw new Away("busy");
  if (later && problem.code === "unknown") throw new Away("gone");
  throw new Refusal(problem.code, problem.detail);
}

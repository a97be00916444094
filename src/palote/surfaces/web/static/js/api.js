/** The server, as three functions; and the two ways in which it may fail. */

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
 * @typedef {object} Reading
 * @property {string} text
 * @property {"ok" | "unsure" | "not_digit" | "empty"} status
 * @property {number} confidence
 * @property {string} model
 * @property {Digit[]} digits
 * @property {{name: string, image: string}[]} stages
 */
/**
 * @typedef {object} Choices
 * @property {string} version
 * @property {string} default
 * @property {{name: string, card: {ink: {size: number}}}[]} models
 * @property {string[]} cleanings
 * @property {number} max_bytes
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
 * @param {{clean: string, model: string | null, saliency: boolean}} options
 * @returns {Promise<Reading>}
 */
export async function read(picture, { clean, model, saliency }) {
  const query = new URLSearchParams({ stages: "true", clean });
  if (model) query.set("model", model);
  if (saliency) query.set("saliency", "true");
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
async function ask(path, init) {
  let response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) return await response.json();
  } catch {
    throw new Away("gone");
  }
  const problem = await response.json().catch(() => ({ code: "unknown", detail: response.statusText }));
  // Its page says how a device is let in; this one was, by a server that has since been restarted.
  if (problem.code === "not-admitted") location.reload();
  const later = [502, 503, 504].includes(response.status);
  if (later && problem.code === "busy") throw new Away("busy");
  if (later && problem.code === "unknown") throw new Away("gone");
  throw new Refusal(problem.code, problem.detail);
}

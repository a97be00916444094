/** What the server offers to whoever teaches it. */

import { ask, send } from "../api.js";

/**
 * @typedef {object} Correction
 * @property {string} id
 * @property {string} label "0" to "9" or "none"
 * @property {string} read_as "" if nobody knows
 * @property {string} time ISO 8601
 * @property {"learned" | "waiting"} state
 * @property {string} picture PNG data URL
 */
/**
 * @typedef {object} Shares how much is read right, 0 to 1, by the shipped network and now
 * @property {number | null} own_before
 * @property {number | null} own_after
 * @property {number} general_before
 * @property {number} general_after
 */
/**
 * @typedef {Shares & {learned: boolean, reason: string, message: string, corrections: number,
 *   correction: {label: string} | null, version: number, read_as: string, added: number,
 *   skipped: string[]}} Outcome
 */
/**
 * @typedef {Shares & {profile: string, on: boolean, corrections: number, learned: number,
 *   version: number, has_token: boolean, store: string, every: boolean}} Status
 */
/**
 * @typedef {Shares & {number: number, time: string, corrections: number, active: boolean,
 *   reason: string, kept: boolean, verdict: string}} Version
 */
/** @typedef {{name: string, on: boolean, corrections: number, has_token: boolean}} Profile */

/** How long many pictures may take to be learned, in milliseconds. */
const LONG = 300000;

const HERE = "/api/corrections";

/**
 * @param {string} path
 * @param {Record<string, string | null>} values those without a value are left out
 */
function address(path, values) {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return `${path}?${new URLSearchParams(/** @type {[string, string][]} */ (given))}`;
}

/**
 * @param {Blob} picture @param {readonly number[] | undefined} box of the digit, where it is one of several
 * @param {string} label @param {string} clean @param {string | null} profile
 * @returns {Promise<Outcome>}
 */
export async function correct(picture, box, label, clean, profile) {
  const headers = { "Content-Type": picture.type || "application/octet-stream" };
  return ask(address(HERE, { label, clean, profile, box: box?.join() ?? null }), { method: "POST", headers, body: picture });
}

/** @param {string | null} profile @returns {Promise<Outcome>} */
export async function undo(profile) {
  return ask(address(`${HERE}/undo`, { profile }), { method: "POST" });
}

/** @param {string} id @param {string | null} profile @returns {Promise<Outcome>} */
export async function forget(id, profile) {
  return ask(address(`${HERE}/${id}`, { profile }), { method: "DELETE" });
}

/** @param {string | null} profile @returns {Promise<Outcome>} */
export async function forgetAll(profile) {
  return ask(address(HERE, { all: "true", profile }), { method: "DELETE" });
}

/** @param {number} version @param {string | null} profile @returns {Promise<Outcome>} */
export async function rollback(version, profile) {
  return ask(address(`${HERE}/rollback`, { version: String(version), profile }), { method: "POST" });
}

/** @param {boolean} on @param {string | null} profile @returns {Promise<Status>} */
export async function switchTo(on, profile) {
  return ask(address(`${HERE}/switch`, { on: String(on), profile }), { method: "POST" });
}

/** @param {string | null} profile @returns {Promise<Status>} */
export async function status(profile) {
  return ask(address(`${HERE}/status`, { profile }), {});
}

/**
 * @param {string | null} profile @param {string | null} before
 * @returns {Promise<{corrections: Correction[], next: string | null}>}
 */
export async function corrections(profile, before) {
  return ask(address(HERE, { pictures: "true", before, profile }), {});
}

/** @param {string | null} profile @returns {Promise<{versions: Version[]}>} */
export async function history(profile) {
  return ask(address(`${HERE}/history`, { profile }), {});
}

/** @param {string | null} profile @returns {Promise<Blob>} a ZIP file */
export async function exported(profile) {
  return (await send(address(`${HERE}/export`, { profile }), {}, LONG)).blob();
}

/** @param {Blob} file @param {string | null} profile @returns {Promise<Outcome>} */
export async function imported(file, profile) {
  const init = { method: "POST", headers: { "Content-Type": "application/zip" }, body: file };
  return (await send(address(`${HERE}/import`, { profile }), init, LONG)).json();
}

/** @returns {Promise<{usual: string, profiles: Profile[]}>} */
export async function profiles() {
  return ask("/api/profiles", {});
}

/** @param {string} name @returns {Promise<Profile>} */
export async function addProfile(name) {
  return ask(address("/api/profiles", { name }), { method: "POST" });
}

/** @param {string} name */
export async function removeProfile(name) {
  return ask(`/api/profiles/${encodeURIComponent(name)}`, { method: "DELETE" });
}

/** @param {string} name @returns {Promise<{token: string}>} */
export async function newToken(name) {
  return ask(`/api/profiles/${encodeURIComponent(name)}/token`, { method: "POST" });
}

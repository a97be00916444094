/** Cameras, as the browser lends them: open, close, list, and why there is none. */

/** @typedef {"insecure" | "unsupported" | "none" | "refused" | "busy" | "lost" | "failed"} Fault */
/** @typedef {"environment" | "user"} Facing a phone's back or front camera */
/** @typedef {{id: string, label: string}} Camera */
/** @typedef {{device: string | null, facing: Facing}} Wish a device, or else a side of the phone */

/** Enough for a small guide; what is sent is far smaller. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** @type {Record<string, Fault>} */
const FAULTS = {
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** There is no picture, and why. */
export class NoCamera extends Error {
  /** @param {Fault} fault @param {string} [detail] what the browser says */
  constructor(fault, detail = "") {
    super(detail || fault);
    this.fault = fault;
    this.detail = detail;
  }
}

/**
 * @param {Wish} wish
 * @returns {Promise<MediaStream>}
 * @throws {NoCamera}
 */
export async function openCamera({ device, facing }) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new NoCamera(window.isSecureContext ? "unsupported" : "insecure");
  }
  // Only "ideal": a device that has gone since must not keep the others away.
  const which = device ? { deviceId: { ideal: device } } : { facingMode: { ideal: facing } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
  } catch (error) {
    const { name, message } = /** @type {DOMException} */ (error);
    throw new NoCamera(FAULTS[name] ?? "failed", message || name);
  }
}

/** Let the camera go; its light goes out. @param {MediaStream} stream */
export function closeCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * Which camera it is, as far as the browser tells.
 * @param {MediaStream} stream
 * @returns {{device: string | null, facing: Facing | null}}
 */
export function identityOf(stream) {
  const { deviceId, facingMode } = stream.getVideoTracks()[0].getSettings();
  const facing = facingMode === "environment" || facingMode === "user" ? facingMode : null;
  return { device: deviceId ?? null, facing };
}

/** All cameras; only after permission do they have names. @returns {Promise<Camera[]>} */
export async function listCameras() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId)
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

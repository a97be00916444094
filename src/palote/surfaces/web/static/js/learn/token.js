/**
 * The token by which this device may teach, if it is not the machine where Palote runs.
 *
 * The tab keeps it until it is closed, and no longer: whoever uses the device next is asked
 * again.
 */

const KEY = "palote-token";

/** Where a browser that forbids storage keeps it: until the page is left. */
let held = "";

/** @param {string} token "" for none */
export function keepToken(token) {
  held = token;
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // It is held until the page is left.
  }
}

/** What a request says of whoever asks. @returns {Record<string, string>} */
export function authorization() {
  const token = kept();
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function kept() {
  try {
    return sessionStorage.getItem(KEY) ?? held;
  } catch {
    return held;
  }
}

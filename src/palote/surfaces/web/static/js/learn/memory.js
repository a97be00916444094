/** Which profile was chosen, from visit to visit: a name, never a picture nor a token. */

const KEY = "palote-profile";

/** @returns {string | null} */
export function rememberedProfile() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string | null} name null for the server's usual one */
export function rememberProfile(name) {
  try {
    if (name) localStorage.setItem(KEY, name);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that forbids storage forgets; nothing else depends on it.
  }
}

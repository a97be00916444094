/**
 * Says digits aloud, with a voice of this device only: some browsers send what the other
 * voices are to say to a server.
 */

/** @typedef {import("../i18n.js").Language} Language */

/**
 * @param {readonly Pick<SpeechSynthesisVoice, "lang" | "localService" | "default">[]} voices
 * @param {Language} language
 */
export function voiceFor(voices, language) {
  const own = voices.filter(({ lang, localService }) => localService && lang.slice(0, 2) === language);
  return own.find((voice) => voice.default) ?? own[0] ?? null;
}

/**
 * @param {(languages: Language[]) => void} known is told for which languages there is a voice
 */
export function createVoice(known) {
  const speech = window.speechSynthesis;
  const tell = () => {
    const voices = speech.getVoices();
    known(/** @type {const} */ (["en", "es"]).filter((language) => voiceFor(voices, language)));
  };
  if (speech) {
    speech.addEventListener("voiceschanged", tell);
    queueMicrotask(tell);
  }

  return {
    /** @param {string} text @param {Language} language */
    say(text, language) {
      const voice = /** @type {SpeechSynthesisVoice | null} */ (voiceFor(speech?.getVoices() ?? [], language));
      if (!voice) return;
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      speech.cancel();
      speech.speak(utterance);
    },
  };
}

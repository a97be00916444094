/**
 * `mount`: the page put together. What happens becomes an action, an action becomes a
 * state (`state.js`), a state is shown (`view.js`), and what it wants is asked (`asker.js`).
 */

import * as api from "./api.js";
import { createAsker } from "./asker.js";
import { mountCamera } from "./camera/mount.js";
import { writeClipboard } from "./clipboard.js";
import { example } from "./examples.js";
import { markAt, marksOf, shownPart } from "./places.js";
import { chooseLanguage, LANGUAGES, wordsOf } from "./i18n.js";
import { commandOf } from "./keys.js";
import { mountLesson } from "./learn/mount.js";
import { readerOf } from "./learn/state.js";
import { listenToMarks } from "./marks.js";
import { EXPECTATIONS, isNumber } from "./number.js";
import { listenToPen } from "./pen.js";
import { listenToDrops, pictureIn, prepare, turned } from "./photo.js";
import { programCommands } from "./programs/view.js";
import { remember, remembered } from "./memory.js";
import { digitOf, photoOf, sentOf } from "./sent.js";
import { PENS, readingOf, reduce, start } from "./state.js";
import { listenToTabs, showInAddress, tabOf } from "./tabs.js";
import { tableText } from "./verdict.js";
import { createView } from "./view.js";
import { createWriter } from "./writer.js";

/** @typedef {import("./state.js").Action} Action */

/** How often the page looks whether the server is still there, in milliseconds. */
const HEARTBEAT = 10000;
/** How long "Copied" stays, in milliseconds. */
const COPIED = 2000;
/** Least time between two readings of the sheet, in milliseconds: the eye sees no more. */
const PAUSE = 60;

/** What takes letters and digits itself. */
const TYPING = "select, textarea, input:not([type=checkbox], [type=range], [type=file]), [contenteditable]";

/**
 * Bring the page in `root` to life.
 * @param {HTMLElement} root
 */
export function mount(root) {
  const saved = remembered();
  const language = chooseLanguage(saved.page.language ?? null, navigator.languages);
  let state = { ...start(language), ...saved.page, language };
  state = { ...state, camera: { ...state.camera, ...saved.camera, wide: state.expect === "number" } };
  const view = createView(root);
  const canvas = view.part("canvas");
  let asked = 0;
  let drawn = false;

  /** @param {Action} action */
  function dispatch(action) {
    const before = state;
    state = reduce(state, action);
    if (state === before) return;
    remember(state);
    if (state.wanted > asked) {
      asked = state.wanted;
      asker.wish();
    }
    if (state.tab !== before.tab) showInAddress(state.tab);
    camera.sync();
    lesson.sync();
    redraw();
  }

  function redraw() {
    if (drawn) return;
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      view.update(state);
    });
  }

  const asker = createAsker({
    async next() {
      const { wanted: serial, clean, model, expect } = state;
      // To ask for each digit of a page again and again would take too long.
      const saliency = state.looked && expect !== "number" && !isNumber(readingOf(state));
      const options = { serial, expect, clean, model, saliency, profile: readerOf(state.lesson) };
      if (state.tab === "camera") {
        const frame = await camera.frame();
        return frame && { ...options, frame, photo: null, cut: null, picture: frame.picture };
      }
      const photo = photoOf(state);
      const sent = await sentOf(state);
      return sent && { ...options, frame: null, photo, ...sent };
    },
    async ask(question) {
      const begin = performance.now();
      const reading = await api.read(question.picture, question);
      return { reading, ms: performance.now() - begin };
    },
    answered({ frame, serial, photo, picture, cut }, answer) {
      if (!frame) return dispatch({ type: "answer", answer: { ...answer, serial, photo, picture, cut } });
      const { epoch, at, width, height, guide } = frame;
      const seen = { ...answer, width, height, guide, picture };
      toCamera({ type: "answer", epoch, at, now: Date.now(), seen });
    },
    refused({ frame, serial }, { code, detail }) {
      if (lesson.lock(code)) return;
      if (frame) toCamera({ type: "refusal", epoch: frame.epoch, code, detail });
      else dispatch({ type: "refusal", serial, code, detail });
    },
    away: (why) => dispatch(why ? { type: "away", why } : { type: "back" }),
    pause: () => (state.tab === "camera" ? 0 : PAUSE),
    async knock() {
      await api.ready();
      if (!state.choices || state.away) {
        dispatch({ type: "choices", choices: await api.choices() });
      }
    },
  });

  /** @param {import("./camera/state.js").CameraAction} action */
  const toCamera = (action) => dispatch({ type: "camera", action });
  const camera = mountCamera(view.part, { now: () => state, dispatch: toCamera, wish: asker.wish });

  const lesson = mountLesson(root, view.part, {
    now: () => state,
    dispatch: (action) => dispatch({ type: "lesson", action }),
    async subject() {
      const digit = digitOf(state);
      if (digit) {
        // It stays the one that is looked at, whatever it is read as afterwards.
        dispatch({ type: "pick", index: digit.index });
        return digit;
      }
      return state.tab === "camera" ? camera.frame() : sentOf(state);
    },
  });

  const writer = createWriter(dispatch);

  /** @param {Blob | null} file */
  async function open(file) {
    if (!file) return dispatch({ type: "notice", notice: "notAPicture" });
    lay(await prepare(file));
  }

  /** @param {import("./photo.js").Photo} photo */
  function lay(photo) {
    if (photo.blob.size > (state.choices?.max_bytes ?? Infinity)) {
      return dispatch({ type: "notice", notice: "tooLarge" });
    }
    writer.stop();
    dispatch({ type: "photo", photo });
  }

  async function quarter() {
    const photo = photoOf(state);
    if (!photo?.url) return;
    const next = await turned(photo);
    // Whoever was quicker has laid another sheet on the desk.
    if (photoOf(state) === photo) lay(next);
  }

  async function paste() {
    let items;
    try {
      items = await navigator.clipboard.read();
    } catch {
      return dispatch({ type: "notice", notice: "cannotPaste" });
    }
    for (const item of items) {
      const type = item.types.find((name) => name.startsWith("image/"));
      if (type) return open(await item.getType(type));
    }
    dispatch({ type: "notice", notice: "nothingToPaste" });
  }

  async function copy() {
    if (!readingOf(state)?.digits.length) return;
    const done = await writeClipboard(tableText(state, wordsOf(state.language)));
    dispatch({ type: "copied", copied: done ? "copied" : "copyFailed" });
    setTimeout(() => dispatch({ type: "copied", copied: null }), COPIED);
  }

  const help = view.part("help");
  const other = () => LANGUAGES[(LANGUAGES.indexOf(state.language) + 1) % LANGUAGES.length];
  /** @type {Record<string, (value?: string) => void>} */
  const commands = {
    ...camera.commands,
    ...lesson.commands,
    ...programCommands(() => state, (copied) => dispatch({ type: "copied-program", copied })),
    tab: (value) => dispatch({ type: "tab", tab: tabOf(value) ?? (state.tab === "sheet" ? "camera" : "sheet") }),
    undo: () => (writer.stop(), dispatch({ type: "undo" })),
    redo: () => (writer.stop(), dispatch({ type: "redo" })),
    clear: () => (writer.stop(), dispatch({ type: "clear" })),
    read: () => dispatch({ type: "read" }),
    open: () => view.part("file").click(),
    quarter,
    paste,
    copy,
    example: () => writer.write(example(state.expect)),
    live: () => dispatch({ type: "live", on: !state.live }),
    looked: () => dispatch({ type: "looked", on: !state.looked }),
    expect: (value) => dispatch({ type: "expect", expect: EXPECTATIONS.find((one) => one === value) ?? next(state.expect) }),
    thinner: () => dispatch({ type: "pen", width: state.pen - PENS.step }),
    thicker: () => dispatch({ type: "pen", width: state.pen + PENS.step }),
    language: (value) => dispatch({ type: "language", language: LANGUAGES.find((l) => l === value) ?? other() }),
    help: () => help.showModal(),
    close: () => help.close(),
  };

  root.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-do]");
    if (!(button instanceof HTMLElement)) return;
    // Whether it can be pressed is told by what has happened, not by what was last drawn.
    if (drawn) view.update(state);
    if (button.ariaDisabled === "true") return;
    commands[button.dataset.do ?? ""](button.dataset.value);
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (root.querySelector("dialog[open]") || event.defaultPrevented || (event.repeat && event.key === "Enter")) return;
    const found = commandOf(event, {
      singleKeys: state.singleKeys,
      tab: state.tab,
      // The field of a dialog that has just closed may have the focus for a moment longer.
      typing: target.matches(TYPING) && target.getClientRects().length > 0,
      onControl: target.matches("button, a, input, select, summary"),
      // What would be taught must be in sight.
      teaching: Boolean(state.choices?.learning) && state.tab !== "api",
    });
    if (!found) return;
    event.preventDefault();
    commands[found.command](found.value);
  });

  listenToPen(canvas, {
    part: () => shownPart(state),
    markAt: (x, y) => (isNumber(readingOf(state)) ? markAt(marksOf(state), x, y) : null),
    dispatch(action) {
      if (action.type === "pen-down") writer.stop();
      dispatch(action);
    },
  });
  const pick = (/** @type {number} */ index) => dispatch({ type: "pick", index });
  listenToMarks(view.part("found"), pick);
  listenToMarks(view.part("seen"), pick);
  const on = (/** @type {string} */ name, /** @type {(input: any) => Action} */ action) => {
    view.part(name).addEventListener("input", () => dispatch(action(view.part(name))));
  };
  on("pen", (input) => ({ type: "pen", width: Number(input.value) }));
  on("live", (input) => ({ type: "live", on: input.checked }));
  on("looked", (input) => ({ type: "looked", on: input.checked }));
  on("singleKeys", (input) => ({ type: "single-keys", on: input.checked }));
  on("clean", (input) => ({ type: "clean", clean: input.value }));
  on("model", (input) => ({ type: "model", model: input.value }));
  view.part("file").addEventListener("change", () => {
    const file = view.part("file").files[0];
    view.part("file").value = "";
    if (file) open(file);
  });
  listenToDrops(view.part("drop"), open);
  document.addEventListener("paste", (event) => {
    event.preventDefault();
    if (event.clipboardData?.files.length) open(pictureIn(event.clipboardData));
    else if (state.tab === "sheet") dispatch({ type: "notice", notice: "nothingToPaste" });
  });

  new ResizeObserver(() => {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    redraw();
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const look = () => document.hidden || asker.look();
  setInterval(look, HEARTBEAT);
  document.addEventListener("visibilitychange", () => {
    toCamera({ type: "hidden", hidden: document.hidden || state.tab !== "camera" });
    look();
  });
  listenToTabs(root, () => state.tab, (tab) => dispatch({ type: "tab", tab }));
  window.addEventListener("online", look);
  const pasteButton = root.querySelector("[data-do=paste]");
  if (pasteButton instanceof HTMLElement) pasteButton.hidden = !navigator.clipboard?.read;
  asker.look();
  redraw();
}

/** @param {import("./number.js").Expect} expect */
function next(expect) {
  return EXPECTATIONS[(EXPECTATIONS.indexOf(expect) + 1) % EXPECTATIONS.length];
}

/**
 * `mountCamera`: the camera's tab put together. After each change of the state it brings
 * what is the case (camera, clock, held picture) in line with what the state wants.
 */

import { wordsOf } from "../i18n.js";
import { writeClipboard } from "../clipboard.js";
import { saveAs } from "../files.js";
import { spelled } from "../number.js";
import { closeCamera, identityOf, listCameras, NoCamera, openCamera } from "./device.js";
import { createCutter, still } from "./frame.js";
import { sized } from "./guide.js";
import { listenToGuide } from "./handle.js";
import { csv, tabbed } from "./list.js";
import { guideOf } from "./state.js";
import { createVoice } from "./voice.js";

/** @typedef {import("./state.js").CameraAction} CameraAction */
/** @typedef {import("../state.js").State} State */

/** Time from picture to picture in the slow mode, in milliseconds. */
const BEAT = 2000;
/** How long "Copied" stays, in milliseconds. */
const COPIED = 2000;

/**
 * @param {(name: string) => any} part of the page
 * @param {object} page
 * @param {() => State} page.now
 * @param {(action: CameraAction) => void} page.dispatch
 * @param {() => void} page.wish there is a frame to read
 */
export function mountCamera(part, { now, dispatch, wish }) {
  const camera = () => now().camera;
  const video = /** @type {HTMLVideoElement} */ (part("video"));
  const finder = /** @type {HTMLElement} */ (part("finder"));
  const cut = createCutter();
  const voice = createVoice((voices) => dispatch({ type: "voices", voices }));
  /** @type {MediaStream | null} */
  let stream = null;
  /** The wish that is open or being opened; "" for none. */
  let held = "";
  /** @type {HTMLCanvasElement | null} */
  let picture = null;
  /** @type {"live" | "slow" | ""} */
  let pace = "";
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;
  let [due, said] = [0, 0];

  /** Bring what is the case in line with the state. */
  function sync() {
    const { on, hidden, wish: which, attempt, speak } = camera();
    const wanted = on && !hidden ? [attempt, which.device ?? which.facing].join() : "";
    if (wanted !== held) {
      held = wanted;
      letGo();
      if (wanted) take(wanted);
      return; // `letGo` and `take` change the state, which calls this again.
    }
    hold();
    keepPace();
    if (camera().due > due) {
      due = camera().due;
      wish();
    }
    if (camera().confirmations > said) {
      said = camera().confirmations;
      const text = camera().steady.confirmed;
      const { digits, doubt } = wordsOf(now().language);
      if (speak && text) voice.say(text.length > 1 ? spelled(text, doubt) : digits[Number(text)], now().language);
    }
  }

  /** @param {string} wanted */
  async function take(wanted) {
    try {
      const opened = await openCamera(camera().wish);
      if (wanted !== held) return closeCamera(opened);
      stream = opened;
      opened.getVideoTracks()[0].addEventListener("ended", () => {
        if (stream === opened) dispatch({ type: "fault", fault: "lost", detail: "" });
      });
      video.srcObject = opened;
      await video.play();
      if (wanted !== held) return;
      dispatch({ type: "opened", ...identityOf(opened) });
      watch(opened);
      await list();
    } catch (error) {
      if (wanted !== held) return;
      const { fault, detail } = error instanceof NoCamera ? error : new NoCamera("failed", String(error));
      dispatch({ type: "fault", fault, detail });
    }
  }

  function letGo() {
    if (stream) closeCamera(stream);
    stream = null;
    video.srcObject = null;
    dispatch({ type: "closed" });
  }

  async function list() {
    dispatch({ type: "cameras", cameras: await listCameras() });
  }

  /** A frozen picture lies over the video until it goes on. */
  function hold() {
    if (camera().frozen && !picture) {
      picture = still(video);
      video.after(picture);
    } else if (!camera().frozen && picture) {
      picture.remove();
      picture = null;
    }
  }

  function keepPace() {
    const { ready, frozen, mode, refusal } = camera();
    // What was refused once is refused again, most likely: there is no hurry.
    const next = !ready || frozen ? "" : refusal ? "slow" : mode;
    if (next === pace) return;
    pace = next;
    clearInterval(clock);
    if (pace !== "slow") return;
    clock = setInterval(beat, BEAT);
    beat();
  }

  function beat() {
    dispatch({ type: "taken" });
    wish();
  }

  /** Every new frame of the video is one to read. @param {MediaStream} from */
  function watch(from) {
    const again = () => {
      if (stream !== from) return;
      if (pace === "live") wish();
      nextFrame(video, again);
    };
    nextFrame(video, again);
  }

  async function copy() {
    const { language } = now();
    const done = await writeClipboard(tabbed(camera().list, wordsOf(language), navigator.language));
    dispatch({ type: "copied", copied: done ? "copied" : "copyFailed" });
    setTimeout(() => dispatch({ type: "copied", copied: null }), COPIED);
  }

  function save() {
    const words = wordsOf(now().language);
    const file = new Blob([csv(camera().list, words, navigator.language)], { type: "text/csv" });
    saveAs(file, words.fileName);
  }

  const reshape = () => {
    const { videoWidth: width, videoHeight: height } = video;
    if (width && width / height !== camera().aspect) dispatch({ type: "aspect", aspect: width / height });
  };
  video.addEventListener("loadedmetadata", reshape);
  video.addEventListener("resize", reshape);
  navigator.mediaDevices?.addEventListener?.("devicechange", () => stream && list());
  part("device").addEventListener("input", () => dispatch({ type: "choose", device: part("device").value }));
  part("collect").addEventListener("input", () => dispatch({ type: "collect", on: part("collect").checked }));
  part("speak").addEventListener("input", () => dispatch({ type: "speak", on: part("speak").checked }));
  part("guideSize").addEventListener("input", () => {
    const share = Number(part("guideSize").value) / 100;
    dispatch({ type: "guide", guide: sized(guideOf(camera()), share, camera().aspect) });
  });
  listenToGuide(
    finder, part("guide"),
    () => ({ guide: guideOf(camera()), aspect: camera().aspect }),
    (guide) => dispatch({ type: "guide", guide }),
  );

  /** @type {Record<string, (value?: string) => void>} */
  const commands = {
    start: () => dispatch({ type: "start" }),
    stop: () => dispatch({ type: "stop" }),
    freeze: () => dispatch({ type: "freeze" }),
    turn: () => dispatch({ type: "turn" }),
    pace: (value) => {
      const other = camera().mode === "live" ? "slow" : "live";
      dispatch({ type: "mode", mode: value === "live" || value === "slow" ? value : other });
    },
    add: () => dispatch({ type: "add", now: Date.now() }),
    "list-undo": () => dispatch({ type: "list-undo" }),
    "list-clear": () => dispatch({ type: "list-clear" }),
    "list-copy": copy,
    save,
  };

  return {
    commands,
    sync,
    /** The frame to read now. */
    async frame() {
      const { ready, epoch } = camera();
      const at = performance.now();
      const frame = ready ? await cut(picture ?? video, guideOf(camera()), camera().wide) : null;
      return frame && { ...frame, epoch, at };
    },
  };
}

/** @param {HTMLVideoElement} video @param {() => void} call */
function nextFrame(video, call) {
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(call);
  else requestAnimationFrame(call);
}

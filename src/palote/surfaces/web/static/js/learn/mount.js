/**
 * `mountLesson`: teaching put together. The server is asked for one change at a time; after
 * each, how things stand is asked anew. Where it wants a token, the person is asked for it
 * once, and what they wanted is done then.
 */

import { Away, Refusal } from "../api.js";
import { saveAs } from "../files.js";
import { wordsOf } from "../i18n.js";
import * as server from "./api.js";
import { rememberedProfile, rememberProfile } from "./memory.js";
import { nameOf } from "./state.js";
import { keepToken } from "./token.js";
import { hindrance } from "./view.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("./state.js").Doing} Doing */
/** @typedef {import("./state.js").LessonAction} LessonAction */

/**
 * @param {HTMLElement} root
 * @param {(name: string) => any} part of the page
 * @param {object} page
 * @param {() => State} page.now
 * @param {(action: LessonAction) => void} page.dispatch
 * @param {() => Promise<{picture: Blob, box?: readonly number[]} | null>} page.subject what is
 *   being read, and where in it the digit of a number lies
 */
export function mountLesson(root, part, { now, dispatch, subject }) {
  const lesson = () => now().lesson;
  /** The server's choices that are known here; others may come from another server. */
  let known = /** @type {State["choices"]} */ (null);
  /** What is being done, and waits to be done. @type {Promise<void>} */
  let queue = Promise.resolve();
  /** What to do once there is a token. */
  let pending = /** @type {(() => void) | null} */ (null);

  /** Look how things stand, if the server has said for the first time that it learns. */
  function sync() {
    const { choices } = now();
    if (choices === known) return;
    known = choices;
    if (!choices?.learning) return;
    const profile = choices.learning.kind === "head" ? rememberedProfile() : null;
    if (profile) dispatch({ type: "profile", profile });
    refresh();
  }

  async function refresh() {
    const { profile } = lesson();
    try {
      const keeps = known?.learning?.kind === "head";
      const { usual, profiles } = keeps ? await server.profiles() : { usual: "", profiles: [] };
      const there = !profile || profiles.some(({ name }) => name === profile);
      const status = await server.status(there ? profile : null);
      // Whoever chose another one meanwhile asks anew.
      if (profile !== lesson().profile) return;
      if (!there) choose(null);
      dispatch({ type: "standing", usual, profiles, status });
      if (lesson().shown && keeps) await list();
    } catch (error) {
      // Whoever asks for the readings says so, if the server does not answer.
      if (!(error instanceof Away)) refuse(error, null);
    }
  }

  async function list() {
    const { profile } = lesson();
    const [{ corrections, next }, { versions }] = await Promise.all([
      server.corrections(profile, null), server.history(profile),
    ]);
    if (profile === lesson().profile) dispatch({ type: "list", list: corrections, older: next, history: versions });
  }

  /** @param {string | null} profile */
  function choose(profile) {
    rememberProfile(profile);
    dispatch({ type: "profile", profile });
  }

  /**
   * Do what needs the server, after what is being done; show what became of it.
   * @param {() => Promise<void>} work
   */
  function attempt(work) {
    const done = queue.then(() => perform(work));
    queue = done.catch(() => {});
    return done;
  }

  /** @param {() => Promise<void>} work */
  async function perform(work) {
    dispatch({ type: "busy" });
    try {
      await work();
      await refresh();
    } catch (error) {
      refuse(error, () => attempt(work));
    }
    dispatch({ type: "settled" });
  }

  /**
   * @param {Doing} doing
   * @param {() => Promise<import("./api.js").Outcome>} work
   * @param {string | null} [label]
   */
  function change(doing, work, label = null) {
    return attempt(async () => dispatch({ type: "done", doing, outcome: await work(), label }));
  }

  /** @param {unknown} error @param {(() => void) | null} again */
  function refuse(error, again) {
    if (error instanceof Away) return dispatch({ type: "refused", code: "away", detail: "" });
    if (!(error instanceof Refusal)) throw error;
    const { code, detail } = error;
    if (!lock(code)) return dispatch({ type: "refused", code, detail });
    if (!again) return;
    pending = again;
    askForToken();
  }

  /** Note that the token is missing or no longer valid, if a refusal says so. @param {string} code */
  function lock(code) {
    if (code !== "token-needed" && code !== "token-wrong") return false;
    const wrong = code === "token-wrong" || lesson().door === "wrong";
    keepToken("");
    dispatch({ type: "door", door: wrong ? "wrong" : "locked" });
    return true;
  }

  function askForToken() {
    if (!part("tokenDialog").open) part("tokenDialog").showModal();
  }

  /** @param {string | undefined} label */
  async function teach(label) {
    if (!label || lesson().busy || !known?.learning?.labels.includes(label)) return;
    const why = hindrance(now(), wordsOf(now().language));
    if (why) return dispatch({ type: "refused", code: "hindrance", detail: why });
    const { clean } = now();
    await change("teach", async () => {
      const taught = await subject();
      if (!taught) throw new Refusal("nothing-to-learn", wordsOf(now().language).nothingToTeach);
      return server.correct(taught.picture, taught.box, label, clean, lesson().profile);
    }, label);
  }

  async function exportAll() {
    await attempt(async () => {
      const name = `palote-${nameOf(lesson())}.zip`;
      saveAs(await server.exported(lesson().profile), name);
    });
  }

  /** Ask before what cannot be undone. @param {import("./state.js").Question} question */
  function confirm(question) {
    dispatch({ type: "question", question });
    part("confirm").showModal();
  }

  /** Do what was asked about. */
  async function goOn() {
    const { question, profile } = lesson();
    part("confirm").close();
    if (question?.what === "one") {
      await change("forget", () => server.forget(question.id, profile));
      part("taughtList").focus();
    }
    if (question?.what === "all") await change("forgetAll", () => server.forgetAll(profile));
    if (question?.what === "version") await change("rollback", () => server.rollback(question.number, profile));
    if (question?.what === "token") await makeToken();
    if (question?.what === "profile") {
      await attempt(async () => {
        await server.removeProfile(nameOf(lesson()));
        choose(null);
      });
    }
  }

  async function makeToken() {
    await attempt(async () => {
      dispatch({ type: "token", token: (await server.newToken(nameOf(lesson()))).token });
    });
  }

  /** @type {Record<string, (value?: string) => void>} */
  const commands = {
    teach,
    "teach-undo": () => {
      if (lesson().status?.corrections && !lesson().busy) change("undo", () => server.undo(lesson().profile));
    },
    taught() {
      if (!known?.learning) return;
      if (lesson().door !== "open") {
        pending = commands.taught;
        return askForToken();
      }
      dispatch({ type: "show" });
      part("taught").showModal();
      refresh();
    },
    "taught-close": () => part("taught").close(),
    "enter-token": askForToken,
    "token-close": () => part("tokenDialog").close(),
    "forget-all": () => confirm({ what: "all" }),
    forget: (id) => {
      const correction = lesson().list.find((one) => one.id === id);
      if (correction) confirm({ what: "one", id: correction.id, label: correction.label });
    },
    rollback: (number) => confirm({ what: "version", number: Number(number) }),
    "remove-profile": () => confirm({ what: "profile" }),
    token: () => {
      const had = lesson().status?.has_token;
      if (had) confirm({ what: "token" });
      else makeToken();
    },
    yes: goOn,
    no: () => part("confirm").close(),
    export: exportAll,
    import: () => part("zip").click(),
    older: () => attempt(async () => {
      const { profile, older } = lesson();
      const { corrections, next } = await server.corrections(profile, older);
      dispatch({ type: "more", list: corrections, older: next });
    }),
  };

  part("taught").addEventListener("close", () => dispatch({ type: "hide" }));
  part("confirm").addEventListener("close", () => dispatch({ type: "question", question: null }));
  part("profile").addEventListener("input", () => {
    const { value } = part("profile");
    choose(value === lesson().usual ? null : value);
    refresh();
  });
  part("useIt").addEventListener("input", () => {
    const on = part("useIt").checked;
    attempt(async () => {
      await server.switchTo(on, lesson().profile);
      dispatch({ type: "switched", on });
    });
  });
  part("zip").addEventListener("change", () => {
    const file = part("zip").files[0];
    part("zip").value = "";
    if (file) change("import", () => server.imported(file, lesson().profile));
  });
  part("addProfile").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = part("newProfile").value.trim();
    if (!name) return;
    attempt(async () => {
      choose((await server.addProfile(name)).name);
      part("newProfile").value = "";
    });
  });
  part("tokenForm").addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    keepToken(part("token").value.trim());
    await refresh();
    if (lesson().door !== "open") return part("token").select();
    part("token").value = "";
    part("tokenDialog").close();
    const next = pending;
    pending = null;
    next?.();
  });
  part("tokenDialog").addEventListener("close", () => {
    part("token").value = "";
  });

  return { commands, sync, lock };
}

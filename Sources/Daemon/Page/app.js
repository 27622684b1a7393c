// Which view is shown, what keeps it up to date, and what keys and buttons do.

import { command, follow, look, path, setToken } from "./client.js";
import { h, show } from "./dom.js";
import * as backfills from "./backfills.js";
import * as daemon from "./daemon.js";
import * as f from "./format.js";
import * as runs from "./runs.js";
import * as schedules from "./schedules.js";
import * as timeline from "./timeline.js";
import * as topics from "./topics.js";

const main = document.getElementById("main");
const said = document.getElementById("said");

/** By the first part of the address: the list of that name, and one of it. */
const views = {
  schedules: {
    list: { load: (query, signal) => schedules.loadList(query, signal), render: schedules.renderList },
    one: { load: schedules.loadOne, render: schedules.renderOne },
  },
  timeline: { list: { load: timeline.load, render: timeline.render } },
  runs: { one: { load: runs.loadOne, render: runs.renderOne } },
  topics: {
    list: { load: (query, signal) => topics.loadList(signal), render: topics.renderList },
    one: { load: topics.loadOne, render: topics.renderOne },
  },
  daemon: { list: { load: (query, signal) => daemon.load(signal), render: daemon.render } },
};

// MARK: Where we are

let route;
/** What was shown last; another address begins from nothing. */
let shown = { hash: null, data: null };

function readAddress() {
  const [place, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = place.split("/").map(decodeURIComponent);
  return { view: view || "schedules", id: rest[0], query: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

function chosen() {
  const kinds = views[route.view];
  return kinds && (route.id === undefined ? kinds.list : kinds.one);
}

function go() {
  const before = route;
  route = readAddress();
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.dataset.view === route.view || (route.view === "runs" && link.dataset.view === "timeline");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const isSamePlace = before && before.view === route.view && before.id === route.id;
  refresh(!isSamePlace);
}

// MARK: What is shown

let loading = null;
let isStale = false;
let settled = 0;

/** Looks again; only one look is under way, and another one follows if something changed meanwhile. */
async function refresh(isNewPlace = false) {
  if (isNewPlace) loading?.abort();
  else if (loading) {
    isStale = true;
    return;
  }
  const abort = new AbortController();
  loading = abort;
  const view = chosen();
  const wanted = { ...route };
  try {
    if (!view) throw new Error("There is no such page.");
    const [status, data] = await Promise.all([
      look("/status", abort.signal), view.load(wanted.id ?? wanted.query, abort.signal),
    ]);
    f.setClock(status.at);
    present(status, view.render(data, wanted.query), isNewPlace);
    shown = { hash: location.hash, data };
    live("live");
  } catch (error) {
    if (abort.signal.aborted) return;
    fail(error, isNewPlace);
  } finally {
    if (loading === abort) {
      loading = null;
      settled += 1;
      document.documentElement.dataset.looks = settled;
      if (isStale) {
        isStale = false;
        setTimeout(refresh, 150);
      }
    }
  }
}

function present(status, nodes, isNewPlace) {
  const log = main.querySelector("pre.log");
  const isAtEnd = !log || log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  show(main, nodes);
  const now = main.querySelector("pre.log");
  if (now && isAtEnd) now.scrollTop = now.scrollHeight;
  notices(status);
  const failing = status.schedules.failing ?? 0;
  document.title = `${failing ? `(${failing} failing) ` : ""}${main.querySelector("h1")?.textContent ?? ""} · sluice`;
  if (isNewPlace) arrive();
}

function arrive() {
  window.scrollTo(0, 0);
  // Whoever reads by ear hears where they are; the first look leaves the focus where the browser has it.
  if (shown.hash !== null) main.querySelector("h1")?.focus({ preventScroll: true });
}

function notices(status) {
  const notices = [];
  if (status.trouble) notices.push(notice("failed", "No run can begin: ", status.trouble));
  if (!status.alive) notices.push(notice("failed", "The scheduler has not looked at its clock lately: ", "restart the daemon"));
  if (status.draining) notices.push(notice("paused", "The daemon ends: ", "nothing starts any more"));
  if (status.faults.length) {
    notices.push(notice("partial", `${f.things(status.faults.length, "file")} could not be loaded: `,
      h("a", { href: "#/daemon" }, status.faults.map((fault) => fault.path.split("/").pop()).join(", "))));
  }
  show(document.getElementById("notices"), notices);
}

function notice(kind, title, text) {
  return h("p", { class: `notice ${kind}` }, h("i", { class: "dot", "aria-hidden": "true" }, f.glyph(kind)),
    h("span", null, h("b", null, title), text));
}

async function fail(error, isNewPlace) {
  if (error.status === 401 && (await askToken())) {
    refresh(true);
    return;
  }
  if (error.status === undefined && error instanceof TypeError) {
    live("lost");
    if (!isNewPlace) return;
  }
  show(main, h("div", { class: "head" }, h("h1", { tabindex: "-1" },
    error.status === 404 ? "Not there" : error.status === undefined ? "No answer" : "It did not work")),
  h("p", { class: "empty" }, state === "lost" ? "It is asked again until it answers." : error.message),
  error.remedy && h("p", { class: "empty" }, "What to do: ", error.remedy));
  arrive();
}

// MARK: Whether the daemon answers

let state = "";
let lostAt = null;

/** `live`, or `lost` while the daemon does not answer. */
function live(now) {
  if (now === state) return;
  if (now === "lost" && lostAt === null) lostAt = new Date().toISOString();
  if (now === "live") {
    if (state === "lost") say("The daemon answers again.");
    lostAt = null;
  }
  state = now;
  document.documentElement.dataset.state = now;
  show(document.getElementById("pulse"), now === "live"
    ? h("span", { class: "badge success" }, h("i", { class: "dot", "aria-hidden": "true" }), "live")
    : h("span", { class: "badge failed", role: "alert" }, h("i", { class: "dot", "aria-hidden": "true" }, "×"),
      "the daemon does not answer; what is shown is old"));
}

function heard(revision) {
  live("live");
  if (revision !== null) refresh();
}

async function lost(error) {
  if (error?.status === 401) return askToken();
  live("lost");
  return false;
}

// MARK: Dialogs

/** Shows a dialog; its form's values, or null where the person turned away. */
function open(id, slots = {}) {
  const dialog = document.getElementById(id);
  for (const [name, text] of Object.entries(slots)) {
    dialog.querySelector(`[data-slot="${name}"]`).textContent = text;
  }
  dialog.querySelector("form").reset();
  dialog.returnValue = "";
  const before = document.activeElement;
  dialog.showModal();
  const turn = dialog.dataset.turn = String(Number(dialog.dataset.turn ?? 0) + 1);
  return new Promise((resolve) => {
    const closed = () => {
      // A browser tells of an end a moment later: by then the dialog may be open again, for another question.
      const isOver = dialog.dataset.turn !== turn;
      if (!isOver && dialog.open) return;
      dialog.removeEventListener("close", closed);
      if (isOver) return resolve(null);
      // The button may have been replaced by what happened meanwhile.
      if (!before?.isConnected) main.querySelector("h1")?.focus();
      const values = new FormData(dialog.querySelector("form"));
      resolve(dialog.returnValue === "yes" ? Object.fromEntries(values) : null);
    };
    dialog.addEventListener("close", closed);
  });
}

let asking = null;

/** Asks for the token, once, however many were refused; whoever turns away is asked again when the page is loaded. */
function askToken() {
  asking ??= open("token").then((values) => {
    if (values === null) return false;
    setToken(values.token.trim());
    asking = null;
    return true;
  });
  return asking;
}

/** Tells a result, to eye and ear. */
function say(text, kind = "success", link = null) {
  const note = h("p", { class: `note ${kind}` }, h("i", { class: "dot", "aria-hidden": "true" }, f.glyph(kind)),
    h("span", null, text, link && [" ", h("a", { href: link }, "See the run")]),
    h("button", { type: "button", class: "quiet", "data-action": "dismiss", "aria-label": "Dismiss" }, "×"));
  said.replaceChildren(note);
  clearTimeout(say.timer);
  // What went wrong stays until it is read.
  if (kind === "success") say.timer = setTimeout(() => note.remove(), 12000);
}

async function perform(target, body, done) {
  try {
    const answer = await command(target, body);
    const isRun = answer.run && !answer.run.startsWith("backfill-");
    say(done ?? answer.message, "success", isRun ? `#${path("runs", answer.run)}` : null);
  } catch (error) {
    if (error.status === 401 && (await askToken())) return perform(target, body, done);
    say([error.message, error.remedy && ` – ${error.remedy}`].filter(Boolean).join(""), "failed");
  }
  refresh();
}

// MARK: What buttons do

const actions = {
  help: () => document.getElementById("help").showModal(),
  dismiss: () => said.replaceChildren(),
  "skip-to-main": () => main.focus(),
  // No submit button: Enter in a field would take the first one of the form.
  "turn-away": () => document.querySelector("dialog[open]")?.close(""),

  async trigger(id) {
    const values = await open("trigger", {
      name: id, hint: shown.data?.schedule?.pause ? "It is paused and stays so: only this run is made." : "",
    });
    if (values) await perform(path("schedules", id, "trigger"), { instead_of_next: values.instead === "on" });
  },

  async pause(id) {
    const values = await open("pause", { name: id });
    if (!values) return;
    let until = null;
    if (values.until === "at") until = values.at ? new Date(values.at).toISOString() : null;
    else if (values.until) until = new Date(f.now() + Number(values.until) * 1000).toISOString();
    await perform(path("schedules", id, "pause"), { reason: values.reason, until });
  },

  resume: (id) => perform(path("schedules", id, "resume")),
  "skip-next": (id) => perform(path("schedules", id, "skip-next")),
  "undo-skips": (id) => perform(path("schedules", id, "undo-skips")),

  async backfill(id) {
    const values = await open("backfill", { name: id });
    if (values) await perform(path("schedules", id, "backfill"), backfills.wanted(values));
  },

  async "cancel-backfill"(id) {
    const values = await open("confirm", {
      title: "Cancel the backfill?", yes: "Cancel it",
      hint: `${id} ends after the page at hand; what is committed stays, and it can go on later from there.`,
    });
    if (values) await perform(path("backfills", id, "cancel"));
  },

  "resume-backfill": (id) => perform(path("backfills", id, "resume")),

  async cancel(id) {
    const values = await open("confirm", {
      title: `Cancel ${id}?`, yes: "Cancel the run",
      hint: "It ends after the page at hand; what is committed stays, and the next run goes on from there.",
    });
    if (values) await perform(path("runs", id, "cancel"));
  },
};

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#said a")) actions.dismiss();
  const button = event.target.closest?.("[data-action]");
  if (!button) return;
  if (button.tagName === "A") event.preventDefault();
  actions[button.dataset.action]?.(button.dataset.id);
});

document.querySelector("#pause select").addEventListener("change", (event) => {
  const field = document.querySelector('#pause [data-slot="at"]');
  const isWanted = event.target.value === "at";
  field.hidden = !isWanted;
  field.querySelector("input").required = isWanted;
});
document.querySelector("#pause form").addEventListener("reset", () => {
  const field = document.querySelector('#pause [data-slot="at"]');
  field.hidden = true;
  field.querySelector("input").required = false;
});

let typing;
document.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const query = { ...route.query, search: event.target.value.trim() };
    const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
    // In the address, but not one step back for every letter.
    history.replaceState(null, "", `#/schedules${text ? `?${text}` : ""}`);
    go();
  }, 150);
});

// MARK: Keys

const places = { s: "#/", t: "#/timeline", o: "#/topics", d: "#/daemon" };
let isGoing = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const wasGoing = isGoing;
  isGoing = false;
  if (wasGoing && places[event.key]) {
    location.hash = places[event.key];
  } else if (event.key === "g") {
    isGoing = true;
    setTimeout(() => { isGoing = false; }, 1500);
    return;
  } else if (event.key === "?") {
    actions.help();
  } else if (event.key === "/" && document.getElementById("search")) {
    document.getElementById("search").focus();
  } else if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  } else if (!press(event.key)) {
    return;
  }
  event.preventDefault();
});

/** Moves the focus to another row. */
function step(by) {
  const rows = [...main.querySelectorAll(".row-link")];
  const row = document.activeElement.closest?.("tr, .lane, li");
  const place = rows.findIndex((link) => link === document.activeElement || row?.contains(link));
  const next = rows[place < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(place + by, 0), rows.length - 1)];
  next?.focus();
}

/** Does what a button of this page does. */
function press(key) {
  const names = { t: ["trigger"], p: ["pause", "resume"], s: ["skip-next"], b: ["backfill"], c: ["cancel"] }[key] ?? [];
  const button = names.map((name) => main.querySelector(`.head [data-action="${name}"]`)).find(Boolean);
  button?.click();
  return Boolean(button);
}

// MARK: Begin

window.addEventListener("hashchange", go);
setInterval(f.tick, 1000);
go();
follow(heard, lost);

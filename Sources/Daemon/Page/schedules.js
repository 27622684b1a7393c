// The list of schedules, and the page of one.

import { look, path } from "./client.js";
import * as backfills from "./backfills.js";
import { h } from "./dom.js";
import * as f from "./format.js";
import { runRows } from "./runs.js";

const filters = ["failing", "late", "stale", "paused", "running", "waiting"];

// MARK: The list

/** The schedules that the address asks for. */
export async function loadList(query, signal) {
  const wanted = new URLSearchParams({ limit: query.limit ?? "200" });
  if (query.state) wanted.set("state", query.state);
  if (query.search) wanted.set("search", query.search);
  return look(`/schedules?${wanted}`, signal);
}

export function renderList(list, query) {
  const all = Object.values(list.counts).reduce((sum, count) => sum + count, 0);
  const chips = [chip("all", all, query)].concat(
    // Late and stale, running and waiting are rare enough to be left out where there is none.
    filters.filter((state) => list.counts[state] > 0 || ["failing", "late", "paused", "running"].includes(state))
      .map((state) => chip(state, list.counts[state], query)));
  return [
    h("div", { class: "head" },
      h("h1", { tabindex: "-1" }, "Schedules"),
      h("div", { class: "chips", role: "group", "aria-label": "Show" }, chips),
      h("label", { class: "search" }, h("span", { class: "unseen" }, "Search"),
        h("input", { type: "search", id: "search", placeholder: "Search  /", value: query.search ?? "",
          autocomplete: "off", spellcheck: "false" }))),
    list.schedules.length === 0
      ? h("p", { class: "empty" }, all === 0 ? "There are no schedules in the daemon's folder." : "No schedule fits.")
      : h("table", { class: "rows schedules" },
        h("thead", null, h("tr", null,
          ["State", "Schedule", "When", "Last 10 runs", "Last success", "Next run", "Fresh within", "Records"]
            .map((name, index) => h("th", { scope: "col", class: index === 7 ? "number" : null }, name)))),
        h("tbody", null, list.schedules.map(row))),
    list.after !== null && h("p", { class: "more" },
      `${f.count(list.schedules.length)} of ${f.count(list.total)} are shown. `,
      h("a", { href: address("schedules", { ...query, limit: Math.min(1000, list.schedules.length + 200) }) }, "Show more")),
  ];
}

/** The address of a view with its choices. */
function address(view, query) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return `#/${view}${text ? `?${text}` : ""}`;
}

function chip(state, count, query) {
  const isChosen = (query.state ?? "all") === state;
  return h("a", {
    class: `chip ${state}`, href: address("schedules", { ...query, state: state === "all" ? null : state }),
    "aria-current": isChosen ? "true" : null, "data-key": `chip-${state}`,
  }, state, h("b", null, f.count(count)));
}

function row(schedule) {
  const last = schedule.last_runs[0];
  const next = schedule.next.find((tick) => tick.skipped === null);
  return h("tr", { "data-key": schedule.id },
    h("td", { class: "state" }, f.badge(schedule.state)),
    h("th", { scope: "row", class: "name" },
      h("a", { class: "row-link", href: `#${path("schedules", schedule.id)}` }, schedule.id),
      h("small", null, schedule.account)),
    h("td", { class: "when", "data-label": "When" }, when(schedule), h("small", null, schedule.time_zone)),
    h("td", { class: "squares", "data-label": "Last runs" }, squares(schedule)),
    h("td", { "data-label": "Last success" }, schedule.last_success ? f.from(schedule.last_success) : none("never")),
    h("td", { "data-label": "Next run" }, nextRun(schedule, next)),
    h("td", { "data-label": "Fresh within" }, freshness(schedule)),
    h("td", { class: "number", "data-label": "Records" }, last ? f.count(last.events) : none("–")));
}

/** When, without the zone, which stands beside it. */
function when(schedule) {
  return schedule.words.replace(`, ${schedule.time_zone}`, "");
}

function none(text) {
  return h("span", { class: "none" }, text);
}

function squares(schedule) {
  const runs = [...schedule.last_runs].slice(0, 10).reverse();
  const squares = runs.map((run, index) => {
    const label = `${f.word(run.status)}, ${f.local(run.started, schedule.time_zone)}`;
    return h("a", {
      class: `square ${run.status}`, href: `#${path("runs", run.id)}`, title: label, "aria-label": label,
      // One of them is enough on the way of the tabulator; the schedule's page lists them all.
      tabindex: index === runs.length - 1 && !schedule.active_run ? null : "-1", "data-key": run.id,
    }, f.glyph(run.status));
  });
  if (schedule.active_run) {
    squares.push(h("a", {
      class: "square running", href: `#${path("runs", schedule.active_run)}`, title: "running", "aria-label": "running",
      "data-key": schedule.active_run,
    }, f.glyph("running")));
  }
  return squares.length ? h("span", null, squares) : none("no run yet");
}

function nextRun(schedule, next) {
  if (schedule.pause) {
    return schedule.pause.until
      ? ["paused, ends ", f.from(schedule.pause.until), h("small", null, f.at(schedule.pause.until, schedule.time_zone))]
      : [none("paused"), h("small", { class: "reason" }, schedule.pause.reason)];
  }
  if (schedule.waiting.length) {
    return [h("span", null, "waits since ", f.since(schedule.waiting[0].since)),
      h("small", { class: "reason" }, schedule.waiting[0].reason)];
  }
  if (!next) return none("none comes");
  return [f.from(next.due), h("small", null, f.at(next.nominal, schedule.time_zone), next.remark && " (clocks change)")];
}

function freshness(schedule) {
  if (schedule.fresh_within === null) return none("–");
  const limit = f.length(schedule.fresh_within);
  if (schedule.last_success === null) return h("span", { class: "over" }, `${limit}, never met`);
  const age = (f.now() - Date.parse(schedule.last_success)) / 1000;
  return age > schedule.fresh_within
    ? h("span", { class: "over" }, `! over ${limit}`)
    : h("span", { class: "met" }, `${limit}, met`);
}

// MARK: One schedule

/** A schedule, its next ticks, its backfills and its runs. */
export async function loadOne(id, signal) {
  const [schedule, ticks, runs, found] = await Promise.all([
    look(path("schedules", id), signal),
    look(`${path("schedules", id, "next")}?count=10`, signal),
    look(`/runs?${new URLSearchParams({ schedule: id, limit: "50" })}`, signal),
    look(`/backfills?${new URLSearchParams({ schedule: id })}`, signal),
  ]);
  return { schedule, ticks: ticks.next, runs: runs.runs, backfills: found.backfills, at: runs.at };
}

export function renderOne({ schedule, ticks, runs, backfills: found }) {
  const last = schedule.last_runs[0];
  const isSkipping = ticks.some((tick) => tick.skipped?.startsWith("skipped by"));
  const skipped = Object.entries(schedule.skipped);
  return [
    h("div", { class: "head" },
      h("div", { class: "title" },
        h("p", { class: "crumb" }, h("a", { href: "#/" }, "Schedules")),
        h("h1", { tabindex: "-1" }, schedule.id),
        h("p", { class: "facts" }, f.badge(schedule.state), h("span", null, schedule.account),
          h("span", null, schedule.words))),
      h("div", { class: "buttons" },
        action("trigger", "Run now", schedule.id, "primary"),
        schedule.pause ? action("resume", "Resume", schedule.id) : action("pause", "Pause…", schedule.id),
        action("skip-next", "Skip next", schedule.id),
        action("backfill", "Backfill…", schedule.id),
        isSkipping && action("undo-skips", "Undo skips", schedule.id))),
    schedule.pause && box("paused", "Paused", h("p", null, schedule.pause.reason),
      h("p", { class: "facts" }, h("span", null, `by ${schedule.pause.by}`),
        h("span", null, schedule.pause.until ? ["until ", f.at(schedule.pause.until, schedule.time_zone), " (",
          f.from(schedule.pause.until), ")"] : "until somebody resumes it"))),
    last?.error_message && schedule.failures > 0 && box("failed",
      schedule.failures === 1 ? "The last run failed" : `The last ${schedule.failures} runs failed`,
      h("p", null, last.error_message),
      h("p", { class: "facts" }, h("code", null, last.error_code), f.from(last.ended ?? last.started),
        h("a", { href: `#${path("runs", last.id)}` }, "see the run"))),
    schedule.waiting.length > 0 && box("waiting", `${f.things(schedule.waiting.length, "tick")} waiting`,
      h("ul", null, schedule.waiting.map((tick) => h("li", null, f.at(tick.nominal, schedule.time_zone), ": ",
        tick.reason, " (for ", f.since(tick.since), ")")))),
    h("div", { class: "columns" },
      h("section", null, h("h2", null, "Next ticks"), tickTable(schedule, ticks)),
      h("section", null, h("h2", null, "Policies"), h("dl", { class: "policies" },
        schedule.policies.map((policy) => h("div", null, h("dt", null, h("code", null, policy.name)),
          h("dd", null, h("b", null, policy.value), h("small", null, policy.meaning))))),
      h("dl", { class: "policies" }, more("file", schedule.path), more("when", schedule.expression),
        more("streams", schedule.streams?.join(", ") ?? "the extractor's choice"),
        schedule.last_success && more("last success", f.from(schedule.last_success)),
        skipped.length > 0 && more("did not run",
          skipped.map(([code, count]) => `${f.count(count)} ${f.word(code)}`).join(", "), "since the daemon began")))),
    backfills.section(found),
    h("section", null, h("h2", null, "Runs"), runRows(runs, schedule.time_zone)),
  ];
}

function more(name, value, meaning) {
  return h("div", null, h("dt", null, name), h("dd", null, h("b", null, value), meaning && h("small", null, meaning)));
}

/** A button that asks for something. */
export function action(name, label, id, look = "") {
  return h("button", { type: "button", class: look, "data-action": name, "data-id": id, "data-key": name }, label);
}

/** Something that a person should see first. */
export function box(kind, title, ...content) {
  return h("section", { class: `box ${kind}`, "data-key": `box-${kind}` },
    h("h2", null, h("i", { class: "dot", "aria-hidden": "true" }, f.glyph(kind)), title), content);
}

function tickTable(schedule, ticks) {
  if (ticks.length === 0) return h("p", { class: "empty" }, "No tick comes any more.");
  return h("table", { class: "rows ticks" },
    h("thead", null, h("tr", null, [schedule.time_zone, "From now", "Remark"].map((name) =>
      h("th", { scope: "col" }, name)))),
    h("tbody", null, ticks.map((tick) => h("tr", { class: tick.skipped ? "skipped" : null, "data-key": tick.nominal },
      h("td", null, f.at(tick.nominal, schedule.time_zone), h("small", null, f.offsetAt(tick.nominal, schedule.time_zone))),
      h("td", { "data-label": "From now" }, f.from(tick.due)),
      h("td", { "data-label": "Remark", class: "remark" }, remarks(schedule, tick))))));
}

function remarks(schedule, tick) {
  const remarks = [];
  if (tick.skipped) {
    remarks.push(["will not run: ", tick.skipped]);
  } else if (tick.deferred) {
    remarks.push([`waits for the end of ${tick.deferred}`,
      tick.deferred_to ? [", ", f.at(tick.deferred_to, schedule.time_zone)] : ", which is not in sight"]);
  }
  if (tick.remark) remarks.push(tick.remark);
  if (!tick.skipped && !tick.deferred && tick.due !== tick.nominal) {
    remarks.push(`starts ${f.length((Date.parse(tick.due) - Date.parse(tick.nominal)) / 1000)} later (jitter)`);
  }
  return remarks.map((remark) => h("div", null, remark));
}

// Rows of runs, and the page of one.

import { look, path, read } from "./client.js";
import { h } from "./dom.js";
import * as f from "./format.js";
import { action, box } from "./schedules.js";

/** A table of runs. */
export function runRows(runs, zone) {
  if (runs.length === 0) return h("p", { class: "empty" }, "No run is known.");
  return h("table", { class: "rows runs" },
    h("thead", null, h("tr", null, ["Status", "Run", "Started", "Took", "Trigger", "Events", "Error"].map((name) =>
      h("th", { scope: "col", class: name === "Events" ? "number" : null }, name)))),
    h("tbody", null, runs.map((run) => h("tr", { "data-key": run.id },
      h("td", { class: "state" }, f.badge(run.status)),
      h("th", { scope: "row", class: "name" }, h("a", { class: "row-link", href: `#${path("runs", run.id)}` }, run.id)),
      h("td", { "data-label": "Started" }, f.from(run.started), h("small", null, f.at(run.started, zone ?? "UTC"))),
      h("td", { "data-label": "Took" }, took(run)),
      h("td", { "data-label": "Trigger" }, f.word(run.trigger), run.attempt > 1 && `, attempt ${run.attempt}`),
      h("td", { class: "number", "data-label": "Events" }, f.count(run.events)),
      h("td", { class: "error", "data-label": run.error_message ? "Error" : null }, run.error_message && h("div", null, run.error_message))))));
}

function took(run) {
  return run.ended === null ? f.since(run.started) : f.length(run.seconds);
}

// MARK: One run

const looks = new Map();

/** A run and the end of its log; what was seen before tells how fast it is. */
export async function loadOne(id, signal) {
  const [run, log] = await Promise.all([
    look(path("runs", id), signal),
    read(path("runs", id, "log"), signal).catch((error) => {
      if (error.status === 404) return "";
      throw error;
    }),
  ]);
  return { run, log, rates: rates(run) };
}

/** Events per second of each stream over the last looks, ten seconds back at most. */
function rates(run) {
  if (run.ended !== null) {
    looks.delete(run.id);
    return new Map();
  }
  const time = performance.now() / 1000;
  const counts = new Map(run.streams.map((stream) => [stream.name, stream.records + stream.deletes]));
  const seen = (looks.get(run.id) ?? []).filter((look) => look.time > time - 10);
  seen.push({ time, counts });
  looks.set(run.id, seen);
  const first = seen[0];
  return new Map(run.streams.map((stream) => {
    const passed = time - first.time;
    const gained = counts.get(stream.name) - (first.counts.get(stream.name) ?? 0);
    return [stream.name, passed > 0.5 ? gained / passed : null];
  }));
}

export function renderOne({ run, log, rates }) {
  const isRunning = run.ended === null;
  const total = [...rates.values()].reduce((sum, rate) => sum + (rate ?? 0), 0);
  const warnings = run.streams.filter((stream) => stream.warning);
  const errors = run.streams.filter((stream) => stream.error_message && stream.error_message !== run.error_message);
  return [
    h("div", { class: "head" },
      h("div", { class: "title" },
        h("p", { class: "crumb" }, run.schedule
          ? [h("a", { href: "#/" }, "Schedules"), " / ", h("a", { href: `#${path("schedules", run.schedule)}` }, run.schedule)]
          : h("a", { href: "#/timeline" }, "Runs")),
        h("h1", { tabindex: "-1" }, run.id),
        h("p", { class: "facts" }, f.badge(run.status), h("span", null, run.account),
          h("span", null, f.word(run.trigger), run.attempt > 1 && `, attempt ${run.attempt}`,
            run.resumed && ", resumed"))),
      h("div", { class: "buttons" }, isRunning && action("cancel", "Cancel…", run.id))),
    run.waiting && box("waiting", "Waiting", h("p", null, run.waiting)),
    run.error_message && box("failed", "The run did not succeed", h("p", null, run.error_message),
      h("p", { class: "facts" }, h("code", null, run.error_code))),
    errors.length > 0 && box("failed", `${f.things(errors.length, "stream")} did not succeed`,
      h("ul", null, errors.map((stream) => h("li", null, h("b", null, stream.name), ": ", stream.error_message, " ",
        h("code", null, stream.error_code))))),
    warnings.length > 0 && box("partial", f.things(warnings.length, "warning"),
      h("ul", null, warnings.map((stream) => h("li", null, h("b", null, stream.name), ": ", stream.warning)))),
    h("dl", { class: "figures" },
      figure("Events", f.count(run.events)),
      figure("Per second", isRunning ? f.count(Math.round(total)) : run.seconds > 0
        ? f.count(Math.round(run.events / run.seconds)) : "–"),
      figure("Transactions", f.count(run.transactions)),
      figure(isRunning ? "For" : "Took", took(run)),
      figure("Started", f.from(run.started), f.utc(run.started)),
      run.ended && figure("Ended", f.from(run.ended), f.utc(run.ended)),
      run.nominal && figure("Tick", f.from(run.nominal), f.utc(run.nominal))),
    h("section", null, h("h2", null, "Streams"), run.streams.length === 0
      ? h("p", { class: "empty" }, "No stream has begun.")
      : h("table", { class: "rows streams" },
        h("thead", null, h("tr", null,
          h("th", { scope: "col" }, "Status"), h("th", { scope: "col" }, "Stream"), h("th", { scope: "col" }, "Phase"),
          ["Records", "Deletes", "Pages", "Requests", "Per second"].map((name) =>
            h("th", { scope: "col", class: "number" }, name)))),
        h("tbody", null, run.streams.map((stream) => streamRow(stream, rates.get(stream.name)))))),
    h("section", null, h("h2", null, "Log"), log === ""
      ? h("p", { class: "empty" }, "Nothing was logged, or it is not known any more.")
      : h("pre", { class: "log", tabindex: "0", "data-key": "log", "aria-label": "The end of the log" }, log)),
  ];
}

function figure(name, value, more) {
  return h("div", null, h("dt", null, name), h("dd", null, value, more && h("small", null, more)));
}

function streamRow(stream, rate) {
  const numbers = [["Records", stream.records], ["Deletes", stream.deletes], ["Pages", stream.pages],
    ["Requests", stream.requests]];
  return h("tr", { "data-key": stream.name },
    h("td", { class: "state" }, f.badge(stream.status)),
    h("th", { scope: "row", class: "name" }, stream.name),
    h("td", { "data-label": "Phase" }, stream.phase ?? "–"),
    numbers.map(([name, number]) => h("td", { class: "number", "data-label": name }, f.count(number))),
    h("td", { class: "number", "data-label": "Per second" },
      rate === null || rate === undefined ? "–" : f.count(Math.round(rate))));
}

// The backfills of a schedule: how far they are, and what can be asked of them.

import { h } from "./dom.js";
import * as f from "./format.js";
import { action } from "./schedules.js";

/** What the dialog asked for, as the API takes it; its times are in UTC. */
export function wanted(values) {
  const streams = values.streams.split(/[\s,]+/).filter(Boolean);
  return {
    from: `${values.from}Z`.replace(/T(\d\d:\d\d)Z$/, "T$1:00Z"),
    to: `${values.to}Z`.replace(/T(\d\d:\d\d)Z$/, "T$1:00Z"),
    chunk_seconds: Number(values.chunk),
    streams: streams.length ? streams : null,
  };
}

/** A section of its own, where there are any. */
export function section(backfills) {
  if (backfills.length === 0) return null;
  return h("section", { "data-key": "backfills" }, h("h2", null, "Backfills"),
    h("table", { class: "rows backfills" },
      h("thead", null, h("tr", null, ["Status", "From", "Up to", "Chunks done", "Streams", ""].map((name) =>
        h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "What can be done"))))),
      h("tbody", null, backfills.map(row))));
}

function row(backfill) {
  return h("tr", { "data-key": backfill.id },
    h("td", { class: "state" }, status(backfill)),
    h("td", { "data-label": "From" }, time(backfill.from)),
    h("td", { "data-label": "Up to" }, time(backfill.to)),
    h("td", { class: "progress", "data-label": "Chunks done" },
      h("meter", { min: 0, max: backfill.chunks, value: backfill.done,
        "aria-label": `${backfill.done} of ${backfill.chunks} chunks` }),
      h("span", null, `${f.count(backfill.done)} of ${f.count(backfill.chunks)}`),
      h("small", null, now(backfill))),
    h("td", { class: "which", "data-label": "Streams" }, backfill.streams?.join(", ") ?? "those that can be read by time",
      h("small", null, `asked for by ${backfill.by} `, f.from(backfill.created))),
    h("td", { class: "act" }, button(backfill)));
}

function time(text) {
  return h("time", { datetime: text }, f.utc(text));
}

/** The word of a run's state that looks alike. */
function status(backfill) {
  const look = { active: backfill.run ? "running" : "waiting", done: "success" }[backfill.status] ?? backfill.status;
  return h("span", { class: `badge ${look}` }, h("i", { class: "dot", "aria-hidden": "true" }, f.glyph(look)), f.word(backfill.status));
}

/** What is being done, or why nothing is any more. */
function now(backfill) {
  if (backfill.run) return ["reads ", h("a", { href: `#/runs/${encodeURIComponent(backfill.run)}` }, "a chunk")];
  if (backfill.waiting) return `waits: ${backfill.waiting}`;
  return [backfill.reason, backfill.reason && ", ", backfill.ended && f.from(backfill.ended)];
}

function button(backfill) {
  const name = { active: "cancel-backfill", cancelled: "resume-backfill", failed: "resume-backfill" }[backfill.status];
  if (!name) return null;
  const label = name === "cancel-backfill" ? "Cancel…" : "Go on";
  const one = action(name, label, backfill.id);
  one.setAttribute("data-key", `${name}-${backfill.id}`);
  one.setAttribute("aria-label", `${label} ${backfill.id}`);
  return one;
}

// When runs were, schedule by schedule.

import { look, path } from "./client.js";
import { h, pictureLink } from "./dom.js";
import * as f from "./format.js";

const spans = [["3", "3 h"], ["12", "12 h"], ["24", "24 h"], ["168", "7 d"]];

export async function load(query, signal) {
  return look("/runs?limit=1000", signal);
}

export function render(list, query) {
  const hours = Number(spans.find(([hours]) => hours === query.hours)?.[0] ?? 24);
  const end = f.now();
  const start = end - hours * 3600000;
  const lanes = new Map();
  for (const run of list.runs) {
    const ended = run.ended === null ? end : Date.parse(run.ended);
    if (ended < start) continue;
    const lane = run.schedule ?? run.account;
    if (!lanes.has(lane)) lanes.set(lane, []);
    lanes.get(lane).push(run);
  }
  const names = [...lanes.keys()].sort();
  return [
    h("div", { class: "head" },
      h("h1", { tabindex: "-1" }, "Timeline"),
      h("div", { class: "chips", role: "group", "aria-label": "How far back" }, spans.map(([span, label]) =>
        h("a", { class: "chip", href: `#/timeline?hours=${span}`, "data-key": span,
          "aria-current": Number(span) === hours ? "true" : null }, label))),
      h("p", { class: "legend" }, ["success", "failed", "partial", "cancelled", "running"].map((status) =>
        h("span", null, h("svg", { class: "bar-sample", viewBox: "0 0 14 20", "aria-hidden": "true" }, bar(status, 1, 12)),
          status)))),
    names.length === 0 && h("p", { class: "empty" }, "No run in this time."),
    names.length > 0 && h("div", { class: "timeline" },
      h("div", { class: "lane axis", "aria-hidden": "true" }, h("span"), h("div", { class: "hours" },
        marks(hours, start).map((mark) => h("span", null, mark)))),
      names.map((name) => lane(name, lanes.get(name), start, end))),
  ];
}

/** Five times across, on this machine's clock. */
function marks(hours, start) {
  return [0, 1, 2, 3].map((step) => {
    const date = new Date(start + step * hours * 900000);
    const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    return hours > 24 ? `${date.toLocaleDateString("en-GB", { weekday: "short", day: "2-digit" })} ${time}` : time;
  });
}

function lane(name, runs, start, end) {
  const scheduled = runs[0].schedule;
  const failed = runs.filter((run) => ["failed", "timeout", "partial"].includes(run.status)).length;
  // Two points of the screen at least, however many of its thousand parts that are.
  const least = innerWidth < 640 ? 7 : 3;
  const scale = (time) => Math.max(0, ((time - start) / (end - start)) * 1000);
  return h("div", { class: "lane", "data-key": name },
    h("span", { class: "name" },
      scheduled ? h("a", { class: "row-link", href: `#${path("schedules", scheduled)}` }, name) : name,
      h("small", null, f.things(runs.length, "run"), failed > 0 && h("b", null, `, ${failed} not well`))),
    h("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", role: "group", "aria-label": `Runs of ${name}` },
      [250, 500, 750].map((x) => h("line", { x1: x, x2: x, y1: 0, y2: 20, class: "mark" })),
      [...runs].reverse().map((run) => {
        const from = scale(Date.parse(run.started));
        const to = run.ended === null ? 1000 : scale(Date.parse(run.ended));
        const label = `${run.status}: ${f.utc(run.started)}, ${f.things(run.events, "event")}`;
        const link = pictureLink(`#${path("runs", run.id)}`, label, h("title", null, label),
          ...bar(run.status, Math.min(from, 1000 - least), Math.max(least, to - from)));
        link.setAttribute("tabindex", "-1");
        link.setAttribute("data-key", run.id);
        return link;
      })));
}

/** A bar whose height and fill tell the status as well as its colour. */
function bar(status, x, width) {
  const isWhole = ["failed", "timeout", "partial"].includes(status);
  const bars = [h("rect", { class: `run ${status}`, x, width, y: isWhole ? 1 : 5, height: isWhole ? 18 : 10 })];
  if (status === "partial") bars.push(h("rect", { class: "run gap", x, width, y: 8, height: 4 }));
  return bars;
}

// The daemon itself.

import { look } from "./client.js";
import { h } from "./dom.js";
import * as f from "./format.js";
import { box } from "./schedules.js";

export async function load(signal) {
  return look("/status", signal);
}

export function render(status) {
  return [
    h("div", { class: "head" }, h("div", { class: "title" },
      h("h1", { tabindex: "-1" }, status.host),
      h("p", { class: "facts" }, h("span", null, `sluice ${status.version}`), h("span", null, "up ", f.since(status.started)),
        h("span", null, `topics ${status.topic_prefix}.*`), h("span", null, `time zones ${status.time_zone_database}`)))),
    status.unready.length > 0 && box("failed", "Not ready", h("ul", null, status.unready.map((text) => h("li", null, text)))),
    status.faults.length > 0 && box("failed", `${f.things(status.faults.length, "file")} could not be loaded`,
      h("p", null, "What they said before goes on."),
      h("ul", null, status.faults.map((fault) => h("li", null, h("code", null, fault.path),
        h("ul", null, fault.messages.map((message) => h("li", null, message))))))),
    h("dl", { class: "figures" },
      h("div", null, h("dt", null, "Runs active"), h("dd", null, f.count(status.running))),
      Object.entries(status.schedules).map(([state, count]) =>
        h("div", null, h("dt", null, state), h("dd", null, f.count(count))))),
    h("section", null, h("h2", null, "Pools"),
      h("table", { class: "rows pools" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Pool"),
          ["In use", "Places", "Waiting"].map((name) => h("th", { scope: "col", class: "number" }, name)),
          h("th", { scope: "col" }, h("span", { class: "unseen" }, "How full")))),
        h("tbody", null, status.pools.map((pool) => h("tr", { "data-key": pool.name },
          h("th", { scope: "row", class: "name" }, pool.name),
          h("td", { class: "number", "data-label": "In use" }, f.count(pool.used)),
          h("td", { class: "number", "data-label": "Places" }, f.count(pool.slots)),
          h("td", { class: "number", "data-label": "Waiting" }, f.count(pool.waiting)),
          h("td", null, h("meter", { min: 0, max: pool.slots, value: pool.used,
            "aria-label": `${pool.used} of ${pool.slots}` }))))))),
  ];
}

// Topics of events, and the last events in them.

import { look, path } from "./client.js";
import { h } from "./dom.js";
import * as f from "./format.js";

export async function loadList(signal) {
  return look("/topics", signal);
}

export function renderList({ topics }) {
  return [
    h("div", { class: "head" }, h("h1", { tabindex: "-1" }, "Topics")),
    topics.length === 0
      ? h("p", { class: "empty" }, "No topic of events yet: a run makes them.")
      : h("table", { class: "rows topics" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Topic"), h("th", { scope: "col" }, "Account"),
          h("th", { scope: "col" }, "Stream"), h("th", { scope: "col", class: "number" }, "Records"))),
        h("tbody", null, topics.map((topic) => h("tr", { "data-key": `${topic.name} ${topic.account} ${topic.stream}` },
          h("th", { scope: "row", class: "name" },
            h("a", { class: "row-link", href: `#${path("topics", topic.name)}` }, topic.name)),
          h("td", { "data-label": "Account" }, topic.account),
          h("td", { "data-label": "Stream" }, topic.stream),
          h("td", { class: "number", "data-label": "Records" }, f.count(topic.records)))))),
  ];
}

export async function loadOne(name, signal) {
  return look(`${path("topics", name, "events")}?count=50`, signal);
}

export function renderOne({ topic, events }) {
  return [
    h("div", { class: "head" }, h("div", { class: "title" },
      h("p", { class: "crumb" }, h("a", { href: "#/topics" }, "Topics")),
      h("h1", { tabindex: "-1" }, topic),
      h("p", { class: "facts" }, h("span", null, `the last ${f.things(events.length, "event")}, the newest first`)))),
    events.length === 0
      ? h("p", { class: "empty" }, "No event is in it.")
      : h("ol", { class: "events" }, events.map(event)),
  ];
}

function event(event) {
  const type = event.headers.find((header) => header.name === "ce_type")?.value;
  return h("li", { "data-key": `${event.partition}/${event.offset}` }, h("details", null,
    h("summary", { class: "row-link" },
      h("code", { class: "offset" }, `${event.partition}/${event.offset}`),
      h("b", null, event.key),
      event.value === null ? h("span", { class: "badge cancelled" }, h("i", { class: "dot", "aria-hidden": "true" }, "–"), "delete")
        : h("span", { class: "type" }, type ?? ""),
      f.from(event.at)),
    h("dl", { class: "policies" }, event.headers.map((header) =>
      h("div", null, h("dt", null, h("code", null, header.name)), h("dd", null, header.value))),
      event.schema !== null && h("div", null, h("dt", null, "schema"), h("dd", null, `${event.schema}`))),
    event.value !== null && h("pre", { class: "value", tabindex: "0" }, pretty(event.value))));
}

/** JSON with line breaks, its tokens untouched: a number that is parsed loses digits. */
function pretty(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  if (!tokens || !"{[".includes(tokens[0])) return text;
  let depth = 0;
  let out = "";
  tokens.forEach((token, index) => {
    const isEnd = token === "}" || token === "]";
    const before = tokens[index - 1];
    if (isEnd) depth -= 1;
    if (isEnd ? !"{[".includes(before) : "{[,".includes(before ?? ":")) out += `\n${"  ".repeat(Math.max(depth, 0))}`;
    out += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
  });
  return out;
}

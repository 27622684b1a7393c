// Topics of events: what the catalogue says of them, and the last events in them.

import { look, lookSeldom, path } from "./client.js";
import { h } from "./dom.js";
import * as f from "./format.js";

/** The topics, with what the catalogue says of each: nothing of one that no run has told of yet. */
export async function loadList(signal) {
  const [{ topics }, catalog] = await Promise.all([look("/topics", signal), lookSeldom("/catalog", signal)]);
  const known = new Map(catalog.topics.map((entry) => [`${entry.topic} ${entry.account} ${entry.stream}`, entry]));
  return { topics: topics.map((topic) => ({ ...topic, entry: known.get(`${topic.name} ${topic.account} ${topic.stream}`) })) };
}

const persons = { none: "none marked", masked: "masked", pseudonymous: "hashed", personal: "in the clear" };

function fresh(entry) {
  if (!entry) return h("span", { class: "none" }, "–");
  return entry.as_of ? f.from(entry.as_of) : h("span", { class: "none" }, "being read");
}

export function renderList({ topics }) {
  return [
    h("div", { class: "head" }, h("h1", { tabindex: "-1" }, "Topics")),
    topics.length === 0
      ? h("p", { class: "empty" }, "No topic of events yet: a run makes them.")
      : h("table", { class: "rows topics" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Topic"), h("th", { scope: "col" }, "Account"),
          h("th", { scope: "col" }, "Stream"), h("th", { scope: "col" }, "Owner"), h("th", { scope: "col" }, "Class"),
          h("th", { scope: "col" }, "Persons"), h("th", { scope: "col" }, "Fresh"),
          h("th", { scope: "col", class: "number" }, "Records"))),
        h("tbody", null, topics.map((topic) => h("tr", { "data-key": `${topic.name} ${topic.account} ${topic.stream}` },
          h("th", { scope: "row", class: "name" },
            h("a", { class: "row-link", href: `#${path("topics", topic.name)}` }, topic.name)),
          h("td", { "data-label": "Account" }, topic.account),
          h("td", { "data-label": "Stream" }, topic.stream),
          h("td", { "data-label": "Owner" }, topic.entry?.owner ?? h("span", { class: "none" }, "–")),
          h("td", { "data-label": "Class" }, topic.entry?.classification ?? h("span", { class: "none" }, "–")),
          h("td", { "data-label": "Persons" }, topic.entry ? persons[topic.entry.protection] : h("span", { class: "none" }, "–")),
          h("td", { "data-label": "Fresh" }, fresh(topic.entry)),
          h("td", { class: "number", "data-label": "Records" }, f.count(topic.records)))))),
  ];
}

/** The last events of a topic, and what the catalogue says of it. */
export async function loadOne(name, signal) {
  const [found, catalog] = await Promise.all([
    look(`${path("topics", name, "events")}?count=50`, signal),
    lookSeldom(path("catalog", name), signal),
  ]);
  return { ...found, catalog };
}

export function renderOne({ topic, events, catalog }) {
  return [
    h("div", { class: "head" }, h("div", { class: "title" },
      h("p", { class: "crumb" }, h("a", { href: "#/topics" }, "Topics")),
      h("h1", { tabindex: "-1" }, topic),
      h("p", { class: "facts" }, h("span", null, `the last ${f.things(events.length, "event")}, the newest first`)))),
    catalog.drift.length > 0 && drift(catalog.drift),
    catalog.entries.map(about),
    h("section", null, h("h2", null, "Events"),
      events.length === 0
        ? h("p", { class: "empty" }, "No event is in it.")
        : h("ol", { class: "events" }, events.map(event))),
  ];
}

const kinds = { new_field: "new field", type: "another type", gone: "vanished" };

/** How records differ from their schemas. */
function drift(notices) {
  return h("section", { class: "box waiting", "data-key": "drift" },
    h("h2", null, h("i", { class: "dot", "aria-hidden": "true" }, f.glyph("waiting")), "Records differ from their schema"),
    h("table", { class: "rows drift" },
      h("thead", null, h("tr", null, ["Stream", "Field", "Is", "Declared", "Seen", "Since"].map((name) =>
        h("th", { scope: "col" }, name)))),
      h("tbody", null, notices.map((notice) => h("tr", { "data-key": `${notice.account} ${notice.stream} ${notice.path} ${notice.kind}` },
        h("td", null, notice.stream), h("td", { "data-label": "Field" }, h("code", null, notice.path)),
        h("td", { "data-label": "Is" }, kinds[notice.kind] ?? notice.kind), h("td", { "data-label": "Declared" }, notice.expected),
        h("td", { "data-label": "Seen" }, notice.found), h("td", { "data-label": "Since" }, f.from(notice.since)))))));
}

/** What the catalogue says of a topic and a stream. */
function about(entry) {
  const fact = (name, value) => h("div", null, h("dt", null, name), h("dd", null, h("b", null, value)));
  const hasSources = entry.fields.some((field) => field.from.length > 0);
  const hasPersons = entry.fields.some((field) => field.personal !== null);
  return h("section", { "data-key": `about ${entry.account} ${entry.stream}` },
    h("h2", null, `${entry.stream} of ${entry.account}`),
    h("dl", { class: "policies" },
      fact("owner", entry.owner ?? "–"), fact("class", entry.classification ?? "–"), fact("persons", persons[entry.protection]),
      fact("from", h("code", null, entry.request)), fact("read by", entry.reading),
      entry.parent !== null && fact("belongs to", entry.parent), entry.entity !== null && fact("entity", entry.entity),
      fact("key", entry.key.join(", ")), fact("version", entry.version ?? "the content"), fact("envelope", entry.envelope),
      entry.others.length > 0 && fact("goes also to", entry.others.map((name, index) => [index > 0 && ", ",
        h("a", { href: `#${path("topics", name)}` }, name)])),
      fact("fresh", fresh(entry))),
    entry.fields.length > 0 && h("details", null,
      h("summary", { class: "row-link" }, f.things(entry.fields.length, "field")),
      h("table", { class: "rows fields" },
        h("thead", null, h("tr", null, ["Field", "Is", hasSources && "From", hasPersons && "Person"].filter(Boolean).map((name) =>
          h("th", { scope: "col" }, name)))),
        h("tbody", null, entry.fields.map((field) => h("tr", { "data-key": field.path },
          h("td", null, h("code", null, field.path)), h("td", { "data-label": "Is" }, field.types),
          hasSources && h("td", { "data-label": "From" }, field.from.join(", ")),
          hasPersons && h("td", { "data-label": "Person" }, field.personal && `${field.personal}, ${field.treatment ?? "pass"}`)))))));
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

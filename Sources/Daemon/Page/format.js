// Times, numbers and words.

import { h } from "./dom.js";

let offset = 0;

/** The daemon's clock, as it was told by the last answer. */
export function now() {
  return Date.now() + offset;
}

/** Takes the time of an answer. */
export function setClock(text) {
  offset = Date.parse(text) - Date.now();
}

/** A length of time in its two greatest units: `2 h 5 min`. */
export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (seconds > 0 && seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return join(Math.floor(whole / 60), "min", whole % 60, "s", whole < 600);
  if (whole < 86400) return join(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min", true);
  return join(Math.floor(whole / 86400), "d", Math.floor((whole % 86400) / 3600), "h", whole < 864000);
}

function join(great, greatUnit, small, smallUnit, isFine) {
  return small > 0 && isFine ? `${great} ${greatUnit} ${small} ${smallUnit}` : `${great} ${greatUnit}`;
}

function relative(milliseconds) {
  const seconds = (milliseconds - now()) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds < 0 ? `${length(Math.round(-seconds))} ago` : `in ${length(Math.round(seconds))}`;
}

/** A time as seen from now; it is kept right while the page is open. */
export function from(text) {
  const milliseconds = Date.parse(text);
  return h("time", { datetime: text, "data-from": milliseconds, title: utc(text) }, relative(milliseconds));
}

/** How long something lasts that has begun and goes on. */
export function since(text) {
  const milliseconds = Date.parse(text);
  return h("time", { datetime: text, "data-since": milliseconds }, length((now() - milliseconds) / 1000));
}

/** Brings the times of `from` and `since` up to now. */
export function tick() {
  for (const element of document.querySelectorAll("time[data-from]")) {
    set(element, relative(Number(element.dataset.from)));
  }
  for (const element of document.querySelectorAll("time[data-since]")) {
    set(element, length((now() - Number(element.dataset.since)) / 1000));
  }
}

function set(element, text) {
  if (element.firstChild?.nodeValue !== text) element.textContent = text;
}

const clocks = new Map();

function clock(zone, isFine) {
  const name = `${zone}/${isFine}`;
  if (!clocks.has(name)) {
    const options = {
      weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit",
      second: isFine ? "2-digit" : undefined, hourCycle: "h23", timeZone: zone,
    };
    try {
      clocks.set(name, new Intl.DateTimeFormat("en-GB", options));
    } catch {
      // A zone that the daemon's database has and the browser's has not.
      clocks.set(name, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC", timeZoneName: "short" }));
    }
  }
  return clocks.get(name);
}

/** A time on the clocks of a zone: `Fri 27 Mar 11:30`, with seconds where it has some, and the year where that is half a year away. */
export function local(text, zone) {
  const date = new Date(text);
  const shown = clock(zone, date.getUTCSeconds() !== 0).format(date).replaceAll(",", "");
  return Math.abs(date - now()) < 180 * 86400000 ? shown : `${shown} (${year(date, zone)})`;
}

function year(date, zone) {
  try {
    return new Intl.DateTimeFormat("en-GB", { year: "numeric", timeZone: zone }).format(date);
  } catch {
    return date.getUTCFullYear();
  }
}

/** The same as an element, with UTC to be read beside it. */
export function at(text, zone) {
  return h("time", { datetime: text, title: utc(text) }, local(text, zone));
}

/** The offset from UTC that a zone has at a time: `GMT+2`. */
export function offsetAt(text, zone) {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "shortOffset" });
    return parts.formatToParts(new Date(text)).find((part) => part.type === "timeZoneName").value
      .replace("GMT", "UTC");
  } catch {
    return "UTC";
  }
}

/** A time in UTC, to the second. */
export function utc(text) {
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

const whole = new Intl.NumberFormat("en");

/** A number with its thousands apart. */
export function count(number) {
  return whole.format(number);
}

/** A number of things in words: `1 run`, `3 runs`. */
export function things(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

const words = { catch_up: "catch-up", clock_step: "clock step", start_deadline: "start deadline",
  skip_requested: "skip requested" };

/** A stable word of the API, for people. */
export function word(text) {
  return words[text] ?? text;
}

const glyphs = {
  success: "", partial: "!", failed: "×", timeout: "t", cancelled: "–", duplicate: "=", running: "›",
  unavailable: "?", waiting: "·", paused: "–",
};

/** What stands in a status's square, so that colour is not all that tells it. */
export function glyph(status) {
  return glyphs[status] ?? "";
}

/** A dot and the word of a status. */
export function badge(status) {
  return h("span", { class: `badge ${status}` }, h("i", { class: "dot", "aria-hidden": "true" }, glyph(status)), word(status));
}

// Elements from data, and the page brought up to them without losing focus, selection or scrolling.

const graphics = new Set(["svg", "rect", "line", "path", "title", "text", "g"]);

/** An element; `children` may be nested lists, text, numbers, and nothing (null, false). */
export function h(name, attributes, ...children) {
  const element = graphics.has(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== undefined && child !== false && child !== "") element.append(child);
  }
}

/** A link inside of a picture. */
export function pictureLink(href, label, ...children) {
  const link = document.createElementNS("http://www.w3.org/2000/svg", "a");
  link.setAttribute("href", href);
  link.setAttribute("aria-label", label);
  link.append(...children);
  return link;
}

/** Makes the children of `target` like those of a fresh list of nodes. */
export function show(target, ...nodes) {
  const holder = document.createElement("div");
  append(holder, nodes);
  morphChildren(target, holder);
}

function key(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-key") : null;
}

function isAlike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && key(old) === key(fresh);
}

function morphChildren(target, source) {
  const keyed = new Map();
  for (const child of target.childNodes) if (key(child) !== null) keyed.set(key(child), child);
  let place = target.firstChild;
  for (const fresh of [...source.childNodes]) {
    const wanted = key(fresh) !== null ? keyed.get(key(fresh)) : null;
    if (wanted && wanted !== place && isAlike(wanted, fresh)) {
      // What stands before it goes away further down, unless it comes again.
      target.insertBefore(wanted, place);
      morph(wanted, fresh);
    } else if (place && isAlike(place, fresh)) {
      const next = place.nextSibling;
      morph(place, fresh);
      place = next;
    } else {
      target.insertBefore(fresh, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    // What a person opened stays open.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  if (old.nodeName === "INPUT") return;
  morphChildren(old, fresh);
}

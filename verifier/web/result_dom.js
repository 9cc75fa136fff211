/** Building pages out of elements and text: no markup is ever read from a string. */

const SVG = "http://www.w3.org/2000/svg";
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/**
 * @param {string} tag with classes, such as `p.s.muted`
 * @param {...(Node | string | null | object)} parts children; a plain object has attributes, or handlers named `on…`
 * @returns {HTMLElement}
 */
export function element(tag, ...parts) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const part of parts.flat()) {
    if (part === null || part === undefined) continue;
    if (typeof part === "string" || part instanceof Node) made.append(part);
    else for (const [key, value] of Object.entries(part)) attribute(made, key, value);
  }
  return made;
}

function attribute(made, key, value) {
  if (typeof value === "function") made.addEventListener(key.slice(2), value);
  else if (value === true) made.setAttribute(key, "");
  else if (value !== false && value !== null) made.setAttribute(key, value);
}

/** @returns {SVGElement} an icon of the page's sprite; a word stands beside it */
export function icon(name, classes = "i") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", classes);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** @returns {HTMLElement} a stranger's text that nobody has proved: what acts or cannot be seen is written out (S21) */
export function unproved(text) {
  const shown = String(text).replace(ACTS, (each) => `<U+${each.codePointAt(0).toString(16).toUpperCase()}>`);
  return element("bdi", shown);
}

/** @returns {HTMLElement} a definition list of labels and values; pairs without a value are left out */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl.kv.num", ...shown.flatMap(([label, value]) => [element("dt", label), element("dd", value)]));
}

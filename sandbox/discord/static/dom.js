// Builds elements. Text is always a text node, so nothing a person wrote becomes markup.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const HUES = { ada: 268, ben: 205, cleo: 24 };

// A face made from an initial: one hue a person, a leaf for the bot.
export function avatar(key, name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 40 40");
  svg.setAttribute("class", "avatar");
  svg.setAttribute("aria-hidden", "true");
  const disc = document.createElementNS(SVG, "circle");
  for (const [attribute, value] of [["cx", 20], ["cy", 20], ["r", 20]]) disc.setAttribute(attribute, value);
  disc.setAttribute("fill", key === "bot" ? "#2c7a55" : `hsl(${HUES[key] ?? 0} 45% 42%)`);
  svg.append(disc);
  if (key === "bot") {
    const leaf = document.createElementNS(SVG, "path");
    leaf.setAttribute("d", "M10 25c7.5 0 10-5 10-12.5 0 7.5 2.5 12.5 10 12.5-6.3 0-8.8 1.2-10 5-1.2-3.8-3.7-5-10-5z");
    leaf.setAttribute("fill", "#fff");
    svg.append(leaf);
  } else {
    const letter = document.createElementNS(SVG, "text");
    for (const [attribute, value] of [["x", 20], ["y", 27], ["text-anchor", "middle"]]) letter.setAttribute(attribute, value);
    letter.textContent = name[0];
    svg.append(letter);
  }
  return svg;
}

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const EYE = "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z";
export const PICTURE = "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 16l5-5 4 4 3-3 4 4M15 8.5h.01";
export const OUT = "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5";

// Chat markdown to DOM nodes. Input is hostile: it only ever becomes text nodes and known elements.

import { el } from "/static/dom.js";
import { nameOf, placeName, store } from "/static/store.js";
import { timestamp } from "/static/timestamps.js";

const ESCAPE = /^\\([^\w\s])/;
const CODE = /^(`{1,2})([^`]|[^`][\s\S]*?[^`])\1(?!`)/;
const PAIRS = [
  [/^\*\*\*([\s\S]+?)\*\*\*/, ["strong", "em"]],
  [/^\*\*([\s\S]+?)\*\*(?!\*)/, ["strong"]],
  [/^__([\s\S]+?)__(?!_)/, ["u"]],
  [/^~~([\s\S]+?)~~/, ["s"]],
  [/^\*(?![\s*])([\s\S]+?)(?<![\s*])\*(?!\*)/, ["em"]],
  [/^_(?![_\s])([\s\S]+?)(?<!\s)_(?![\w_])/, ["em"]],
];
const SPOILER = /^\|\|([\s\S]+?)\|\|/;
const MASKED = /^\[((?:\[[^\]]*\]|[^[\]])+)\]\(<?(https?:\/\/[^\s<>)]+(?:\([^\s<>)]*\)[^\s<>)]*)*)>?(?:\s+"[^"]*")?\)/;
const BARE = /^https?:\/\/[^\s<]+[^<.,:;"'\])\s]/;
const ANGLE = /^<(https?:\/\/[^\s>]+)>/;
const TIME = /^<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/;
const PERSON = /^<@!?(\d{15,20})>/;
const ROLE = /^<@&(\d{15,20})>/;
const CHANNEL = /^<#(\d{15,20})>/;
const COMMAND = /^<\/([-_'\w ]{1,100}):(\d{1,20})>/;
const EMOJI = /^<a?:(\w{2,32}):\d{15,20}>/;
const PLAIN = /^(?:[^\\`*_~|[<hH]+|h(?!ttps?:\/\/)|H)+/;

function link(url, children) {
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

function spoiler(children) {
  const hidden = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Spoiler", "aria-expanded": "false" }, children);
  const reveal = (event) => {
    if (event.type === "keydown" && !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    hidden.classList.add("revealed");
    hidden.removeAttribute("aria-label");
    hidden.setAttribute("aria-expanded", "true");
  };
  hidden.addEventListener("click", reveal, { once: true });
  hidden.addEventListener("keydown", reveal);
  return hidden;
}

function commandLink(name) {
  const pick = () => document.dispatchEvent(new CustomEvent("pick-command", { detail: name }));
  return el("button", { class: "mention command-link", type: "button", onclick: pick }, `/${name}`);
}

const RULES = [
  [ESCAPE, (m) => m[1]],
  [CODE, (m) => el("code", {}, m[2].trim() || m[2])],
  [SPOILER, (m) => spoiler(inline(m[1]))],
  ...PAIRS.map(([pattern, tags]) => [
    pattern,
    (m) => tags.reduceRight((inside, tag) => [el(tag, {}, inside)], inline(m[1]))[0],
  ]),
  [MASKED, (m) => link(m[2], inline(m[1]))],
  [ANGLE, (m) => link(m[1], m[1])],
  [BARE, (m) => link(m[0], m[0])],
  [TIME, (m) => timestamp(Number(m[1]), m[2])],
  [PERSON, (m) => el("span", { class: "mention", "data-mention": m[1] }, `@${nameOf(m[1])}`)],
  [ROLE, (m) => el("span", { class: "mention" }, `@${store.roles[m[1]] ?? "role"}`)],
  [CHANNEL, (m) => el("span", { class: "mention" }, channelName(m[1]))],
  [COMMAND, (m) => commandLink(m[1])],
  [EMOJI, (m) => `:${m[1]}:`],
];

function channelName(id) {
  const where = ["guild", "team"].find((one) => store.channels[one] === id);
  return where ? placeName(where) : "#unknown";
}

export function inline(text) {
  const nodes = [];
  let rest = text;
  let plain = "";
  while (rest) {
    const quick = PLAIN.exec(rest);
    if (quick) {
      plain += quick[0];
      rest = rest.slice(quick[0].length);
      continue;
    }
    let found = null;
    for (const [pattern, build] of RULES) {
      found = pattern.exec(rest);
      if (!found) continue;
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(build(found));
      rest = rest.slice(found[0].length);
      break;
    }
    if (!found) {
      plain += rest[0];
      rest = rest.slice(1);
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function list(lines) {
  const ordered = /^\s*\d+\. /.test(lines[0]);
  const items = lines.map((line) => {
    const [, indent, text] = /^(\s*)(?:[-*]|\d+\.) (.*)$/.exec(line);
    return el("li", { class: indent.length > 1 ? "nested" : null }, inline(text));
  });
  const start = ordered ? Number.parseInt(lines[0], 10) : null;
  return el(ordered ? "ol" : "ul", { start }, items);
}

// The body of a message: blocks first, then what is within a line.
export function markdown(text) {
  const root = el("div", { class: "markdown" });
  for (const [index, part] of text.split(/```([\s\S]+?)```/).entries()) {
    if (index % 2) {
      root.append(el("pre", {}, el("code", {}, part.replace(/^[\w+-]*\n/, "").replace(/\n$/, ""))));
    } else {
      root.append(...blocks(part.replace(/^\n|\n$/g, "")));
    }
  }
  return root;
}

function blocks(text) {
  const out = [];
  const lines = text.split("\n");
  const take = (pattern) => {
    const taken = [];
    while (lines.length && pattern.test(lines[0])) taken.push(lines.shift());
    return taken;
  };
  while (lines.length) {
    const heading = /^(#{1,3}) +(\S.*)$/.exec(lines[0]);
    const small = /^-# +(\S.*)$/.exec(lines[0]);
    if (heading) {
      // Levels one and two are the page's own.
      out.push(el("h2", { class: `size-${heading[1].length}` }, inline(heading[2])));
      lines.shift();
    } else if (small) {
      out.push(el("small", {}, inline(small[1])));
      lines.shift();
    } else if (/^>>> /.test(lines[0])) {
      out.push(el("blockquote", {}, blocks(lines.splice(0).join("\n").slice(4))));
    } else if (/^> /.test(lines[0])) {
      out.push(el("blockquote", {}, blocks(take(/^> /).map((line) => line.slice(2)).join("\n"))));
    } else if (/^\s*[-*] \S/.test(lines[0])) {
      out.push(list(take(/^\s*[-*] \S/)));
    } else if (/^\s*\d+\. \S/.test(lines[0])) {
      out.push(list(take(/^\s*\d+\. \S/)));
    } else {
      const plain = [lines.shift(), ...take(/^(?!#{1,3} +\S|-# +\S|>>> |> |\s*(?:[-*]|\d+\.) \S)/)];
      const joined = plain.join("\n");
      if (joined.trim()) out.push(el("p", {}, inline(joined)));
      else if (out.length && lines.length) out.push(el("p", { class: "gap" }));
    }
  }
  return out;
}

// Chat markdown to DOM nodes, as eagerly as the real clients or more: what looks clickable to any of them
// is clickable here. Input is hostile: it only ever becomes text nodes and known elements.

import { el } from "/static/dom.js";
import { nameOf, placeName, store } from "/static/store.js";
import { timestamp } from "/static/timestamps.js";

const SCHEME = String.raw`(?:https?|discord|steam):\/\/`;
const INVITE = String.raw`(?:www\.)?discord(?:app)?\.(?:gg|com\/invite)\/[\w-]+`;
const MAIL = String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`;
const PHONE = String.raw`\+[\d() -]{3,}`;
// Letters and digits are no marks, but a link may begin in the middle of a word.
const PLAIN = new RegExp(String.raw`^(?:(?!${SCHEME}|${INVITE})[^\n!-\/:-@\[-\x60{-~])+`, "i");
const LISTED = /^( *)(?:[-*]|(\d+)\.) +(\S.*)$/;

// What stands at the beginning of a line.
const BLOCKS = [
  // Levels one and two are the page's own.
  [/^ *(#{1,3})\s+(?!#)(\S[^\n]*)\n?/, (m) => el("h2", { class: `size-${m[1].length}` }, parse(m[2]))],
  [/^ *-#[^\S\n]+(\S[^\n]*)\n?/, (m) => el("small", {}, parse(m[1]))],
  [/^ *>>> ([\s\S]*)/, (m) => el("blockquote", {}, paragraphs(m[1]))],
  [/^(?: *> [^\n]*(?:\n|$))+/, (m) => el("blockquote", {}, paragraphs(m[0].trimEnd().replace(/^ *> /gm, "")))],
  [/^(?: *[-*] +\S[^\n]*(?:\n|$))+/, (m) => list("ul", m[0])],
  [/^(?: *\d+\. +\S[^\n]*(?:\n|$))+/, (m) => list("ol", m[0])],
];

const INLINE = [
  // A backslash does nothing before a letter, a digit or a blank.
  [/^\\([^0-9A-Za-z\s])/u, (m) => m[1]],
  [/^```(?:[\w+.-]*\n)?([\s\S]*?[^\n`][\s\S]*?)\n?```\n?/, (m) => el("pre", {}, el("code", {}, m[1]))],
  [/^(`+)([\s\S]+?)(?<!`)\1(?!`)/, (m) => el("code", {}, m[2].trim() || m[2])],
  [/^\|\|([\s\S]+?)\|\|/, (m, fresh) => spoiler(parse(m[1], fresh))],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, span("strong")],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, span("u")],
  [/^~~([\s\S]+?)~~/, span("s")],
  [/^\*(?!\s)((?:\\[\s\S]|\*\*|[^*\\])+?)(?<!\s) {0,2}\*(?!\*)/, span("em")],
  [/^_((?:\\[\s\S]|__|[^_\\])+?)_(?![0-9A-Za-z_])/, span("em")],
  [
    new RegExp(String.raw`^\[((?:\[[^\]]*\]|[^[\]])+)\]\(\s*<?((?:${SCHEME}|mailto:|tel:|sms:)(?:\([^\s<>)]*\)|[^\s<>)])+)>?(?:\s+["'].*?["'])?\s*\)`, "i"),
    (m) => link(m[2], parse(m[1], false)),
  ],
  [new RegExp(String.raw`^<(${SCHEME}[^\s>]+)>`, "i"), (m) => link(m[1], m[1])],
  [new RegExp(String.raw`^${SCHEME}[^\s<]+[^<.,:;"'\])\s]`, "i"), (m) => link(m[0], m[0])],
  [new RegExp(`^${INVITE}`, "i"), (m) => link(`https://${m[0]}`, m[0])],
  [new RegExp(`^<(?:mailto:)?(${MAIL})>`, "i"), (m) => link(`mailto:${m[1]}`, m[1])],
  [new RegExp(`^${MAIL}`), (m) => link(`mailto:${m[0]}`, m[0])],
  [new RegExp(`^<(?:(?:tel|sms):)?(${PHONE})>`, "i"), (m) => link(`tel:${m[1]}`, m[1])],
  [/^<t:(-?\d{1,17})(?::([tTdDfFRsS]))?>/, (m) => timestamp(Number(m[1]), m[2])],
  [/^<@!?(\d+)>/, (m) => el("span", { class: "mention", "data-mention": m[1] }, `@${nameOf(m[1])}`)],
  [/^<@&(\d+)>/, (m) => mention(`@${store.roles[m[1]] ?? "role"}`)],
  [/^<#(\d+)>/, (m) => mention(channelName(m[1]))],
  [/^@(?:everyone|here)/, (m) => mention(m[0])],
  [/^<id:([\w-]+)(?::\d+)?>/, (m) => mention(`#${m[1]}`)],
  [/^<\/([^:>\n]{1,100}):(\d+)>/, (m) => commandLink(m[1])],
  [/^<a?:(\w+):\d+>/, (m) => el("span", { class: "emoji", title: m[1] }, `:${m[1]}:`)],
  [/^:([\w+-]*[a-z+-][\w+-]*):/i, (m) => el("span", { class: "emoji", title: m[1] }, m[0])],
];

function span(tag) {
  return (m, fresh) => el(tag, {}, parse(m[1], fresh));
}

function mention(text) {
  return el("span", { class: "mention" }, text);
}

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

function channelName(id) {
  const where = ["guild", "team"].find((one) => store.channels[one] === id);
  return where ? placeName(where) : "#unknown";
}

function list(tag, text) {
  const lines = text.trimEnd().split("\n").map((line) => LISTED.exec(line));
  const items = lines.map(([, indent, , item]) => el("li", { class: indent.length > 1 ? "nested" : null }, parse(item)));
  return el(tag, { start: tag === "ol" ? Number(lines[0][2]) : null }, items);
}

// Nodes in their order; `fresh` says that nothing but blanks stands before the text on its line.
function parse(text, fresh = true) {
  const nodes = [];
  let plain = "";
  let rest = text;
  const take = (length) => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  while (rest) {
    const rules = fresh ? [...BLOCKS, ...INLINE] : INLINE;
    let found = null;
    const rule = rules.find(([pattern]) => (found = pattern.exec(rest)));
    if (rule) {
      if (plain) nodes.push(plain);
      plain = "";
      const node = rule[1](found, fresh);
      nodes.push(node);
      take(found[0].length);
      fresh = isBlock(node);
    } else {
      const taken = take(rest[0] === "\n" ? 1 : PLAIN.exec(rest)?.[0].length ?? 1);
      plain += taken;
      fresh = taken === "\n" || (fresh && !taken.trim());
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function isBlock(node) {
  return ["H2", "SMALL", "BLOCKQUOTE", "UL", "OL", "PRE"].includes(node.tagName);
}

function paragraphs(text) {
  const out = [];
  let line = [];
  const end = (isLast) => {
    if (typeof line.at(-1) === "string") line[line.length - 1] = line.at(-1).replace(/\n$/, "");
    const isEmpty = line.every((node) => typeof node === "string" && !node.trim());
    if (!isEmpty) out.push(el("p", {}, line));
    else if (line.length && out.length && !isLast) out.push(el("p", { class: "gap" }));
    line = [];
  };
  for (const node of parse(text)) {
    if (isBlock(node)) {
      end(false);
      out.push(node);
    } else {
      line.push(node);
    }
  }
  end(true);
  return out;
}

export function inline(text) {
  return parse(text, false);
}

// The body of a message: blocks first, then what is within a line.
export function markdown(text) {
  return el("div", { class: "markdown" }, paragraphs(text));
}

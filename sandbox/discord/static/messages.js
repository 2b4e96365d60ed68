// One message as a row of the log.

import { titleOf } from "/static/commands.js";
import { componentNodes } from "/static/components.js";
import { avatar, el, EYE, icon } from "/static/dom.js";
import { embedCard } from "/static/embeds.js";
import { markdown } from "/static/markdown.js";
import { attachment } from "/static/pictures.js";
import { me, nameOf, store } from "/static/store.js";
import { sentAt } from "/static/timestamps.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
const LAYOUT = 1 << 15;

function authorKey(id) {
  return id === store.bot.id ? "bot" : store.members.find((member) => member.id === id)?.key ?? "";
}

function usedLine(message) {
  const key = authorKey(message.used_by);
  const name = nameOf(message.used_by);
  return el("p", { class: "used" }, avatar(key, name), el("strong", {}, name), " used ", el("span", { class: "mention" }, titleOf(message.command)));
}

function thinking() {
  const dots = [1, 2, 3].map(() => el("span", { class: "thinking-dot" }));
  return el("p", { class: "thinking" }, el("span", { class: "dots", "aria-hidden": "true" }, dots), `${store.bot.name} is thinking…`);
}

function body(message, act) {
  if (message.flags & LOADING) return [thinking()];
  if (message.failed) return [el("p", { class: "failed" }, message.content)];
  const nodes = [];
  if (message.content) nodes.push(markdown(message.content));
  nodes.push(...message.embeds.map(embedCard));
  const isLayout = Boolean(message.flags & LAYOUT);
  const usedInEmbeds = JSON.stringify(message.embeds);
  if (!isLayout) nodes.push(...message.attachments.filter((file) => !usedInEmbeds.includes(file.url)).map(attachment));
  nodes.push(...componentNodes(message.components, message, act));
  return nodes;
}

function footer(message, act) {
  return el(
    "p",
    { class: "ephemeral" },
    icon(EYE),
    "Only you can see this",
    " · ",
    el("button", { type: "button", class: "dismiss", onclick: () => act("dismiss", message) }, "Dismiss"),
  );
}

export function messageRow(message, act) {
  const isBot = message.author.id === store.bot.id;
  const name = nameOf(message.author.id);
  const isEphemeral = Boolean(message.flags & EPHEMERAL);
  const failure = store.failures.get(message.id);
  const head = el(
    "p",
    { class: "head" },
    el("strong", { class: "author" }, name),
    isBot ? el("span", { class: "app-badge" }, "APP") : null,
    sentAt(message.timestamp),
    message.edited_timestamp ? el("span", { class: "edited" }, "(edited)") : null,
  );
  const row = el(
    "article",
    {
      class: `message${isEphemeral ? " is-ephemeral" : ""}`, "aria-label": `${name} wrote`,
      "data-message-id": message.id, "data-author": authorKey(message.author.id), "data-ephemeral": String(isEphemeral),
      "data-thinking": String(Boolean(message.flags & LOADING)), "data-failed": String(message.failed),
    },
    message.command ? usedLine(message) : null,
    avatar(authorKey(message.author.id), name),
    el(
      "div",
      { class: "message-body" },
      head,
      body(message, act),
      failure ? el("p", { class: "failed", role: "alert" }, failure) : null,
      isEphemeral ? footer(message, act) : null,
    ),
  );
  if (row.querySelector(`[data-mention="${me().id}"]`)) row.classList.add("mentions-me");
  return row;
}

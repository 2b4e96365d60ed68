// The message log: keeps rows in order, the view at the end, and the focus where it was.

import { el } from "/static/dom.js";
import { messageRow } from "/static/messages.js";
import { openModal } from "/static/modal.js";
import { nameOf, placeName, post, Refused, store, whereOf } from "/static/store.js";

const NEAR_END = 120;
const log = document.getElementById("messages");
const scroller = document.getElementById("scroller");
const greeting = document.getElementById("greeting");
let followsEnd = true;

let lastTop = 0;

// Only going up means that somebody reads back: the log also "scrolls" when it grows.
scroller.addEventListener("scroll", () => {
  if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END) followsEnd = true;
  else if (scroller.scrollTop < lastTop) followsEnd = false;
  lastTop = scroller.scrollTop;
});
// Pictures grow as they load, and so does the composer; a reader at the end stays at the end.
const sizes = new ResizeObserver(() => followsEnd && scrollToEnd());
sizes.observe(log);
sizes.observe(scroller);

export function scrollToEnd() {
  followsEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
}

function greet() {
  const isDm = store.where === "dm";
  const begin = () => document.dispatchEvent(new CustomEvent("begin-command"));
  const readers = store.where === "team" ? "Only the team" : "Everyone in the community";
  const text = isDm ? `A private talk between you and ${nameOf(store.bot.id)}.` : `${readers} reads along here.`;
  greeting.replaceChildren(
    el("h2", {}, isDm ? nameOf(store.bot.id) : `Welcome to ${placeName(store.where)}`),
    el("p", {}, text),
    el("button", { type: "button", class: "begin", onclick: begin }, "Type ", el("kbd", {}, "/"), " to begin"),
  );
}

export function renderLog() {
  greet();
  const shown = [...store.messages.values()].filter((message) => whereOf(message) === store.where);
  log.replaceChildren(...shown.map((message) => messageRow(message, act)));
  scrollToEnd();
}

function rowOf(id) {
  return log.querySelector(`[data-message-id="${id}"]`);
}

export function renderMessage(message) {
  const old = rowOf(message.id);
  const row = messageRow(message, act);
  if (!old) {
    log.append(row);
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.customId ?? "" : null;
  old.replaceWith(row);
  if (focused !== null) {
    const again = focused && row.querySelector(`[data-custom-id="${CSS.escape(focused)}"]:not(:disabled)`);
    (again || scroller).focus({ preventScroll: true });
  }
}

export function removeMessage(id) {
  const row = rowOf(id);
  if (row?.contains(document.activeElement)) document.getElementById("composer").focus();
  row?.remove();
}

function fail(message, text) {
  store.failures.set(message.id, text);
}

async function act(kind, message, customId = null, values = null) {
  if (kind === "dismiss") {
    await post("dismiss", { message: message.id });
    return;
  }
  const key = `${message.id}/${customId}`;
  store.pending.add(key);
  store.failures.delete(message.id);
  renderMessage(store.messages.get(message.id) ?? message);
  try {
    const outcome = await post(kind, { message: message.id, custom_id: customId, values });
    if (outcome.kind === "failed") fail(message, "This interaction failed");
    if (outcome.kind === "modal") openModal(outcome.modal);
  } catch (error) {
    fail(message, error instanceof Refused ? error.message : "This interaction failed");
  }
  store.pending.delete(key);
  const now = store.messages.get(message.id);
  if (now && rowOf(message.id)) renderMessage(now);
}

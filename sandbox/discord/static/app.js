// Starts the page: places, people, and the stream of changes.

import { resetComposer, startComposer } from "/static/composer.js";
import { avatar, el } from "/static/dom.js";
import { removeMessage, renderLog, renderMessage } from "/static/log.js";
import { listen, load, me, placeName, post, store, whereOf } from "/static/store.js";

const byId = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const LANGUAGES = [["en-US", "English"], ["de", "Deutsch"]];
let stream = null;
let wasLost = false;

function remember() {
  const asked = new URLSearchParams({ as: store.as });
  if (store.where !== "guild") asked.set("in", store.where);
  history.replaceState(null, "", `/?${asked}`);
}

function renderPlaces() {
  byId("community").textContent = store.community;
  const dm = byId("channel-dm");
  dm.querySelector(".place-avatar").replaceChildren(avatar("bot", store.bot.name));
  dm.querySelector(".place-name").textContent = store.bot.name;
  byId("channel-team").hidden = !store.channels.team;
  for (const place of document.querySelectorAll(".place[data-where]")) {
    const { where } = place.dataset;
    const count = store.unread[where];
    const badge = place.querySelector(".badge");
    if (where === store.where) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
    badge.hidden = count === 0;
    badge.replaceChildren(String(count), el("span", { class: "visually-hidden" }, " unread"));
  }
  const total = store.unread.guild + store.unread.team + store.unread.dm;
  byId("menu-toggle").querySelector(".badge").hidden = total === 0;
  document.title = total ? `(${total}) Meadow Chat` : "Meadow Chat";
  const isDm = store.where === "dm";
  byId("place-title").textContent = placeName(store.where).replace("#", "# ");
  const closed = isDm && !me().dms_open ? "Your direct messages are closed: the bot cannot write to you first" : "";
  byId("place-topic").textContent = isDm ? closed || "Direct messages" : store.community;
}

function renderBookmarks() {
  const entries = Object.entries(store.bookmarks);
  const links = entries.map(([label, url]) => el("a", { class: "place bookmark", href: url, target: "_blank", rel: "noopener" }, el("span", { class: "place-mark", "aria-hidden": "true" }, "↗"), el("span", { class: "place-name" }, label)));
  byId("bookmarks").replaceChildren(...(entries.length ? [el("h2", {}, "Elsewhere"), ...links] : []));
}

function renderPeople() {
  byId("people").replaceChildren(
    ...store.members.map((member) => {
      const isMe = member.key === store.as;
      const input = el("input", { type: "radio", name: "as", value: member.key, id: `as-${member.key}`, checked: isMe, onchange: () => become(member.key) });
      const state = member.dms_open ? member.hint : "Direct messages closed";
      return el("label", { class: "person", for: `as-${member.key}` }, input, avatar(member.key, member.name), el("span", { class: "person-text" }, el("span", { class: "person-name" }, member.name, member.is_admin ? el("span", { class: "admin-badge" }, "Admin") : null), el("span", { class: "person-hint" }, member.is_admin ? member.hint : state)));
    }),
  );
}

function renderLanguage() {
  const choices = LANGUAGES.map(([locale, name]) => {
    const choose = () => post("locale", { locale });
    const input = el("input", { type: "radio", name: "locale", value: locale, checked: me().locale === locale, onchange: choose });
    return el("label", { class: "language-choice", lang: locale }, input, name);
  });
  const focused = byId("language").contains(document.activeElement);
  byId("language").replaceChildren(el("legend", {}, `${me().name}’s language`), el("div", { class: "language-choices" }, choices));
  if (focused) byId("language").querySelector(":checked")?.focus();
}

function renderAll() {
  renderPlaces();
  renderBookmarks();
  renderPeople();
  renderLanguage();
  resetComposer();
  renderLog();
}

function go(where) {
  store.where = where;
  store.unread[where] = 0;
  toggleMenu(false);
  remember();
  renderPlaces();
  resetComposer();
  renderLog();
  byId("composer").focus();
}

async function become(key) {
  store.as = key;
  store.unread = { guild: 0, team: 0, dm: 0 };
  store.pending.clear();
  store.failures.clear();
  remember();
  await connect(`as-${key}`);
}

function toggleMenu(isOpen) {
  byId("sidebar").classList.toggle("open", isOpen);
  byId("shade").hidden = !isOpen;
  byId("menu-toggle").setAttribute("aria-expanded", String(isOpen));
}

const handlers = {
  message({ message }) {
    const isNew = !store.messages.has(message.id);
    store.messages.set(message.id, message);
    const where = whereOf(message);
    if (where === store.where) renderMessage(message);
    else if (isNew) {
      store.unread[where] += 1;
      renderPlaces();
    }
  },
  deleted({ message }) {
    store.messages.delete(message.id);
    removeMessage(message.id);
  },
  commands({ commands }) {
    store.commands = commands;
  },
  people({ members, commands }) {
    const before = me().locale;
    Object.assign(store, { members, commands });
    renderPeople();
    renderPlaces();
    if (me().locale === before) return;
    renderLanguage();
    resetComposer();
    renderLog();
  },
  async open() {
    byId("connection").hidden = true;
    if (!wasLost) return;
    // What happened meanwhile was not streamed.
    wasLost = false;
    await load();
    renderLog();
  },
  lost() {
    wasLost = true;
    byId("connection").hidden = false;
  },
};

async function connect(focused) {
  stream?.close();
  const opened = new Promise((resolve) => {
    stream = listen({ ...handlers, open: () => { resolve(); handlers.open(); } });
  });
  // Listening starts before loading, so that nothing falls between the two.
  await opened;
  await load();
  if (!store.channels[store.where]) store.where = "guild";
  renderAll();
  byId(focused).focus();
  document.body.dataset.ready = store.as;
}

for (const place of document.querySelectorAll(".place[data-where]")) place.addEventListener("click", () => go(place.dataset.where));
byId("menu-toggle").addEventListener("click", () => toggleMenu(!byId("sidebar").classList.contains("open")));
byId("shade").addEventListener("click", () => toggleMenu(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && toggleMenu(false));

if (["ada", "ben", "cleo"].includes(query.get("as"))) store.as = query.get("as");
if (["team", "dm"].includes(query.get("in"))) store.where = query.get("in");
startComposer();
await connect("composer");

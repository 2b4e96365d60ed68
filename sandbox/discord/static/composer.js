// The line at the bottom: plain text, or "/" for the list of commands.

import { openCommand } from "/static/command.js";
import { allCommands, matching } from "/static/commands.js";
import { scrollToEnd } from "/static/log.js";
import { Menu } from "/static/menu.js";
import { placeName, post, store } from "/static/store.js";

const composer = document.getElementById("composer");
const composerForm = document.getElementById("composer-form");
const commandForm = document.getElementById("command-form");
const notice = document.getElementById("notice");

const menu = new Menu(document.getElementById("command-list"), composer, (item) => pick(item));

export function say(text) {
  notice.textContent = text;
}

function pick(item) {
  menu.hide();
  composer.value = "";
  resize();
  say("");
  composerForm.hidden = true;
  openCommand(item, () => {
    commandForm.hidden = true;
    composerForm.hidden = false;
    composer.focus();
  });
}

function offer() {
  if (!composer.value.startsWith("/")) {
    menu.hide();
    return;
  }
  const typed = composer.value.slice(1).toLowerCase().trimEnd();
  menu.show(matching(typed), typed ? "No command of that name" : "There are no commands here yet");
}

function resize() {
  composer.style.height = "auto";
  composer.style.height = `${Math.min(composer.scrollHeight, 160)}px`;
}

async function send() {
  const text = composer.value.trim();
  if (!text) return;
  if (text.startsWith("/")) {
    say("Pick a command from the list");
    return;
  }
  composer.value = "";
  resize();
  scrollToEnd();
  try {
    await post("say", { text });
  } catch (error) {
    composer.value = text;
    say(error.message);
  }
}

export function startComposer() {
  composer.addEventListener("input", () => {
    say("");
    resize();
    offer();
  });
  composer.addEventListener("blur", () => menu.hide());
  composer.addEventListener("focus", offer);
  composer.addEventListener("keydown", (event) => {
    if (menu.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  composerForm.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  document.addEventListener("begin-command", () => {
    composer.value = "/";
    composer.focus();
    offer();
  });
  document.addEventListener("pick-command", (event) => {
    const item = allCommands().find((command) => command.name === event.detail);
    if (item) pick(item);
    else say(`/${event.detail} is not offered here`);
  });
}

export function resetComposer() {
  menu.hide();
  commandForm.hidden = true;
  composerForm.hidden = false;
  composer.placeholder = `Message ${placeName(store.where)}, or / for commands`;
  say("");
}

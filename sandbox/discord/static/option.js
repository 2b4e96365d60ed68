// One option of a command: a text field, with a list where there is something to choose from.

import { nameIn } from "/static/commands.js";
import { el } from "/static/dom.js";
import { Menu } from "/static/menu.js";
import { post, store } from "/static/store.js";

const DEBOUNCE_MS = 150;
const [STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER] = [3, 4, 5, 6, 7, 8, 9, 10];

function people() {
  return store.members.map((member) => ({ title: member.name, detail: member.hint, value: member.id }));
}

function roles() {
  return Object.entries(store.roles).map(([value, name]) => ({ title: `@${name.replace("@", "")}`, value }));
}

// The fixed list of an option, or null where anything may be typed.
function fixedItems(option) {
  if (option.choices?.length) return option.choices.map((choice) => ({ title: nameIn(choice), value: choice.value }));
  switch (option.type) {
    case BOOLEAN: return [{ title: "True", value: true }, { title: "False", value: false }];
    case USER: return people();
    case CHANNEL: return [{ title: "#general", value: store.channels.guild }];
    case ROLE: return roles();
    case MENTIONABLE: return [...people(), ...roles()];
    default: return null;
  }
}

export class OptionField {
  #picked = null;
  #asked = 0;
  #timer = null;

  constructor(option, { command, others, onFocus, onDone, onRemove }) {
    this.option = option;
    this.command = command;
    this.others = others;
    this.onDone = onDone;
    this.fixed = fixedItems(option);
    const hasList = this.fixed !== null || option.autocomplete;
    const id = `option-${option.name}`;
    this.input = el("input", {
      id, class: "option-input", "data-option": option.name, autocomplete: "off", spellcheck: "false", "aria-describedby": "option-hint",
      role: hasList ? "combobox" : null, "aria-controls": hasList ? `${id}-list` : null, "aria-expanded": hasList ? "false" : null,
      maxlength: option.type === STRING && !this.fixed ? option.max_length ?? null : null,
      inputmode: [INTEGER, NUMBER].includes(option.type) ? "decimal" : null, required: option.required,
    });
    this.list = el("div", { id: `${id}-list`, class: "menu choice-list", role: "listbox", "aria-label": `Choices for ${nameIn(option)}`, hidden: true });
    this.element = el("div", { class: "chip" }, el("label", { for: id }, nameIn(option)), this.input, onRemove ? el("button", { type: "button", class: "remove", "aria-label": `Remove ${nameIn(option)}`, onclick: onRemove }, "×") : null, this.list);
    this.menu = new Menu(this.list, this.input, (item) => this.#pick(item));
    this.input.addEventListener("focus", () => { onFocus(); this.#offer(0); });
    this.input.addEventListener("input", () => { this.#picked = null; this.#offer(DEBOUNCE_MS); });
    this.input.addEventListener("blur", () => this.menu.hide());
    this.input.addEventListener("keydown", (event) => this.#key(event, onRemove));
    if (!hasList) this.menu.show = () => {};
    this.#size();
    this.input.addEventListener("input", () => this.#size());
  }

  focus() {
    this.input.focus();
  }

  // What is sent: the picked value, or the typed text where typing is enough.
  get value() {
    if (this.#picked !== null) return this.#picked.value;
    const typed = this.input.value.trim();
    if (!typed) return null;
    if (this.fixed) return this.fixed.find((item) => item.title.toLowerCase() === typed.toLowerCase())?.value ?? null;
    if ([INTEGER, NUMBER].includes(this.option.type)) return Number.isFinite(Number(typed)) ? Number(typed) : typed;
    return typed;
  }

  problem() {
    const typed = this.input.value.trim();
    const name = nameIn(this.option);
    const { required, min_length: least, type, min_value: low, max_value: high } = this.option;
    if (!typed) return required ? `${name} is required` : null;
    if (this.value === null) return `${name}: pick one of the choices`;
    if (type === STRING && !this.#picked && least && typed.length < least) return `${name}: at least ${least} characters`;
    if (type === INTEGER && !Number.isInteger(this.value)) return `${name} must be a whole number`;
    if (type === NUMBER && typeof this.value !== "number") return `${name} must be a number`;
    if ((low !== undefined && this.value < low) || (high !== undefined && this.value > high)) return `${name} is out of range`;
    return null;
  }

  #pick(item) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#picked = item;
    this.input.value = item.title;
    this.#size();
    this.menu.hide();
    this.onDone();
  }

  #key(event, onRemove) {
    if (this.menu.key(event)) return;
    if (event.key === "Backspace" && !this.input.value && onRemove) {
      event.preventDefault();
      onRemove();
    }
  }

  #size() {
    this.input.style.width = `${Math.min(Math.max(this.input.value.length + 4, 10), 44)}ch`;
  }

  #offer(delay) {
    const typed = this.#picked ? "" : this.input.value.trim();
    if (this.fixed) {
      const found = this.fixed.filter((item) => item.title.toLowerCase().includes(typed.toLowerCase()));
      this.menu.show(found, "Nothing matches");
    } else if (this.option.autocomplete) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(typed), delay);
    }
  }

  async #ask(typed) {
    this.#asked += 1;
    const asked = this.#asked;
    if (!this.menu.isOpen) this.menu.show([], "Looking…");
    let choices = [];
    let note = "Nothing to choose from";
    try {
      ({ choices } = await post("autocomplete", { name: this.command.name, option: this.option.name, typed, others: this.others() }));
    } catch {
      note = "The choices could not be loaded";
    }
    if (asked !== this.#asked || document.activeElement !== this.input) return;
    this.menu.show(choices.map((choice) => ({ title: nameIn(choice), value: choice.value })), note);
  }
}

// The commands that the member is offered, in the words of their language.

import { store } from "/static/store.js";

const NESTED = [1, 2];

export function nameIn(holder) {
  return holder.name_localized ?? holder.name;
}

export function describe(holder) {
  return holder.description_localized ?? holder.description;
}

// Sub-commands by their full name; `name` is the one that is sent.
export function allCommands(where = store.where) {
  const flat = (holder, names, titles) => {
    const [name, title] = [[...names, holder.name], [...titles, nameIn(holder)]];
    const nested = (holder.options ?? []).filter((option) => NESTED.includes(option.type));
    if (nested.length) return nested.flatMap((option) => flat(option, name, title));
    return [{ name: name.join(" "), title: `/${title.join(" ")}`, detail: describe(holder), options: holder.options ?? [] }];
  };
  return store.commands[where].flatMap((command) => flat(command, [], []));
}

export function titleOf(name) {
  return allCommands().find((command) => command.name === name)?.title ?? `/${name}`;
}

// By either name, those first that begin with what was typed.
export function matching(typed) {
  const begins = (command) => command.name.startsWith(typed) || command.title.startsWith(`/${typed}`);
  const found = allCommands().filter((command) => command.name.includes(typed) || command.title.includes(typed));
  return found.sort((a, b) => begins(b) - begins(a) || a.title.localeCompare(b.title));
}

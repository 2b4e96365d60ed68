// A select: a button that opens a list of options, with descriptions, by mouse or keyboard.

import { el } from "/static/dom.js";
import { store } from "/static/store.js";

let numbers = 0;

// The options of a select; those over people, roles and channels come from the community.
export function optionsOf(component) {
  const people = store.members.map((member) => ({ label: member.name, value: member.id }));
  const roles = Object.entries(store.roles).map(([value, label]) => ({ label: `@${label}`, value }));
  switch (component.type) {
    case 5: return people;
    case 6: return roles;
    case 7: return [...people, ...roles];
    case 8: return [{ label: "#general", value: store.channels.guild }];
    default: return component.options ?? [];
  }
}

// Calls `picked(values)` when the list closes on a new choice; with `eager` at every choice.
export function select(component, picked, { disabled = false, busy = false, eager = false, label = null } = {}) {
  const options = optionsOf(component);
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  let values = options.filter((option) => option.default).map((option) => option.value);
  const id = `select-${(numbers += 1)}`;
  const shown = el("span", { class: "select-value" });
  const button = el(
    "button",
    {
      type: "button", class: "select", "data-custom-id": component.custom_id, "aria-haspopup": "listbox",
      "aria-expanded": "false", "aria-controls": id, "aria-busy": busy, disabled: disabled || busy,
      "aria-label": label ?? component.placeholder ?? "Make a selection",
    },
    shown,
    el("span", { class: "select-arrow", "aria-hidden": "true" }, "▾"),
  );
  const list = el("div", { id, class: "select-list", role: "listbox", popover: "auto", "aria-multiselectable": most > 1, "aria-label": component.placeholder ?? "Options" });

  function describe() {
    const labels = options.filter((option) => values.includes(option.value)).map((option) => option.label);
    shown.textContent = labels.join(", ") || component.placeholder || "Make a selection";
    shown.classList.toggle("placeholder", labels.length === 0);
  }

  function toggle(option) {
    if (most === 1) {
      values = values.includes(option.value) && least === 0 ? [] : [option.value];
    } else if (values.includes(option.value)) {
      values = values.filter((value) => value !== option.value);
    } else if (values.length < most) {
      values = [...values, option.value];
    }
    for (const row of list.children) row.setAttribute("aria-selected", values.includes(row.dataset.value));
    describe();
    if (eager) picked(values);
    if (most === 1) list.hidePopover();
  }

  for (const option of options) {
    list.append(
      el(
        "div",
        { role: "option", tabindex: -1, "data-value": option.value, "aria-selected": String(values.includes(option.value)), onclick: () => toggle(option) },
        option.emoji?.name ? el("span", { class: "emoji", "aria-hidden": "true" }, option.emoji.name) : null,
        el("span", { class: "option-text" }, el("span", {}, option.label), option.description ? el("span", { class: "option-description" }, option.description) : null),
      ),
    );
  }

  let before = "";
  list.addEventListener("toggle", (event) => {
    const isOpen = event.newState === "open";
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      before = values.join();
      (list.querySelector('[aria-selected="true"]') ?? list.firstElementChild)?.focus();
    } else {
      if (list.contains(document.activeElement) || document.activeElement === document.body) button.focus();
      if (!eager && values.join() !== before && values.length >= least) picked(values);
    }
  });
  list.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") requestAnimationFrame(() => place(list, button));
  });
  list.addEventListener("keydown", (event) => {
    const rows = [...list.children];
    const at = rows.indexOf(document.activeElement);
    const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (move !== undefined) rows.at(Math.min(Math.max(move, 0), rows.length - 1)).focus();
    else if (["Enter", " "].includes(event.key) && at >= 0) rows[at].click();
    else if (event.key === "Tab") list.hidePopover();
    else return;
    event.preventDefault();
  });
  button.addEventListener("click", () => list.togglePopover());
  describe();
  return el("div", { class: "select-box" }, button, list);
}

function place(list, button) {
  const box = button.getBoundingClientRect();
  list.style.width = `${box.width}px`;
  list.style.left = `${box.left}px`;
  const below = window.innerHeight - box.bottom > list.offsetHeight + 12 || box.top < list.offsetHeight + 12;
  list.style.top = below ? `${box.bottom + 4}px` : `${box.top - list.offsetHeight - 4}px`;
}

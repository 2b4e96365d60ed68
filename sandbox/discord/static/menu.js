// A list to pick from with the arrow keys while the focus stays in a text field.

import { el } from "/static/dom.js";

export class Menu {
  constructor(list, field, pick) {
    this.list = list;
    this.field = field;
    this.pick = pick;
    this.items = [];
    this.active = -1;
  }

  get isOpen() {
    return !this.list.hidden;
  }

  // Items are {title, detail, mark, ...}; `note` says why there are none.
  show(items, note = "") {
    this.items = items;
    const rows = items.map((item, index) =>
      el(
        "div",
        { id: `${this.list.id}-${index}`, class: "menu-item", role: "option", "data-name": item.name, "aria-selected": "false", onclick: () => this.pick(item), onpointermove: () => this.#mark(index) },
        el("span", { class: "menu-title" }, item.title),
        item.detail ? el("span", { class: "menu-detail" }, item.detail) : null,
      ),
    );
    this.list.replaceChildren(...rows);
    if (!rows.length && note) this.list.append(el("p", { class: "menu-note" }, note));
    this.list.hidden = !rows.length && !note;
    this.#tellOpen();
    // Keeps the focus, and with it the menu, through a click on an item.
    this.list.onpointerdown = (event) => event.preventDefault();
    this.#mark(rows.length ? 0 : -1);
  }

  hide() {
    this.list.hidden = true;
    this.items = [];
    this.active = -1;
    this.#tellOpen();
    this.field.removeAttribute("aria-activedescendant");
  }

  // A text of several lines may not say that it has a list; the list's own appearing must do.
  #tellOpen() {
    if (this.field.role === "combobox") this.field.setAttribute("aria-expanded", String(this.isOpen));
  }

  // Whether the key was the menu's.
  key(event) {
    if (!this.isOpen || event.isComposing) return false;
    const count = this.items.length;
    if (event.key === "Escape") this.hide();
    else if (count && event.key === "ArrowDown") this.#mark((this.active + 1) % count);
    else if (count && event.key === "ArrowUp") this.#mark((this.active + count - 1) % count);
    else if (count && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.pick(this.items[this.active]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #mark(index) {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    this.active = index;
    const row = this.list.children[index];
    if (index < 0 || !row) {
      this.field.removeAttribute("aria-activedescendant");
      return;
    }
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", row.id);
  }
}

// Buttons, selects and the layout components of a message.

import { el, icon, OUT } from "/static/dom.js";
import { colour } from "/static/embeds.js";
import { markdown } from "/static/markdown.js";
import { attachment, picture } from "/static/pictures.js";
import { select } from "/static/select.js";
import { store } from "/static/store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

function button(component, message, act) {
  const face = component.emoji?.name ? el("span", { class: "emoji", "aria-hidden": "true" }, component.emoji.name) : null;
  const className = `button ${STYLES[component.style] ?? "secondary"}`;
  if (component.style === 5) {
    const attributes = component.disabled ? { "aria-disabled": "true" } : { href: component.url, target: "_blank", rel: "noopener noreferrer" };
    return el("a", { class: className, ...attributes }, face, component.label ?? "", icon(OUT));
  }
  const busy = store.pending.has(`${message.id}/${component.custom_id}`);
  return el(
    "button",
    {
      type: "button", class: className, disabled: component.disabled, "aria-busy": busy && "true",
      "data-custom-id": component.custom_id, onclick: () => !busy && act("press", message, component.custom_id),
    },
    face,
    el("span", { class: "button-label" }, component.label ?? ""),
  );
}

function section(component, message, act) {
  const texts = component.components.map((one) => markdown(one.content));
  const accessory = component.accessory.type === 11
    ? picture(component.accessory.media, component.accessory.description, { className: "thumbnail", spoiler: component.accessory.spoiler })
    : button(component.accessory, message, act);
  return el("div", { class: "section" }, el("div", { class: "section-text" }, texts), accessory);
}

function container(component, message, act) {
  const box = el("div", { class: "container" }, componentNodes(component.components, message, act));
  if (typeof component.accent_color === "number") box.style.setProperty("--bar", colour(component.accent_color));
  return box;
}

function node(component, message, act) {
  switch (component.type) {
    case 1: return el("div", { class: "action-row" }, componentNodes(component.components, message, act));
    case 2: return button(component, message, act);
    case 3: case 5: case 6: case 7: case 8: {
      const busy = store.pending.has(`${message.id}/${component.custom_id}`);
      return select(component, (values) => act("choose", message, component.custom_id, values), { disabled: component.disabled, busy });
    }
    case 9: return section(component, message, act);
    case 10: return markdown(component.content);
    case 12: {
      const items = component.items.map((item) => picture(item.media, item.description, { className: "gallery-item", spoiler: item.spoiler }));
      return el("div", { class: "gallery", "data-count": items.length }, items);
    }
    case 13: return attachment({ ...component.file, filename: decodeURIComponent(component.file.url.split("/").at(-1)), content_type: null });
    case 14: return component.divider === false
      ? el("div", { class: `space size-${component.spacing ?? 1}` })
      : el("hr", { class: `size-${component.spacing ?? 1}` });
    case 17: return container(component, message, act);
    default: return null;
  }
}

// `act(kind, message, customId, values)` carries out a press or a choice.
export function componentNodes(components, message, act) {
  return components.map((component) => node(component, message, act));
}

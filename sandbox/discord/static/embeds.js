// Embeds: the framed cards of old.

import { el } from "/static/dom.js";
import { inline, markdown } from "/static/markdown.js";
import { picture } from "/static/pictures.js";
import { sentAt } from "/static/timestamps.js";

export function colour(number) {
  return `#${number.toString(16).padStart(6, "0")}`;
}

function linked(part, text) {
  if (!part) return text;
  return el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, text);
}

function small(kind, part, text, more = null) {
  const face = part?.icon_url ? picture({ url: part.icon_url }, "", { className: "embed-icon" }) : null;
  return el("p", { class: `embed-${kind}` }, face, el("span", {}, linked(part?.url, text), more));
}

export function embedCard(one) {
  const text = el("div", { class: "embed-text" });
  if (one.author) text.append(small("author", one.author, one.author.name));
  if (one.title) text.append(el("h3", { class: "embed-title" }, linked(one.url, inline(one.title))));
  if (one.description) text.append(markdown(one.description));
  if (one.fields?.length) {
    const fields = one.fields.map((field) =>
      el("div", { class: field.inline ? "embed-field inline" : "embed-field" }, el("dt", {}, inline(field.name)), el("dd", {}, markdown(field.value))),
    );
    text.append(el("dl", { class: "embed-fields" }, fields));
  }
  const card = el("article", { class: "embed" }, text);
  if (typeof one.color === "number") card.style.setProperty("--bar", colour(one.color));
  if (one.thumbnail) card.append(picture(one.thumbnail, one.title ?? "", { className: "embed-thumbnail" }));
  if (one.image) card.append(picture(one.image, one.title ?? "", { className: "embed-image" }));
  if (one.footer || one.timestamp) {
    const more = one.timestamp ? [one.footer ? " · " : "", sentAt(one.timestamp)] : null;
    card.append(small("footer", one.footer, one.footer?.text ?? "", more ? el("span", {}, more) : null));
  }
  return card;
}

// Points in time, written as a chat writes them; relative ones stay true while the page is open.

import { el } from "/static/dom.js";
import { me } from "/static/store.js";

const FORMATS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function written(date, format) {
  return date.toLocaleString(me().locale, format);
}

function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(away) >= length) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(me().locale, { numeric: "auto" }).format(Math.round(away / size), unit);
}

export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.valueOf())) return document.createTextNode("Invalid Date");
  const full = written(date, FORMATS.F);
  const text = style === "R" ? relative(seconds) : written(date, FORMATS[style] ?? FORMATS.f);
  return el("time", { datetime: date.toISOString(), title: full, class: "timestamp", "data-relative": style === "R" && seconds }, text);
}

export function sentAt(iso) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const text = written(date, isToday ? FORMATS.t : FORMATS.s);
  return el("time", { datetime: iso, title: written(date, FORMATS.F), class: "sent-at" }, text);
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(element.dataset.relative));
    if (element.textContent !== text) element.textContent = text;
  }
}, 1000);

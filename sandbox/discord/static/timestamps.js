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
// Each unit, and from how many of it on the next larger one is used: Discord says "in an hour" for 50 minutes.
const STEPS = [["second", 1, 45], ["minute", 60, 45], ["hour", 3600, 22], ["day", 86400, 26], ["month", 2629800, 11], ["year", 31557600, Infinity]];

function written(date, format) {
  return date.toLocaleString(me().locale, format);
}

function relative(seconds) {
  const away = seconds - Date.now() / 1000;
  const [unit, size] = STEPS.find(([, length, many]) => Math.round(Math.abs(away) / length) < many);
  const number = Math.round(away / size);
  return new Intl.RelativeTimeFormat(me().locale, { numeric: number === 0 ? "auto" : "always" }).format(number, unit);
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

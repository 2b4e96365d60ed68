// A picked command: its options as labelled fields, required ones first, the others to add.

import { describe, nameIn } from "/static/commands.js";
import { el } from "/static/dom.js";
import { scrollToEnd } from "/static/log.js";
import { openModal } from "/static/modal.js";
import { OptionField } from "/static/option.js";
import { post, Refused } from "/static/store.js";

const form = document.getElementById("command-form");

export function openCommand(command, done) {
  const fields = new Map();
  const chips = el("div", { class: "chips" }, el("span", { class: "command-name" }, command.title));
  const hint = el("p", { class: "hint", id: "option-hint" }, command.detail);
  const more = el("div", { class: "more" });
  const error = el("p", { class: "failed", role: "alert" });
  const send = el("button", { type: "submit", class: "button primary run", id: "command-send" }, "Send");
  const cancel = el("button", { type: "button", class: "button secondary", id: "command-cancel", onclick: () => done() }, "Cancel");
  form.replaceChildren(el("div", { class: "command-head" }, hint, more), error, el("div", { class: "command-line" }, chips, el("div", { class: "command-buttons" }, cancel, send)));
  form.hidden = false;

  const values = () => Object.fromEntries([...fields].map(([name, field]) => [name, field.value]).filter(([, value]) => value !== null));
  const others = (name) => Object.fromEntries(Object.entries(values()).filter(([key]) => key !== name));

  function add(option) {
    const field = new OptionField(option, {
      command,
      others: () => others(option.name),
      onFocus: () => { hint.textContent = describe(option); },
      onDone: () => next(),
      onRemove: option.required ? null : () => {
        fields.delete(option.name);
        field.element.remove();
        offerMore();
        next();
      },
    });
    fields.set(option.name, field);
    chips.append(field.element);
    return field;
  }

  function offerMore() {
    const left = command.options.filter((option) => !fields.has(option.name));
    more.replaceChildren(
      ...left.map((option) =>
        el("button", { type: "button", class: "add-option", "data-option": option.name, title: describe(option), onclick: () => { const field = add(option); offerMore(); field.focus(); } }, `+ ${nameIn(option)}`),
      ),
    );
  }

  function next() {
    const empty = [...fields.values()].find((field) => field.option.required && field.value === null);
    if (empty) empty.focus();
    else send.focus();
  }

  async function run() {
    error.textContent = "";
    const wrong = [...fields.values()].find((field) => field.problem());
    if (wrong) {
      error.textContent = wrong.problem();
      wrong.focus();
      return;
    }
    if (send.getAttribute("aria-busy")) return;
    send.setAttribute("aria-busy", "true");
    scrollToEnd();
    try {
      const outcome = await post("command", { name: command.name, options: values() });
      done();
      if (outcome.modal) openModal(outcome.modal);
    } catch (problem) {
      error.textContent = problem instanceof Refused ? problem.message : "That could not be sent. Try again.";
    } finally {
      send.removeAttribute("aria-busy");
    }
  }

  form.onsubmit = (event) => {
    event.preventDefault();
    run();
  };
  form.onkeydown = (event) => {
    if (event.key === "Escape") done();
  };
  for (const option of command.options.filter((one) => one.required)) add(option);
  offerMore();
  next();
}

// Forms that the bot opens: a dialog with labels, limits and errors.

import { el } from "/static/dom.js";
import { markdown } from "/static/markdown.js";
import { select } from "/static/select.js";
import { post, Refused } from "/static/store.js";

let numbers = 0;

function textInput(field, label, description, values) {
  const id = `field-${(numbers += 1)}`;
  const isRequired = field.required !== false;
  const most = field.max_length ?? 4000;
  const input = el(field.style === 2 ? "textarea" : "input", {
    id, name: field.custom_id, "data-custom-id": field.custom_id, placeholder: field.placeholder, required: isRequired,
    minlength: field.min_length || null, maxlength: most, "aria-describedby": `${id}-about`, rows: field.style === 2 ? 4 : null,
  });
  input.value = field.value ?? "";
  values[field.custom_id] = () => input.value;
  const count = el("span", { class: "count", "aria-hidden": "true" });
  const tell = () => { count.textContent = field.max_length ? `${input.value.length} / ${most}` : ""; };
  input.addEventListener("input", tell);
  tell();
  return el("div", { class: "field" }, el("label", { for: id }, label, mark(isRequired)), el("p", { id: `${id}-about`, class: "about" }, description ?? "", count), input);
}

function mark(isRequired) {
  return isRequired ? el("span", { class: "required", title: "Required" }, " *") : null;
}

function ticks(field, kind, values) {
  const name = `field-${(numbers += 1)}`;
  const inputs = (field.options ?? [{ value: field.custom_id, label: "Yes", default: field.default }]).map((option) => {
    const input = el("input", { type: kind, name, value: option.value, checked: Boolean(option.default) });
    return [input, el("label", { class: "tick" }, input, el("span", {}, option.label, option.description ? el("span", { class: "option-description" }, option.description) : null))];
  });
  const chosen = () => inputs.filter(([input]) => input.checked).map(([input]) => input.value);
  values[field.custom_id] = () => (field.type === 22 ? chosen() : field.type === 23 ? chosen().length > 0 : chosen()[0] ?? null);
  return inputs.map(([, label]) => label);
}

function labelled(component, values) {
  const field = component.component;
  if (field.type === 4) return textInput(field, component.label, component.description, values);
  const about = [el("p", { class: "field-label" }, component.label, mark(field.required !== false && field.type !== 23)), component.description ? el("p", { class: "about" }, component.description) : null];
  if ([21, 22, 23].includes(field.type)) {
    return el("div", { class: "field", role: "group", "aria-label": component.label }, about, ticks(field, field.type === 21 ? "radio" : "checkbox", values));
  }
  if (field.type === 19) return el("div", { class: "field" }, about, el("p", { class: "about" }, "Files cannot be sent from this page."));
  let picked = (field.options ?? []).filter((option) => option.default).map((option) => option.value);
  values[field.custom_id] = () => picked;
  return el("div", { class: "field" }, about, select(field, (now) => { picked = now; }, { eager: true, label: component.label }));
}

function row(component, values) {
  if (component.type === 10) return markdown(component.content);
  if (component.type === 18) return labelled(component, values);
  const field = component.components[0];
  return textInput(field, field.label, null, values);
}

export function openModal(modal) {
  const values = {};
  const error = el("p", { class: "failed", role: "alert" });
  const submit = el("button", { type: "submit", class: "button primary" }, "Submit");
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el("h2", { id: "modal-title" }, modal.title),
    modal.components.map((component) => row(component, values)),
    error,
    el("div", { class: "dialog-buttons" }, el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"), submit),
  );
  const dialog = el("dialog", { id: "modal", class: "dialog", "aria-labelledby": "modal-title", "data-custom-id": modal.custom_id }, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-busy")) return;
    const wrong = form.querySelector(":invalid");
    if (wrong) {
      const label = form.querySelector(`label[for="${wrong.id}"]`)?.firstChild.textContent ?? "This field";
      error.textContent = `${label}: ${wrong.validationMessage}`;
      wrong.setAttribute("aria-invalid", "true");
      wrong.focus();
      return;
    }
    submit.setAttribute("aria-busy", "true");
    error.textContent = "";
    try {
      const filled = Object.fromEntries(Object.entries(values).map(([name, read]) => [name, read()]));
      const outcome = await post("modal", { modal, values: filled });
      if (outcome.kind !== "failed") {
        dialog.close();
        return;
      }
      error.textContent = "Something went wrong. Try again.";
    } catch (problem) {
      error.textContent = problem instanceof Refused ? problem.message : "Something went wrong. Try again.";
    } finally {
      submit.removeAttribute("aria-busy");
    }
  });
  form.addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input, textarea, .select")?.focus();
}

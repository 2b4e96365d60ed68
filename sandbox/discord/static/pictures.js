// Pictures that may fail to load, and files.

import { el, icon, PICTURE } from "/static/dom.js";

export function picture(media, description, { className = "picture", spoiler = false } = {}) {
  const alt = description || "Picture without a description";
  const image = el("img", { src: media.url, alt, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
  const frame = el("a", { class: className, href: media.url, target: "_blank", rel: "noopener noreferrer" }, image);
  image.addEventListener("error", () => {
    const text = description ? `Picture not available: ${description}` : "Picture not available";
    frame.replaceWith(el("span", { class: `${className} broken`, role: "img", "aria-label": text, title: text }, icon(PICTURE), el("span", { class: "broken-text" }, text)));
  });
  if (spoiler) {
    frame.classList.add("covered");
    frame.addEventListener("click", (event) => {
      if (frame.classList.contains("covered")) event.preventDefault();
      frame.classList.remove("covered");
    });
  }
  return frame;
}

export function attachment(file) {
  if (file.content_type?.startsWith("image/")) return picture(file, file.description ?? file.filename);
  return el(
    "a",
    { class: "file", href: file.url, download: file.filename, target: "_blank", rel: "noopener" },
    el("span", { class: "file-name" }, file.filename),
    file.size ? el("span", { class: "file-size" }, `${Math.ceil(file.size / 1024)} KB`) : null,
  );
}

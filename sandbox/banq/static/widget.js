// Inside the iframe: tells the page around it what has happened. That page may be of any origin.
const tell = (message) => window.parent.postMessage(message, "*");

if (document.body.dataset.message) {
  tell(JSON.parse(document.body.dataset.message));
}

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => tell({ type: "banq:close" }));
}

new ResizeObserver(() => tell({ type: "banq:height", height: document.body.offsetHeight })).observe(document.body);

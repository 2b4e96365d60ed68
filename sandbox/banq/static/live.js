// Keeps the page current: whenever something changes at Banq, it is fetched again and its main part replaced.
const main = document.querySelector("#main");

const localTime = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.textContent = localTime.format(new Date(time.dateTime));
  }
}

let shown = "";
let latest = 0;

async function refresh() {
  const mine = ++latest;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#main");
  if (mine !== latest || shown === fresh.innerHTML) {
    return;
  }
  shown = fresh.innerHTML;
  const focused = document.activeElement?.getAttribute("href");
  showLocalTimes(fresh);
  main.replaceChildren(...fresh.childNodes);
  if (focused) {
    main.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

showLocalTimes(main);
let changes;

// Browsers allow a site few connections at a time, so only the pages in view hold one.
function follow() {
  changes?.close();
  if (document.hidden) {
    return;
  }
  changes = new EventSource("/live");
  changes.addEventListener("open", refresh);
  changes.addEventListener("message", refresh);
}

document.addEventListener("visibilitychange", follow);
follow();

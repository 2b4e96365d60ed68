// Follows the session's state and shows the part of the page that belongs to it.

const POLL_MS = 1000;
const PATIENCE_MS = 10000;
const STEP_OF = { opened: 1, waiting: 2, open: 2, proven: 2, approved: 2, matched: 3, linked: 4 };
const ENDED = new Set(["linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused", "gone"]);

const session = document.getElementById("session");
const nonce = document.querySelector("script[nonce]").nonce;
const silenceMs = Number(session.dataset.heardWithinS) * 1000;
let shown = null;
let widgetIsOpen = false;
let approved = false;
let turnEnds = null;
// When we last asked and got an answer: the server has known since then, at the least, that we are here.
let lastAsked = Date.now();
let asking = false;
let coolsDownUntil = null;

function show(progress) {
  document.getElementById("place").textContent = progress.place ?? "";
  document.getElementById("wait").textContent = progress.wait ?? "";
  coolsDownUntil = progress.coolsDownInS ? Date.now() + progress.coolsDownInS * 1000 : null;
  showCoolDown();
  if (progress.state === shown) return;
  shown = progress.state;
  // Until the browser has proven itself, the page may not load Banq's script; the next one may.
  if (session.dataset.hasWidget === "false" && STEP_OF[shown] === 2) location.reload();
  const hadFocus = session.contains(document.activeElement);
  for (const section of session.querySelectorAll("[data-for]")) {
    section.hidden = section.dataset.for !== shown;
    // Whoever uses the keyboard goes on where the page does.
    if (hadFocus && !section.hidden) section.querySelector("h2").focus();
  }
  const now = STEP_OF[shown];
  document.querySelector(".steps").hidden = now === undefined;
  for (const step of document.querySelectorAll("[data-step]")) {
    const number = Number(step.dataset.step);
    step.classList.toggle("done", number < now);
    if (number === now) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  const code = progress.finishCode ?? "";
  const codeBox = document.getElementById("finish-code");
  if (codeBox) codeBox.textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  document.getElementById("holding").textContent = progress.holding ?? "";
  if (shown === "open") openWidget(progress);
  else closeWidget();
  // Banq's script leaves a token of the member in this origin's storage; it must not stay there.
  if (shown !== "open" && shown !== "approved") clearStorage();
}

function showCoolDown() {
  const left = coolsDownUntil ? Math.ceil((coolsDownUntil - Date.now()) / 1000) : 0;
  document.getElementById("cool-down").hidden = left <= 0;
  document.getElementById("again").disabled = left > 0;
  document.getElementById("cool-down-left").textContent = left > 90 ? inUnits(Math.ceil(left / 60), "minute") : inUnits(left, "second");
}

function inUnits(number, unit) {
  // The browser knows the words, in the page's language.
  const language = document.documentElement.lang;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(number);
}

function clearStorage() {
  localStorage.clear();
  sessionStorage.clear();
}

function openWidget({ platformId, turnEndsInS, referenceOption, reference }) {
  if (widgetIsOpen) return;
  widgetIsOpen = true;
  // Nothing that another window may have put there is for Banq's script to find.
  clearStorage();
  // Also without a connection to us: an approval after our turn could fall into somebody else's.
  turnEnds = setTimeout(closeWidget, turnEndsInS * 1000);
  const script = document.createElement("script");
  script.nonce = nonce;
  script.src = session.dataset.widgetUrl;
  script.onload = () => {
    if (!widgetIsOpen) return;
    const app = new window.ecommerceBanqWidget({
      selector: "#nft-link-banq",
      platformId,
      onPaymentSuccess: () => { approved = true; tell("approved"); },
      onPopUpClose: () => { if (!approved) tell("closed"); },
      ...(referenceOption ? { [referenceOption]: reference } : {}),
    });
    app.bootstrapApp();
  };
  script.onerror = () => { document.getElementById("not-loaded").hidden = false; };
  document.head.append(script);
}

function closeWidget() {
  widgetIsOpen = false;
  clearTimeout(turnEnds);
  document.getElementById("nft-link-banq").replaceChildren();
  document.getElementById("not-loaded").hidden = true;
}

async function tell(what) {
  try {
    const answer = await fetch(`/link/${what}`, { method: "POST", headers: { "X-CSRF-Token": session.dataset.csrf } });
    if (answer.status >= 500 || answer.status === 429) throw new Error("the server did not take it");
  } catch {
    // Told again: an approval must not be lost to a dropped connection or a restart.
    setTimeout(() => tell(what), POLL_MS);
    return;
  }
  await ask();
}

function hear(progress) {
  document.getElementById("offline").hidden = true;
  show(progress);
}

function missOne() {
  document.getElementById("offline").hidden = false;
  // We may have been given up, and the turn may be somebody else's by now.
  if (widgetIsOpen && Date.now() - lastAsked > silenceMs) {
    closeWidget();
    shown = null;
  }
}

async function ask() {
  const began = Date.now();
  asking = true;
  try {
    const answer = await fetch("/link/state", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) lastAsked = began;
    if (answer.status === 404) hear({ state: "gone" });
    else if (answer.ok) hear(await answer.json());
    else missOne();
  } catch {
    missOne();
  }
  asking = false;
}

async function poll() {
  await ask();
  if (!ENDED.has(shown)) setTimeout(poll, POLL_MS);
}

function follow() {
  const events = new EventSource("/link/events");
  let delivers = false;
  // Some proxies hold back what is streamed.
  setTimeout(() => {
    if (delivers || events.readyState === EventSource.CLOSED) return;
    events.close();
    poll();
  }, PATIENCE_MS);
  events.addEventListener("pulse", ask);
  events.onmessage = (event) => {
    delivers = true;
    hear(JSON.parse(event.data));
    if (ENDED.has(shown)) events.close();
  };
  events.onerror = async () => {
    // Ask meanwhile, and for good where nothing can be streamed.
    await ask();
    if (ENDED.has(shown)) events.close();
    else if (events.readyState === EventSource.CLOSED) setTimeout(follow, POLL_MS);
  };
}

document.getElementById("again").addEventListener("click", () => {
  approved = false;
  tell("again");
});
// A tab that was frozen in the background may have missed everything.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !ENDED.has(shown)) ask();
});
addEventListener("pagehide", clearStorage);
setInterval(() => {
  showCoolDown();
  // Our silence would look like a closed page, and theirs must be noticed.
  if (!asking && !ENDED.has(shown) && Date.now() - lastAsked > silenceMs / 2) ask();
}, POLL_MS);
show(JSON.parse(session.dataset.state));
if (!ENDED.has(shown)) follow();

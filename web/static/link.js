// Follows the session's state and shows the part of the page that belongs to it.

const POLL_MS = 1000;
const STEP_OF = { opened: 1, waiting: 2, open: 2, proven: 2, approved: 2, matched: 3, linked: 4 };
const ENDED = new Set(["linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused", "gone"]);

const session = document.getElementById("session");
const nonce = document.querySelector("script[nonce]").nonce;
const silenceMs = Number(session.dataset.heardWithinS) * 1000;
let shown = null;
let widgetIsOpen = false;
let approved = false;
let turnEnds = null;
let lastHeard = Date.now();
let coolsDownUntil = null;

function show(progress) {
  document.getElementById("place").textContent = progress.place ?? "";
  document.getElementById("wait").textContent = inWords(progress.waitS);
  coolsDownUntil = progress.coolsDownInS ? Date.now() + progress.coolsDownInS * 1000 : null;
  showCoolDown();
  if (progress.state === shown) return;
  shown = progress.state;
  // Until the browser has proven itself, the page may not load Banq's script; the next one may.
  if (session.dataset.hasWidget === "false" && STEP_OF[shown] > 1) location.reload();
  for (const section of session.querySelectorAll("[data-for]")) {
    section.hidden = section.dataset.for !== shown;
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
  const count = progress.nftCount;
  document.getElementById("nft-count").textContent = count === 1 ? "1 NFT" : `${count ?? 0} NFTs`;
  if (shown === "open") openWidget(progress);
  else closeWidget();
  // Banq's script leaves a token of the member in this origin's storage; it must not stay there.
  if (shown !== "open" && shown !== "approved") clearStorage();
}

function inWords(seconds) {
  if (seconds === null || seconds === undefined || seconds < 45) return "in less than a minute";
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? "in about a minute" : `in about ${minutes} minutes`;
}

function showCoolDown() {
  const left = coolsDownUntil ? Math.ceil((coolsDownUntil - Date.now()) / 1000) : 0;
  document.getElementById("cool-down").hidden = left <= 0;
  document.getElementById("again").disabled = left > 0;
  document.getElementById("cool-down-left").textContent = left > 90 ? `${Math.ceil(left / 60)} minutes` : `${left} seconds`;
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
  script.onerror = () => {
    document.getElementById("nft-link-banq").textContent =
      "Banq's sign-in could not be loaded. Check your connection or your content blocker, and reload this page.";
  };
  document.head.append(script);
}

function closeWidget() {
  widgetIsOpen = false;
  clearTimeout(turnEnds);
  document.getElementById("nft-link-banq").replaceChildren();
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
  lastHeard = Date.now();
  document.getElementById("offline").hidden = true;
  show(progress);
}

function missOne() {
  document.getElementById("offline").hidden = false;
  // We may have been given up, and the turn may be somebody else's by now.
  if (widgetIsOpen && Date.now() - lastHeard > silenceMs) {
    closeWidget();
    shown = null;
  }
}

async function ask() {
  try {
    const answer = await fetch("/link/state", { cache: "no-store" });
    if (answer.status === 404) hear({ state: "gone" });
    else if (answer.ok) hear(await answer.json());
    else missOne();
  } catch {
    missOne();
  }
}

function follow() {
  const events = new EventSource("/link/events");
  events.onmessage = (event) => {
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
setInterval(showCoolDown, POLL_MS);
show(JSON.parse(session.dataset.state));
if (!ENDED.has(shown)) follow();

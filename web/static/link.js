// Follows the session's state and shows the part of the page that belongs to it.

const POLL_MS = 1000;
const STEP_OF = { waiting: 2, open: 2, proven: 2, approved: 2, matched: 3, linked: 4 };
const ENDED = new Set(["linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused", "gone"]);

const session = document.getElementById("session");
const nonce = document.querySelector("script[nonce]").nonce;
let shown = null;
let widgetIsOpen = false;
let approved = false;
let turnEnds = null;

function show(progress) {
  document.getElementById("place").textContent = progress.place ?? "";
  if (progress.state === shown) return;
  shown = progress.state;
  for (const section of session.querySelectorAll("[data-for]")) {
    section.hidden = section.dataset.for !== shown;
  }
  for (const step of document.querySelectorAll("[data-step]")) {
    const number = Number(step.dataset.step);
    const now = STEP_OF[shown] ?? 0;
    step.classList.toggle("done", number < now);
    if (number === now) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  const code = progress.finishCode ?? "";
  document.getElementById("finish-code").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  const count = progress.nftCount;
  document.getElementById("nft-count").textContent = count === 1 ? "1 NFT" : `${count ?? 0} NFTs`;
  if (shown === "open") openWidget(progress.platformId, progress.turnEndsInS);
  else closeWidget();
  // Banq's script leaves a token of the member in this origin's storage; it must not stay there.
  if (shown !== "open" && shown !== "approved") {
    clearStorage();
  }
}

function clearStorage() {
  localStorage.clear();
  sessionStorage.clear();
}

function openWidget(platformId, turnEndsInS) {
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
    const app = new window.ecommerceBanqWidget({
      selector: "#nft-link-banq",
      platformId,
      onPaymentSuccess: () => { approved = true; tell("approved"); },
      onPopUpClose: () => { if (!approved) tell("closed"); },
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
    if (answer.status >= 500) throw new Error("the server did not take it");
  } catch {
    // Told again: an approval must not be lost to a dropped connection or a restart.
    setTimeout(() => tell(what), POLL_MS);
    return;
  }
  await refresh();
}

async function refresh() {
  const offline = document.getElementById("offline");
  try {
    const answer = await fetch("/link/state", { cache: "no-store" });
    show(answer.status === 404 ? { state: "gone" } : await answer.json());
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

async function follow() {
  await refresh();
  if (!ENDED.has(shown)) setTimeout(follow, POLL_MS);
}

document.getElementById("again").addEventListener("click", () => {
  approved = false;
  tell("again");
});
show(JSON.parse(session.dataset.state));
follow();

// Push for this browser: subscribes on a click, gives the subscription to Twinge, and says so again at every start,
// because browsers change subscriptions by themselves.
"use strict";

const box = document.getElementById("push");
const LAST = "twinge-endpoint";

if (box) {
  box.hidden = false;
  begin();
}

function begin() {
  const apple = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    tell(apple ? "ios" : "cannot", null);
    return;
  }
  start().catch(() => tell("failed", "turnOn"));
}

async function start() {
  const kept = await (await worker()).pushManager.getSubscription();
  if (Notification.permission === "denied") tell("denied", null);
  else if (kept === null) tell("off", "turnOn");
  else tell(...((await renewed(kept)) ? ["on", "turnOff"] : ["off", "turnOn"]));
}

async function renewed(kept) {
  const before = localStorage.getItem(LAST) ?? "";
  const { on } = await call("PUT", { subscription: plain(kept), instead: before === kept.endpoint ? "" : before })
    .then((answer) => answer.json())
    .catch((error) => (error.message === "400" ? { on: false } : Promise.reject(error))); // made for a key that is gone
  if (on) localStorage.setItem(LAST, kept.endpoint);
  return on;
}

async function turnOn() {
  const { pushManager } = await worker();
  const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
  const old = await pushManager.getSubscription();
  const fits = old !== null && plain(old).key === box.dataset.key;
  if (old !== null && !fits) await old.unsubscribe(); // a browser takes no second key beside the first
  const kept = fits ? old : await pushManager.subscribe(options);
  await call("POST", plain(kept));
  localStorage.setItem(LAST, kept.endpoint);
  location.reload();
}

async function turnOff() {
  const kept = await (await worker()).pushManager.getSubscription();
  if (kept !== null) {
    await call("DELETE", plain(kept));
    await kept.unsubscribe();
  }
  localStorage.removeItem(LAST);
  location.reload();
}

// `navigator.serviceWorker.ready` waits for ever where the page lies outside the scope; this names it.
async function worker() {
  const found = await navigator.serviceWorker.register(`${box.dataset.root}/sw.js`, { scope: box.dataset.root });
  if (found.active) return found;
  const coming = found.installing ?? found.waiting;
  await new Promise((done) => {
    coming.addEventListener("statechange", () => found.active && done());
    if (found.active) done();
  });
  return found;
}

async function call(method, body) {
  const answer = await fetch(`${box.dataset.root}/push`, {
    method,
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

// With the key that it was made for: a subscription outlives a change of Twinge's key.
function plain(kept) {
  const key = kept.options?.applicationServerKey;
  return key ? { ...kept.toJSON(), key: letters(new Uint8Array(key)) } : kept.toJSON();
}

function tell(state, action) {
  const button = document.getElementById("push-button");
  document.getElementById("push-state").textContent = box.dataset[state];
  document.getElementById("push-agree").hidden = action !== "turnOn";
  button.hidden = action === null;
  button.textContent = action ? box.dataset[action] : "";
  button.onclick = () => act(action === "turnOn" ? turnOn : turnOff);
}

async function act(deed) {
  const button = document.getElementById("push-button");
  button.disabled = true;
  try {
    await deed();
  } catch {
    tell(Notification.permission === "denied" ? "denied" : "failed", Notification.permission === "denied" ? null : "turnOn");
  }
  button.disabled = false;
}

function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function letters(raw) {
  return btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

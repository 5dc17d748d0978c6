// The service worker: shows each push, says that it was shown, and carries an answer back.
// A push is Declarative Web Push JSON, which Safari also shows without this script.
"use strict";

const ANSWERS = ["OK", "WHY", "PAIN"];
const HOME = new URL(self.registration.scope).href;
const ICON = `${HOME}/static/icon-192.png`;
const UNREADABLE = {
  de: "Es gibt eine Nachricht für dich.",
  es: "Hay un mensaje para ti.",
  fr: "Il y a un message pour toi.",
  en: "There is a message for you.",
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = read(event);
  event.waitUntil(show(told).then(() => Promise.all([confirm(told.data), tellPages()])));
});

// A push that shows nothing costs the subscription, so even what cannot be read is told of. Safari has read a
// declarative push itself by now and hands it over as the event's notification: https://github.com/w3c/push-api/pull/385
function read(event) {
  try {
    const told = event.data ? event.data.json().notification : event.notification;
    if (typeof told.body === "string") return told;
  } catch {
    // Fall through.
  }
  const language = navigator.language.slice(0, 2);
  return { title: "Twinge", body: UNREADABLE[language] ?? UNREADABLE.en };
}

function show(told) {
  const actions = Array.isArray(told.actions) ? told.actions : [];
  return self.registration.showNotification(told.title || "Twinge", {
    body: told.body,
    tag: told.tag,
    lang: told.lang,
    icon: ICON,
    image: told.image,
    navigate: told.navigate,
    data: { ...told.data, navigate: told.navigate },
    actions: actions.map(({ action, title }) => ({ action, title })),
  });
}

function confirm(data) {
  return data?.status && data.token ? post(data.status, { token: data.token, state: "shown" }).catch(() => {}) : undefined;
}

// Whoever has the page open need not wait for its next look.
async function tellPages() {
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage("shown");
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(answer(event.action, event.notification.data ?? {}));
});

async function answer(action, data) {
  if (!ANSWERS.includes(action) || !data.answer || !data.token) return open(data.navigate);
  const sent = post(data.answer, { token: data.token, answer: action });
  if (action === "PAIN") await Promise.allSettled([sent, open(data.navigate)]);
  else await sent.catch(() => open(data.navigate));
}

async function post(url, body) {
  const where = new URL(url, HOME);
  if (where.origin !== self.location.origin) throw new Error("another site");
  const headers = { "content-type": "application/json" };
  const reply = await fetch(where, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
  if (!reply.ok) throw new Error(`${reply.status}`);
}

async function open(url) {
  const wanted = new URL(url ?? HOME, HOME);
  const where = wanted.origin === self.location.origin ? wanted.href : HOME;
  const pages = await self.clients.matchAll({ type: "window" });
  const here = pages.find((page) => new URL(page.url).pathname === new URL(where).pathname);
  return here ? here.focus() : self.clients.openWindow(where);
}

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription: old, newSubscription }) {
  const options = old?.options;
  const kept = newSubscription ?? (options ? await self.registration.pushManager.subscribe(options) : null);
  if (!kept) return;
  const key = kept.options?.applicationServerKey;
  const subscription = key ? { ...kept.toJSON(), key: letters(new Uint8Array(key)) } : kept.toJSON();
  await fetch(`${HOME}/push`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subscription, instead: old?.endpoint ?? "" }),
  });
}

function letters(raw) {
  return btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

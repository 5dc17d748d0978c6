// Brings what Twinge answers onto the page without a reload. Without this script there is a link that loads it anew.
"use strict";

const said = document.getElementById("said");
const SOON = [500, 700, 1000, 1500, 2000, 3000, 5000, 5000, 10000];
const LATER = 60000;
let next = "awaited" in said.dataset ? 0 : SOON.length;
let timer;

function wait() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, SOON[next] ?? LATER);
}

async function look() {
  next += 1;
  try {
    const answer = await fetch(said.dataset.page, { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 403) return; // the visit is over: the next click says so
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Offline: the next look will tell.
  }
  wait();
}

function show(page) {
  if (swap("said", page)) document.getElementById("done").textContent = said.dataset.news;
  swap("question", page);
}

function swap(id, page) {
  const here = document.getElementById(id);
  const there = page.getElementById(id);
  const changed = there !== null && here.textContent.replace(/\s+/g, " ") !== there.textContent.replace(/\s+/g, " ");
  if (changed) {
    const unfolded = here.querySelector("details")?.open;
    here.replaceChildren(...there.childNodes);
    if (unfolded) here.querySelector("details")?.setAttribute("open", "");
  }
  return changed;
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
navigator.serviceWorker?.addEventListener("message", look);
navigator.serviceWorker?.startMessages();
wait();

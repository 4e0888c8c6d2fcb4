// Keeps the section `#live` up to date while it says `data-live`, and says nothing of it to a screen reader but its
// headline. Without a script the page is the same, as of when it was opened.
"use strict";
const EVERY = 3000; // milliseconds
async function refresh() {
  const live = document.getElementById("live");
  if (!live || !("live" in live.dataset)) return;
  if (!document.hidden && !live.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!answer.ok || !fresh) return;
      if (!("live" in fresh.dataset)) return location.reload();
      live.replaceChildren(...fresh.childNodes);
    } catch { /* the next time */ }
  }
  setTimeout(refresh, EVERY);
}
setTimeout(refresh, EVERY);

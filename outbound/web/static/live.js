/* Keeps a page live: fetches its parts every few seconds and swaps those that have changed.
   A part that somebody works in (a field with the focus, an open fold) stays as it is until they are done. */
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  const every = Number(live.dataset.every) * 1000;
  const longest = 60000;
  const says = document.getElementById("live-siger");
  let wait = every;
  let timer = 0;
  let asking = false;

  const say = (text) => {
    if (says.textContent !== text) says.textContent = text;
  };

  const inUse = (part) =>
    part.querySelector("details[open]") !== null ||
    (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));

  const place = (part, one) => [...part.querySelectorAll("a, button, summary")].indexOf(one);

  const swap = (part, fresh) => {
    if (part.outerHTML === fresh.outerHTML || inUse(part)) return;
    const had = part.contains(document.activeElement) ? document.activeElement : null;
    const like = had && [...fresh.querySelectorAll("a, button, summary")].find((one) => one.outerHTML === had.outerHTML);
    const next = like || (had && fresh.querySelectorAll("a, button, summary")[place(part, had)]);
    part.className = fresh.className;
    part.replaceChildren(...fresh.childNodes);
    if (next) next.focus({ preventScroll: true });
  };

  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of live.querySelectorAll("[data-part]")) {
      const other = fresh.getElementById(part.id);
      if (other) swap(part, document.adoptNode(other));
    }
    for (const id of ["live-naar", "live-hoer"]) {
      const now = document.getElementById(id);
      const then = fresh.getElementById(id);
      if (now && then && now.textContent !== then.textContent) now.textContent = then.textContent;
    }
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  };

  const failed = () => {
    wait = Math.min(wait * 2, longest);
    say(`Routeren svarer ikke. Tallene er ikke nye; der prøves igen om ${Math.round(wait / 1000)} sekunder.`);
  };

  const ask = async () => {
    if (document.hidden || asking) return;
    asking = true;
    try {
      const options = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(20000) };
      const answer = await fetch(live.dataset.live, options);
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        wait = longest;
        say("Du er logget ud. Tallene er ikke nye; log ind igen for at følge med.");
      } else if (answer.ok) {
        show(await answer.text());
        wait = every;
        say("");
      } else {
        failed();
      }
    } catch {
      failed();
    }
    asking = false;
    later();
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else ask();
  });
  later();
})();

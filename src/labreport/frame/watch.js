// Loads the page again after each build; `labreport watch` adds this to the page that it serves.
"use strict";

(() => {
  const KEY = "labreport opened";
  for (const [place, details] of document.querySelectorAll("main details").entries()) {
    details.open ||= (sessionStorage.getItem(KEY) ?? "").split(" ").includes(String(place));
  }
  addEventListener("pagehide", () => {
    const all = [...document.querySelectorAll("main details")];
    sessionStorage.setItem(KEY, all.flatMap((each, place) => (each.open ? [place] : [])).join(" "));
  });
  new EventSource("/events").addEventListener("message", () => location.reload());
})();

// Loads the page again after each build, and shows what the last one changed: beside a number what it was, and which
// claims it felled. `labreport watch` adds this to the page that it serves.
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

  const read = (name) => JSON.parse(document.getElementById(name)?.textContent ?? "{}");
  const { was, fallen } = read("changes");
  for (const number of document.querySelectorAll("main data[data-q]")) {
    const before = was[number.dataset.q];
    if (before && before !== number.textContent) {
      number.classList.add("changed");
      const note = document.createElement("span");
      note.className = "was";
      note.textContent = ` (was ${before})`;
      number.after(note);
    }
  }
  const claims = read("claims");
  for (const sentence of document.querySelectorAll("main .fails[data-claim]")) {
    const claim = claims[sentence.dataset.claim];
    if (claim && fallen.some(([file, line]) => file === claim.file && line === claim.line)) {
      sentence.querySelector(".verdict").textContent = "New: does not hold:";
    }
  }

  new EventSource("/events").addEventListener("message", () => location.reload());
})();

// What the reader unfolded stays so when the page is loaded again, in this tab.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const KEY = `unfolded ${location.pathname}`;
  const all = [...document.querySelectorAll("main details")];
  const name = (details) => {
    const place = details.closest("[id]")?.id ?? "";
    const near = all.filter((each) => (each.closest("[id]")?.id ?? "") === place);
    return `${place} ${near.indexOf(details)}`;
  };
  const kept = () => {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(KEY)) ?? []);
    } catch {
      return new Set(); // a page opened from disk may have no storage
    }
  };
  const keep = () => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(all.filter((each) => each.open).map(name)));
    } catch {
      // then it lasts as long as the page is open
    }
  };

  const open = kept();
  for (const details of all) {
    details.open ||= open.has(name(details));
    details.addEventListener("toggle", keep);
  }
});

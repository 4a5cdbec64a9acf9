// The link at each heading and figure, copied at a click.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // the link is followed instead, and the address bar shows it
    }
  };

  const status = document.createElement("p");
  status.className = "status";
  status.setAttribute("role", "status");
  document.querySelector("main").append(status);

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.permalink");
    if (!link) {
      return;
    }
    if (await copied(link.href)) {
      status.textContent = "Link copied";
      link.dataset.copied = "";
      setTimeout(() => {
        status.textContent = "";
        delete link.dataset.copied;
      }, 2000);
    }
  });
});

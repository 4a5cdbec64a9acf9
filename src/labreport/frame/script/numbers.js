// Each number of the page, chosen by a click, or by the keyboard while "Check numbers" is on: where it comes
// from, and the same computed again in this browser. The data are in the page; nothing is asked for.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const { Panel, element } = NumberPanel;
  const NUMBERS = "main data[data-source]";
  const packed = document.getElementById("evidence");
  if (!packed || typeof DecompressionStream === "undefined") {
    return;
  }

  let evidence = null;
  const unpacked = () => {
    evidence ??= (async () => {
      const bytes = Uint8Array.from(atob(packed.textContent.trim()), (letter) => letter.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return new Evidence.Document(await new Response(stream).json());
    })();
    return evidence;
  };

  // The panel beside the text: not modal, so that another number can be chosen while it is open.
  const title = element("h2", "", { id: "proof-title", tabindex: "-1" });
  const close = element("button", "Close", { type: "button" });
  const body = element("div");
  const panel = element("dialog", [element("div", [title, close], { class: "head" }), body], {
    class: "proof",
    "aria-labelledby": "proof-title",
  });
  document.body.append(panel);
  let chosen = null;
  const leave = () => {
    panel.close();
    chosen?.classList.remove("chosen");
    chosen?.focus({ preventScroll: true });
    chosen = null;
  };
  const show = async (address, number = null) => {
    const shown = new Panel(await unpacked(), (other) => show(other));
    if (number) {
      chosen?.classList.remove("chosen");
      chosen = number;
      chosen.classList.add("chosen");
    }
    title.textContent = number ? number.textContent : address.slice(address.indexOf("#") + 1);
    body.replaceChildren(...shown.content(address, number));
    panel.open || panel.show();
    panel.scrollTop = 0;
    title.focus({ preventScroll: true });
    const [of, over] = [chosen?.getBoundingClientRect(), panel.getBoundingClientRect()];
    if (of && of.bottom > over.top && of.right > over.left && of.left < over.right) {
      scrollBy(0, of.bottom - over.top + 16);
    }
  };
  close.addEventListener("click", leave);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      leave();
    }
  });

  const free = (number) => !number.closest("a, button, summary, label");
  document.addEventListener("click", ({ target }) => {
    const number = target.closest?.(NUMBERS) ?? target.closest?.(".formula")?.querySelector(NUMBERS);
    if (number && free(number) && getSelection().isCollapsed) {
      show(number.dataset.source, number);
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(`${NUMBERS}[role="button"]`)) {
      event.preventDefault();
      show(event.target.dataset.source, event.target);
    }
  });

  // The switch by which each number is a button that the keyboard reaches, and all are computed again.
  const switched = element("button", "Check numbers", { type: "button", "aria-pressed": "false" });
  const status = element("p", "", { class: "checked", role: "status" });
  const count = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");
  const all = async () => {
    const document_ = await unpacked();
    const { numbers, findings, differences } = document_.all();
    const printed = [...document.querySelectorAll(NUMBERS)].filter((number) => {
      const item = document_.item(number.dataset.source);
      return item && new Panel(document_).differsFromPage(item, number);
    });
    const differ = new Set([...differences.map(({ place }) => place), ...printed.map((each) => each.dataset.source)]);
    const bad = differ.size ? `${count(differ.size)} differ: ${[...differ].slice(0, 5).join(", ")}` : "0 differ";
    status.textContent = `${count(numbers)} numbers and ${count(findings)} findings computed again in this browser: ${bad}. Choose a number to see its data.`;
  };
  switched.addEventListener("click", () => {
    const on = switched.getAttribute("aria-pressed") === "false";
    switched.setAttribute("aria-pressed", String(on));
    for (const number of document.querySelectorAll(NUMBERS)) {
      if (free(number)) {
        number[on ? "setAttribute" : "removeAttribute"]("role", "button");
        number[on ? "setAttribute" : "removeAttribute"]("tabindex", "0");
      }
    }
    status.textContent = "";
    if (on) {
      all();
    }
  });
  const told = "Click a number to see where it comes from, and to compute it again in this browser.";
  document.querySelector(".title .files")?.after(element("p", told, { class: "checked" }));
  const tools = document.querySelector("nav.contents .tools");
  tools.append(switched);
  tools.after(status);
});

// Search within the page: headings first, then answers, captions, definitions and text; "/" goes to the field.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const MOST = 12;
  const KINDS = ["main h1, main h2, main h3, main h4", ".answer", "figcaption, caption", "main dt", "main p, main li, main dd, main td"];
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  // The heading that an element is under, and where a link to it leads.
  const placeOf = (element) => {
    const holder = element.closest("figure, article, section");
    const heading = holder?.querySelector("figcaption .label, h2, h3")?.cloneNode(true);
    heading?.querySelectorAll(".permalink").forEach((each) => each.remove());
    const target = element.closest('[id]:not([id^="heading-"])');
    return { heading: heading?.textContent.trim().replace(/\s+/g, " ") ?? "", target };
  };
  const textOf = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".permalink, button, .label").forEach((each) => each.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };

  let index = null;
  const entries = () => {
    const seen = new Set();
    index ??= KINDS.flatMap((selector, rank) =>
      [...document.querySelectorAll(selector)]
        .filter((element) => !element.closest(".figure-data, .cite, .glance, details:not([open])"))
        .map((element) => {
          const text = textOf(element);
          return { element, rank, text, sought: plain(text), ...placeOf(element) };
        }),
    ).filter(({ text, target }) => {
      const fresh = target && text && !seen.has(`${target.id} ${text}`);
      seen.add(`${target?.id} ${text}`);
      return fresh;
    });
    return index;
  };

  const excerpt = (text, words) => {
    const first = Math.max(0, Math.min(...words.map((word) => plain(text).indexOf(word)).filter((at) => at >= 0)));
    const start = first < 40 ? 0 : text.lastIndexOf(" ", first - 25) + 1;
    const rest = text.slice(start);
    const cut = rest.length > 110 ? `${rest.slice(0, 110).replace(/\s\S*$/, "")}\u2026` : rest;
    return `${start ? "\u2026" : ""}${cut}`;
  };
  const marked = (text, words) => {
    const parts = document.createDocumentFragment();
    const sought = plain(text);
    let at = 0;
    while (at < text.length && sought.length === text.length) {
      const next = words
        .map((word) => [sought.indexOf(word, at), word.length])
        .filter(([place]) => place >= 0)
        .sort((one, other) => one[0] - other[0])[0];
      if (!next) {
        break;
      }
      const word = document.createElement("mark");
      word.textContent = text.slice(next[0], next[0] + next[1]);
      parts.append(text.slice(at, next[0]), word);
      at = next[0] + next[1];
    }
    parts.append(text.slice(at));
    return parts;
  };

  // The words in the place itself, without touching its elements.
  const mark = new CSSStyleSheet();
  mark.replaceSync("::highlight(found) { background-color: var(--mark); }");
  const highlight = (element, words) => {
    if (!CSS.highlights) {
      return;
    }
    document.adoptedStyleSheets = [mark];
    const ranges = [];
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const sought = plain(walk.currentNode.data);
      for (const word of words) {
        for (let at = sought.indexOf(word); at >= 0; at = sought.indexOf(word, at + word.length)) {
          if (at + word.length <= walk.currentNode.length) {
            const range = new Range();
            range.setStart(walk.currentNode, at);
            range.setEnd(walk.currentNode, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Search this report";
  field.setAttribute("aria-label", "Search this report");
  field.setAttribute("aria-describedby", "search-count");
  const box = document.createElement("search");
  box.className = "search";
  box.append(field);
  const found = document.createElement("div");
  found.className = "found";
  const count = document.createElement("p");
  count.id = "search-count";
  count.setAttribute("role", "status");
  const list = document.createElement("ol");
  found.append(count, list);

  const look = () => {
    const words = plain(field.value).split(/\s+/).filter((word) => word.length > 1);
    CSS.highlights?.delete("found");
    list.replaceChildren();
    count.textContent = "";
    if (!words.length) {
      return;
    }
    const hits = entries().filter(({ sought }) => words.every((word) => sought.includes(word)));
    hits.sort((one, other) => one.rank - other.rank);
    const more = hits.length > MOST ? `, the first ${MOST} are shown` : "";
    count.textContent = hits.length ? `${hits.length} found${more}` : "Nothing found";
    for (const { element, text, heading, target } of hits.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = `#${target.id}`;
      const title = document.createElement("b");
      title.append(marked(heading || text, words));
      link.append(title);
      if (heading && !heading.endsWith(text)) {
        const line = document.createElement("span");
        line.append(marked(excerpt(text, words), words));
        link.append(line);
      }
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.pushState(null, "", link.href);
        highlight(element, words);
        element.scrollIntoView({ block: "center" });
      });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
  };
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      look();
    } else if (event.key === "Enter") {
      list.querySelector("a")?.click();
    } else if (event.key === "ArrowDown") {
      list.querySelector("a")?.focus();
      event.preventDefault();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea") && !event.ctrlKey && !event.metaKey) {
      field.focus();
      event.preventDefault();
    }
  });

  const tools = document.querySelector("nav.contents .tools");
  tools.append(box);
  tools.after(found);
});

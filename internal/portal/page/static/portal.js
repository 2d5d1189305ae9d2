// The portal's only script. All pages work without it. It updates a page that waits for something while the page is
// visible, and makes the buttons that copy.
"use strict";

(() => {
  const MAX_DELAY = 120_000;
  let etag = "";
  let delay = 0;
  let timer = 0;

  // interval returns how often a document wants to be updated, in milliseconds, or 0.
  const interval = (doc) => 1000 * Number(doc.querySelector("[data-poll]")?.dataset.poll ?? 0);

  // morph makes a node like another one and leaves alone what is equal, so that focus, reading position and open details
  // stay.
  function morph(from, to) {
    if (from.nodeName !== to.nodeName || from.id !== to.id) {
      from.replaceWith(to.cloneNode(true));
      return;
    }
    if (from.nodeName === "NOSCRIPT") return;
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    morphAttributes(from, to);
    const old = [...from.childNodes];
    const wanted = [...to.childNodes];
    wanted.forEach((node, i) => (old[i] ? morph(old[i], node) : from.append(node.cloneNode(true))));
    old.slice(wanted.length).forEach((node) => node.remove());
  }

  function morphAttributes(from, to) {
    const kept = (name) => name === "open" || (name === "class" && from.matches("button"));
    for (const { name } of [...from.attributes]) {
      if (!kept(name) && !to.hasAttribute(name)) from.removeAttribute(name);
    }
    for (const { name, value } of [...to.attributes]) {
      if (!kept(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
  }

  // update fetches the page again and shows what changed.
  async function update() {
    clearTimeout(timer);
    if (document.hidden) return;
    let wait;
    try {
      wait = await fetchPage();
    } catch {
      wait = Math.min(delay * 2, MAX_DELAY);
    }
    if (wait > 0) schedule(wait);
  }

  // fetchPage returns when to update again, in milliseconds: 0 is never.
  async function fetchPage() {
    const response = await fetch(location.href, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    if (response.status === 304) return Math.min(delay * 1.25, Math.max(interval(document), 15_000));
    if (response.status === 429 || response.status >= 500) return Math.min(delay * 2, MAX_DELAY);
    if (!response.ok || response.redirected) {
      location.reload();
      return 0;
    }
    etag = response.headers.get("ETag") ?? "";
    const doc = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = interval(doc);
    offerCopying(doc);
    morph(document.querySelector("main"), doc.querySelector("main"));
    document.title = doc.title;
    return next;
  }

  function schedule(wait) {
    delay = wait;
    clearTimeout(timer);
    timer = setTimeout(update, wait);
  }

  // offerCopying shows the buttons that copy a field, and adds one to each value of a guide.
  function offerCopying(doc) {
    if (!navigator.clipboard) return;
    for (const button of doc.querySelectorAll("[data-copies][hidden]")) button.hidden = false;
    for (const value of doc.querySelectorAll(".guide-copy[data-copy]")) {
      if (!value.closest(".guide-check") && !value.nextElementSibling?.matches(".copy-value")) value.after(newCopyButton(doc, value.dataset.copy));
    }
  }

  function newCopyButton(doc, value) {
    const button = doc.createElement("button");
    button.type = "button";
    button.className = "copy-value";
    button.dataset.value = value;
    button.setAttribute("aria-label", `${doc.querySelector("main").dataset.copyLabel} ${value}`);
    button.append(doc.querySelector("#copy-icon").content.cloneNode(true));
    return button;
  }

  // copy copies what a button is for, and says so for a moment.
  async function copy(button) {
    const { value, copies } = button.dataset;
    await navigator.clipboard.writeText(value ?? document.getElementById(copies).value);
    const said = document.querySelector("#copied");
    said.textContent = document.querySelector("main").dataset.copiedLabel;
    button.classList.add("done");
    setTimeout(() => {
      button.classList.remove("done");
      said.textContent = "";
    }, 2500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies], .copy-value");
    if (button) copy(button);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && interval(document) > 0) update();
  });

  offerCopying(document);
  if (interval(document) > 0) schedule(interval(document));
})();

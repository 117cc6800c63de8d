// The focus is never lost. What had it and was drawn anew has it again; where that is gone, what is nearest to it, or at
// last the box.
"use strict";

const focusing = (() => {
  const find = (selector) => document.querySelector(selector);
  const touch = matchMedia("(pointer: coarse)");

  // A box that gets the focus by itself would bring up a phone's keyboard.
  function home() {
    find(touch.matches ? "#log" : "#message textarea")?.focus({ preventScroll: true });
  }

  let held = null;
  let next = null;

  // Where the focus goes when what has it now is gone.
  function pass(selector) {
    next = selector;
  }

  const isShown = (element) => Boolean(element?.isConnected && element.checkVisibility({ visibilityProperty: true }));
  const at = (list, number) => [...list][number] ?? null;

  // In the order of preference; what is not there is null. What was taken away is still whole, outside of the page.
  function* successors(lost) {
    const { action } = lost.dataset;
    if (next) yield find(next);
    if (action) yield find(`[data-action="${CSS.escape(action)}"]`);
    yield* inList(lost);
    yield* inLog(lost, action ? JSON.parse(action).message : null);
  }

  // A line's own menu or link, else that of the line that has come up to its place.
  function* inList(lost) {
    const list = lost.closest("nav");
    if (!list) return;
    if (lost.closest(".choosing")) yield find("#conversations [data-choose=start]");
    if (lost.closest(".shelf")) yield find("#conversations .shelf button");
    const before = [...list.querySelectorAll("li")];
    const now = [...document.querySelectorAll(`${list.dataset.shelf ? "#conversations" : "#found"} li`)];
    const line = lost.closest("li");
    const address = (each) => each.querySelector("a")?.getAttribute("href");
    const same = line && now.find((each) => address(each) === address(line));
    if (same) yield lost.closest("details") && same.querySelector("summary");
    if (same) yield same.querySelector("a");
    const place = line ? before.indexOf(line) : before.length;
    yield at(now, Math.min(place, now.length - 1))?.querySelector("a");
    yield find("#new-chat");
  }

  // The same button of the same message, or of the one that is there now.
  function* inLog(lost, message) {
    const article = lost.closest("article[data-message]");
    if (!article) return;
    const among = article.parentElement ? [...article.parentElement.querySelectorAll("article")].indexOf(article) : -1;
    const piece = article.parentElement?.dataset.conversation === undefined ? "#older" : "#history";
    const ids = [message, article.dataset.message].filter(Boolean);
    const name = lost.getAttribute("aria-label") ?? lost.textContent;
    const here = [...ids.map((id) => find(`#log [data-message="${CSS.escape(id)}"]`)), at(document.querySelectorAll(`${piece} article`), among)];
    for (const one of here.filter(Boolean)) {
      if (lost === article) yield one;
      const buttons = [...one.querySelectorAll("footer button, footer summary")];
      yield buttons.find((button) => (button.getAttribute("aria-label") ?? button.textContent) === name);
      if (lost.closest(".versions")) yield one.querySelector(".versions button");
    }
  }

  function look() {
    const lost = held;
    if (!lost || isShown(lost) || ![document.body, lost, null].includes(document.activeElement)) return;
    const successor = [...successors(lost)].find(isShown);
    if (!successor) return home();
    successor.focus({ preventScroll: true });
    successor.scrollIntoView({ block: "nearest" });
  }

  // Once everything that changes now has changed.
  let isLooking = false;
  function lookSoon() {
    if (isLooking || !held) return;
    isLooking = true;
    requestAnimationFrame(() => {
      isLooking = false;
      look();
    });
  }

  document.addEventListener("focusin", (event) => {
    held = event.target;
    next = null;
  });
  document.addEventListener("focusout", lookSoon);
  document.addEventListener("toggle", lookSoon, true);
  // Who points beside everything gives it away; who presses what has it already is told by no event of the focus.
  document.addEventListener("pointerdown", () => (held = next = null), true);
  document.addEventListener("click", () => {
    if (document.activeElement !== document.body) held = document.activeElement;
  }, true);
  new MutationObserver(lookSoon).observe(document.documentElement, { childList: true, subtree: true });

  return { home, pass };
})();

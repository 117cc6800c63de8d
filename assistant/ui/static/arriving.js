// Gradio draws the page piece by piece, and what is folded away not before it is opened: a script begins when all that it
// works on is there. Loaded before the other scripts, which share it by its name.
"use strict";

const whenThere = (() => {
  const waiting = new Set();
  let isLooking = false;

  function look() {
    isLooking = false;
    for (const script of waiting) {
      if (!script.selectors.every((selector) => document.querySelector(selector))) continue;
      waiting.delete(script);
      script.begin();
    }
    if (waiting.size === 0) watch.disconnect();
  }

  // Once a frame at most, and never on a page where nothing changes.
  function lookSoon() {
    if (!isLooking) requestAnimationFrame(look);
    isLooking = true;
  }

  const watch = new MutationObserver(lookSoon);

  return (selectors, begin) => {
    waiting.add({ selectors, begin });
    watch.observe(document, { childList: true, subtree: true });
    lookSoon();
  };
})();

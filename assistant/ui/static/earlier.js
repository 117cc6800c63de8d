// Earlier messages of a long conversation come above those that are being read, which stay where they are.
"use strict";

(() => {
  // What is out of view has only a guessed height: the message is held until those above it have been drawn.
  const HELD = 500;
  function hold(article, top) {
    const began = performance.now();
    let held = true;
    for (const own of ["wheel", "touchmove", "keydown"]) addEventListener(own, () => (held = false), { once: true, passive: true });
    const again = () => {
      if (!held || !article.isConnected) return;
      scrollBy(0, article.getBoundingClientRect().top - top);
      if (performance.now() < began + HELD) requestAnimationFrame(again);
    };
    again();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-earlier]");
    const reading = button && document.querySelector("#log .messages article");
    if (!reading) return;
    const top = reading.getBoundingClientRect().top;
    const log = document.querySelector("#log");
    const drawn = new MutationObserver(() => {
      const again = log.querySelector(`[data-message="${CSS.escape(reading.dataset.message)}"]`);
      if (!again || again === reading) return;
      drawn.disconnect();
      hold(again, top);
      (log.querySelector("[data-earlier]") || again.querySelector("button"))?.focus({ preventScroll: true });
    });
    drawn.observe(log, { childList: true, subtree: true });
    setTimeout(() => drawn.disconnect(), 10000);
  });
})();

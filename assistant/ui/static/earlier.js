// Earlier messages of a long conversation come above those that are being read, which stay where they are.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-earlier]");
  const reading = button && document.querySelector("#history article");
  if (!reading) return;
  const top = reading.getBoundingClientRect().top;
  const log = document.querySelector("#log");
  const drawn = new MutationObserver(() => {
    const again = log.querySelector(`[data-message="${CSS.escape(reading.dataset.message)}"]`);
    if (!again || again === reading) return;
    drawn.disconnect();
    scrollBy(0, again.getBoundingClientRect().top - top);
    (log.querySelector("[data-earlier]") || again.querySelector("button"))?.focus({ preventScroll: true });
  });
  drawn.observe(log, { childList: true, subtree: true });
  setTimeout(() => drawn.disconnect(), 10000);
});

// What the server has to know of this browser: its clock, and the language that was chosen on the page. Pages of shares have
// it too.
"use strict";

(() => {
  // In a frame of another site only a partitioned cookie is kept, and that one only over HTTPS.
  const KEPT = "; Path=/; Max-Age=34560000" + (location.protocol === "https:" ? "; SameSite=None; Secure; Partitioned" : "; SameSite=Lax");
  // `Intl` loads its language first: 30 ms before Gradio's own scripts begin.
  const zone = globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${encodeURIComponent(zone)}${KEPT}`;

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-language]");
    if (!choice || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.cookie = `language=${choice.dataset.language}${KEPT}`;
    location.reload();
  });
})();

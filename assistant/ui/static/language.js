// What the server has to know of this browser: its clock, and the language that was chosen on the page. And Gradio's own
// words, which it does not translate, in ours.
"use strict";

(() => {
  // In a frame of another site only a partitioned cookie is kept, and that one only over HTTPS.
  const KEPT = "; Path=/; Max-Age=34560000" + (location.protocol === "https:" ? "; SameSite=None; Secure; Partitioned" : "; SameSite=Lax");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${encodeURIComponent(zone)}${KEPT}`;

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-language]");
    if (!choice || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.cookie = `language=${choice.dataset.language}${KEPT}`;
    location.reload();
  });

  const NUMBER = "number input for ";
  const SLIDER = "range slider for ";
  function rename(words) {
    const own = `[aria-label="Reset to default value"], [aria-label^="${NUMBER}"], [aria-label^="${SLIDER}"]`;
    for (const control of document.querySelectorAll(own)) {
      const said = control.getAttribute("aria-label");
      const named = (sentence, prefix) => sentence.replace("{name}", said.slice(prefix.length));
      let label = words.reset;
      if (said.startsWith(NUMBER)) label = named(words.number, NUMBER);
      if (said.startsWith(SLIDER)) label = named(words.slider, SLIDER);
      control.setAttribute("aria-label", label);
    }
  }

  // Gradio makes what is folded away only when it is opened.
  whenThere(["nav.languages[data-reset]", "#settings"], () => {
    const words = document.querySelector("nav.languages").dataset;
    rename(words);
    new MutationObserver(() => rename(words)).observe(document.querySelector("#settings"), { childList: true, subtree: true });
  });
})();

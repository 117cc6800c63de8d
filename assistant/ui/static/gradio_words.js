// Gradio's own words, which it does not translate, in ours.
"use strict";

(() => {
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

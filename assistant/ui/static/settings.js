// What Gradio leaves unsaid of the button that opens the settings: whether they are open. Its arrow is no word.
"use strict";

(() => {
  function begin() {
    const button = document.querySelector("#settings > .label-wrap");
    if (!button) return requestAnimationFrame(begin);
    button.querySelector(".icon").setAttribute("aria-hidden", "true");
    const tell = () => button.setAttribute("aria-expanded", button.classList.contains("open"));
    new MutationObserver(tell).observe(button, { attributeFilter: ["class"] });
    tell();
  }
  begin();
})();

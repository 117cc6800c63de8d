// What Gradio leaves unsaid of the button that opens the settings, to assistive technology and to our sheets: whether they are
// open. Its arrow is no word. Where their panel lies over the conversation, they close as a menu does: with Escape, and when
// something else is used.
"use strict";

(() => {
  const over = matchMedia("(max-width: 1099px)");
  const BUTTON = "#settings > .label-wrap";
  const button = () => document.querySelector(BUTTON);
  const isOpen = () => Boolean(button()?.classList.contains("open"));
  const isBeside = (target) => !target.closest("#settings, dialog");

  whenThere([BUTTON], () => {
    button().querySelector(".icon").setAttribute("aria-hidden", "true");
    const tell = () => {
      button().setAttribute("aria-expanded", isOpen());
      document.documentElement.classList.toggle("settings-open", isOpen());
    };
    new MutationObserver(tell).observe(button(), { attributeFilter: ["class"] });
    tell();
  });

  // The pointer's own press moves the focus before it is a click.
  let isPointing = false;
  for (const [kind, now] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    addEventListener(kind, () => (isPointing = now), { capture: true, passive: true });
  }
  document.addEventListener("focusin", (event) => {
    if (!isPointing && over.matches && isOpen() && isBeside(event.target)) button().click();
  });
  // Beside the panel a click only closes it: it comes to no other script.
  addEventListener("click", (event) => {
    if (!event.isTrusted || !over.matches || !isOpen() || !isBeside(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    button().click();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen() || isBeside(event.target)) return;
    event.preventDefault();
    button().click();
    button().focus();
  });
})();

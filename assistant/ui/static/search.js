// Looks for what is typed, a moment after the last key, and goes to the message that was found.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const TYPING = 200;
  const SETTLING = 700;
  const PATIENCE = 10000;
  const MARKED = 3000;

  let asking = 0;
  function ask(delay, length) {
    clearTimeout(asking);
    asking = setTimeout(() => {
      const [text, kept, time] = ["text", "kept", "time"].map((name) => find(`#search [name=${name}]`).value);
      hidden.write("query", JSON.stringify({ text, kept, time, ...(length ? { length } : {}) }));
      hidden.press("look");
    }, delay);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("#search [name=text]")) ask(event.target.value ? TYPING : 0);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#search select")) ask(0);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("#search [name=text]")) return;
    if (event.key === "Enter") ask(0);
    if (event.key === "Escape") {
      event.target.value = "";
      ask(0);
    }
  });

  // The conversation comes in more than one piece, and is otherwise shown at its end: held in view until it is whole.
  let going = 0;
  function goTo(message) {
    clearInterval(going);
    const began = performance.now();
    let seen = 0;
    const stop = () => clearInterval(going);
    going = setInterval(() => {
      const now = performance.now();
      const article = find(`#log [data-message="${CSS.escape(message)}"]`);
      if (article) {
        seen ||= now;
        article.scrollIntoView({ block: "start" });
        mark(article);
      }
      if (now > (seen ? seen + SETTLING : began + PATIENCE)) stop();
    }, 50);
    for (const own of ["wheel", "touchmove", "keydown"]) addEventListener(own, stop, { once: true, passive: true });
  }

  function mark(article) {
    if (article.classList.contains("is-found")) return;
    for (const other of document.querySelectorAll("#log .is-found")) other.classList.remove("is-found");
    article.classList.add("is-found");
    setTimeout(() => article.classList.remove("is-found"), MARKED);
  }

  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-search-more]");
    if (more) ask(0, Number(more.dataset.searchMore));
    const found = event.target.closest("[data-found]");
    if (found && !event.ctrlKey && !event.metaKey && !event.shiftKey) goTo(found.dataset.found);
  });
})();

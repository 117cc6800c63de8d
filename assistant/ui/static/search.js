// Looks for what is typed, a moment after the last key, and goes to the message that was found.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const TYPING = 200;
  const MARKED = 3000;

  const field = (name) => find(`#search [name=${name}]`);

  let asking = 0;
  function ask(delay, length) {
    clearTimeout(asking);
    asking = setTimeout(() => {
      const [text, kept, time] = ["text", "kept", "time"].map((name) => field(name).value);
      // A day whose year is half typed is none yet.
      const [since, until] = ["since", "until"].map((name) => (field(name).validity.valid && field(name).value) || null);
      hidden.write("query", JSON.stringify({ text, kept, time, since, until, ...(length ? { length } : {}) }));
      hidden.press("look");
    }, delay);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("#search [name=text]")) ask(event.target.value ? TYPING : 0);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("#search :is(select, [type=date])")) return;
    find("#search .days").hidden = field("time").value !== "days";
    ask(event.target.type === "date" ? TYPING : 0);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("#search [name=text]")) return;
    if (event.key === "Enter") ask(0);
    if (event.key === "Escape" && event.target.value) {
      event.preventDefault();
      event.target.value = "";
      ask(0);
    }
  });

  function mark(article) {
    article.focus({ preventScroll: true });
    if (article.classList.contains("is-found")) return;
    for (const other of document.querySelectorAll("#log .is-found")) other.classList.remove("is-found");
    article.classList.add("is-found");
    setTimeout(() => article.classList.remove("is-found"), MARKED);
  }

  // How many there are is said where nothing else changes.
  whenThere(["#found"], () => {
    const say = () => (find("#search [role=status]").textContent = find("#found nav > p")?.textContent ?? "");
    new MutationObserver(say).observe(find("#found"), { childList: true, subtree: true });
  });

  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-search-more]");
    if (more) ask(0, Number(more.dataset.searchMore));
    const found = event.target.closest("[data-found]");
    if (found && !event.ctrlKey && !event.metaKey && !event.shiftKey) following.seek(found.dataset.found, { onSeen: mark });
  });
})();

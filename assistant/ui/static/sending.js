// A question is on the page as soon as it is sent; the server's own drawing of it takes its place.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#message textarea");
  const isShown = (element) => Boolean(element?.checkVisibility());

  let echo = null;
  let before = "";
  // Gradio draws in these parts when an event begins, too: the server has answered when their own text is another.
  const said = () => ["#history .prose", "#notice .prose"].map((part) => find(part)?.textContent.trim()).join();

  function show(text) {
    const template = find("template[data-echo]");
    if (!template || !text.trim() || echo || !isShown(find("#send"))) return;
    echo = template.content.firstElementChild.cloneNode(true);
    echo.querySelector(".typed").textContent = text;
    before = said();
    hide(true);
    find("#log").append(echo);
    following.toEnd();
  }

  // What the question takes the place of: the welcome, or the question that is asked anew with all that follows it.
  function replaced() {
    const position = hidden.field("position").value;
    const { editing_id: edited } = position ? JSON.parse(position) : {};
    const articles = [...document.querySelectorAll("#log .messages > *")];
    const from = edited ? articles.findIndex((article) => article.dataset.message === edited) : -1;
    return from < 0 ? [...document.querySelectorAll("#history .welcome")] : articles.slice(from);
  }

  function hide(hidden) {
    for (const each of replaced()) each.hidden = hidden;
  }

  function settle() {
    if (!echo) return;
    if (said() === before) return hide(true);
    echo.remove();
    echo = null;
    hide(false);
  }

  // Before Gradio takes what is in the box.
  document.addEventListener("click", (event) => {
    if (event.target.closest("#send")) show(box().value);
    const example = event.target.closest("#log [data-action]");
    const action = example && JSON.parse(example.dataset.action);
    if (action?.do === "ask") show(action.text);
  }, true);
  document.addEventListener("keydown", (event) => {
    const alone = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (event.key === "Enter" && alone && event.target === box()) show(box().value);
  }, true);

  const ANSWERS = ["#history", "#notice"];
  whenThere(ANSWERS, () => {
    const watch = new MutationObserver(settle);
    for (const part of ANSWERS.map(find)) watch.observe(part, { childList: true, subtree: true });
  });
})();

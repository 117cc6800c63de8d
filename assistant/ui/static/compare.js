// A second answer beside the first: its prompt and options are chosen in the answer's menu.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const told = () => JSON.parse(find("#prompt-state [data-state]").dataset.state);
  const { send } = hidden;
  const PRESET = "preset:";
  // What the page's top bar takes, and the menu's own edges, in pixels.
  const BAR = 80;

  // What there is to choose from is what the settings offer; the conversation's own words among it, where it has some.
  function fill(select) {
    const { choice, offers, presets } = told();
    const possible = offers.filter(([template]) => template !== "own" || choice.own);
    select.replaceChildren(
      ...possible.map(([template, label]) => new Option(label, template)),
      ...presets.map((preset) => new Option(preset.name, PRESET + preset.id)),
    );
    select.value = choice.template;
  }

  function chosen(value) {
    const { choice, presets } = told();
    const preset = presets.find((each) => PRESET + each.id === value);
    if (preset) return { prompt: preset.prompt };
    return value === "own" ? { prompt: choice.own } : { template: value };
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.("details.compare") || !menu.open) return;
      fill(menu.querySelector("select"));
      menu.classList.toggle("downwards", menu.getBoundingClientRect().top < menu.querySelector("form").offsetHeight + BAR);
    },
    true,
  );
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-compare]");
    if (!form) return;
    event.preventDefault();
    form.closest("details").open = false;
    const options = Object.fromEntries([...form.querySelectorAll("input")].map(({ name, value }) => [name, value]));
    send({ do: "compare", message: form.dataset.compare, options, ...chosen(form.elements.prompt.value) });
  });

  // A rating draws the whole conversation: what is compared is not shown twice.
  const messages = (part) => [...document.querySelectorAll(`${part} [data-message]`)];
  function showOnce() {
    const below = new Set(messages("#live .pair").map((article) => article.dataset.message));
    for (const article of messages("#log .messages")) article.classList.toggle("shown-below", below.has(article.dataset.message));
  }
  whenThere(["#log"], () => new MutationObserver(showOnce).observe(find("#log"), { childList: true, subtree: true }));
})();

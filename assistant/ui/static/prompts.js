// The prompt of the conversation: chosen, or written, in a form that is filled from the server's word and read into a
// hidden field, which goes with every question. A moment after the last change the server keeps it and counts it.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const { send } = hidden;
  const form = () => find("#prompts .prompts");
  const part = (name) => form().querySelector(`[name=${name}]`);
  const OWN = "own";
  const PRESET = "preset:";
  const TYPING = 500;

  let state = null;
  let keeping = 0;

  // Form

  function made(name) {
    return form().querySelector(`template[data-part=${name}]`).content.firstElementChild.cloneNode(true);
  }

  function addExchange(dialogue, { question = "", answer = "" } = {}) {
    const exchange = made("exchange");
    exchange.querySelector("[name=question]").value = question;
    exchange.querySelector("[name=answer]").value = answer;
    dialogue.querySelector(".exchanges").append(exchange);
    return exchange;
  }

  function addDialogue(exchanges = [{}]) {
    const dialogue = made("dialogue");
    for (const exchange of exchanges) addExchange(dialogue, exchange);
    form().querySelector(".dialogues").append(dialogue);
    return dialogue;
  }

  function fill(own) {
    part("system").value = own.system;
    form().querySelector(".dialogues").replaceChildren();
    for (const dialogue of own.dialogues) addDialogue(dialogue);
  }

  function written() {
    const exchanges = (dialogue) =>
      Array.from(dialogue.querySelectorAll(".exchange"), (exchange) => ({
        question: exchange.querySelector("[name=question]").value,
        answer: exchange.querySelector("[name=answer]").value,
      }));
    return { system: part("system").value, dialogues: Array.from(form().querySelectorAll(".dialogue"), exchanges) };
  }

  const isBlank = (own) =>
    !own.system.trim() && !own.dialogues.flat().some((each) => each.question.trim() && each.answer.trim());
  const isOwn = () => part("template").value === OWN || part("template").value.startsWith(PRESET);
  const preset = () => state.presets.find((each) => PRESET + each.id === part("template").value);
  const choice = () => (isOwn() ? { template: OWN, own: written() } : { template: part("template").value });

  // The server's word

  function drawChoices({ choice: chosen, offers, presets }) {
    const select = part("template");
    select.replaceChildren(...offers.map(([template, label]) => new Option(label, template)));
    if (presets.length) {
      const group = document.createElement("optgroup");
      group.label = form().dataset.saved;
      group.append(...presets.map((each) => new Option(each.name, PRESET + each.id)));
      select.append(group);
    }
    const same = presets.find((each) => JSON.stringify(each.prompt) === JSON.stringify(chosen.own));
    const value = same ? PRESET + same.id : chosen.template;
    // A prompt that another model had: it stays chosen, and is refused by its name when it is used.
    if (![...select.options].some((option) => option.value === value)) select.append(new Option(value, value));
    select.value = value;
  }

  function take(next) {
    const isHere = state && next.conversation === state.conversation;
    const editing = isHere && (keeping || form().contains(document.activeElement));
    // A new chat's prompt is nowhere but here: what the server would take is not news.
    if (editing || (isHere && !next.conversation)) next.choice = { own: null, ...choice() };
    if (!state && !next.conversation) next.choice = kept() ?? next.choice;
    state = next;
    drawChoices(next);
    if (next.choice.own && !editing) fill(next.choice.own);
    showForm();
    hold();
    if (!isHere) {
      clearTimeout(keeping);
      keeping = 0;
      if (find("#prompts").checkVisibility()) ask(0);
    }
  }

  function showForm() {
    form().querySelector(".own").hidden = !isOwn();
    const named = preset();
    for (const what of ["rename", "delete"]) form().querySelector(`[data-prompt=${what}]`).hidden = !named;
    if (named) part("name").value = named.name;
  }

  function hold() {
    const chosen = choice();
    hidden.write("prompt", JSON.stringify({ conversation: state.conversation, ...chosen }));
    // A new chat has no place on the server yet: until its first question its prompt is kept by the tab, where that keeps
    // anything.
    try {
      if (state.conversation) sessionStorage.removeItem("prompt");
      else sessionStorage.setItem("prompt", JSON.stringify(chosen));
    } catch {}
  }

  function kept() {
    try {
      const chosen = JSON.parse(sessionStorage.getItem("prompt"));
      return chosen && { own: null, ...chosen };
    } catch {
      return null;
    }
  }

  function ask(delay) {
    clearTimeout(keeping);
    if (isOwn() && isBlank(written())) return void (keeping = 0);
    keeping = setTimeout(() => find("#keep-prompt").click(), delay);
  }

  function changed(delay) {
    hold();
    ask(delay);
  }

  // What a person does

  document.addEventListener("input", (event) => {
    if (event.target.closest("#prompts .own") && event.target.name !== "name") changed(TYPING);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("#prompts [name=template]")) return;
    if (preset()) fill(preset().prompt);
    showForm();
    changed(0);
    if (isOwn() && isBlank(written())) part("system").focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#prompts [data-prompt]");
    if (button) doings[button.dataset.prompt](button);
  });

  const doings = {
    "add-dialogue": () => addDialogue().querySelector("textarea").focus(),
    "add-exchange": (button) => addExchange(button.closest(".dialogue")).querySelector("textarea").focus(),
    "remove-dialogue": (button) => remove(button.closest(".dialogue"), "add-dialogue"),
    "remove-exchange": (button) => remove(button.closest(".exchange"), "add-exchange"),
    save: () => send({ do: "save-prompt", text: part("name").value, prompt: written() }),
    rename: () => send({ do: "rename-prompt", preset: preset().id, text: part("name").value }),
    delete: () => send({ do: "delete-prompt", preset: preset().id }),
  };

  function remove(piece, next) {
    const around = piece.closest(".dialogue") === piece ? form() : piece.closest(".dialogue");
    piece.remove();
    around.querySelector(`[data-prompt=${next}]`).focus();
    changed(TYPING);
  }

  // The preview is drawn anew with each change: it stays as open as it was, or as whoever presses it just then wants it.
  let wasOpen = false;
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("#prompt-preview summary");
    if (summary) wasOpen = !summary.parentElement.open;
  });

  whenThere(["#prompt-state", "#prompt-preview", "#prompts .prompts", "#prompt textarea"], () => {
    const [told, preview] = ["#prompt-state", "#prompt-preview"].map(find);
    const read = () => {
      const word = find("#prompt-state [data-state]")?.dataset.state;
      if (word) take(JSON.parse(word));
    };
    new MutationObserver(read).observe(told, { childList: true, subtree: true, attributes: true });
    new MutationObserver(() => {
      keeping = 0;
      const details = preview.querySelector("details");
      if (details && wasOpen) details.open = true;
    }).observe(preview, { childList: true, subtree: true });
    // What is hidden need not be counted.
    new IntersectionObserver(([seen]) => {
      if (seen.isIntersecting && state && !find("#prompt-preview p")) ask(0);
    }).observe(form());
    read();
  });
})();

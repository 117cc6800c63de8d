// Copies code, links and answers, on the chat page and on shared pages, which are whole without it.
"use strict";

(() => {
  const SHOWN = 1500;
  // Says to those who do not see the tick that it is done.
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.className = "copy-status";
  document.body.append(said);

  function textOf(button) {
    if (button.dataset.copy === "link") return button.closest(".link").querySelector("input").value;
    const block = button.closest(".code-block");
    if (block) return block.querySelector("code").textContent;
    return button.closest("article").querySelector("template[data-source]").content.textContent;
  }

  // Without the clipboard's permission (plain http): selected, so that the keyboard's own copying takes it.
  function copySelected(button, text) {
    const field = document.createElement("textarea");
    field.value = text;
    (button.closest("dialog") || document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = textOf(button);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copySelected(button, text);
    }
    button.dataset.done = "";
    said.textContent = document.querySelector("nav.languages").dataset.copied;
    setTimeout(() => {
      delete button.dataset.done;
      said.textContent = "";
    }, SHOWN);
  });
})();

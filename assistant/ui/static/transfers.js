// Sends a file of conversations to be imported, tells what came of it, and has the list drawn anew.
"use strict";

(() => {
  const section = () => document.querySelector("#transfers section");

  function tell(text, failed) {
    const status = section().querySelector("[role=status]");
    status.textContent = text;
    status.classList.toggle("error", failed);
  }

  async function send(file) {
    const said = section().dataset;
    if (file.size > Number(said.limit)) return tell(said.tooLarge, true);
    tell(said.importing, false);
    try {
      const response = await fetch("/import", { method: "POST", body: file });
      tell(response.ok ? (await response.json()).told : await response.text(), !response.ok);
    } catch {
      tell(said.failed, true);
    }
    drawList();
  }

  function drawList() {
    const field = document.querySelector("#action textarea, #action input");
    field.value = JSON.stringify({ do: "more" });
    field.dispatchEvent(new Event("input", { bubbles: true }));
    // Gradio takes the field's value over before the next task; the button then sends it.
    setTimeout(() => document.querySelector("#act").click(), 0);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#transfers button")) section().querySelector("input").click();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("#transfers input") || !event.target.files.length) return;
    send(event.target.files[0]);
    // So that the same file can be chosen once more.
    event.target.value = "";
  });
})();

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
      if (response.ok) await follow(response);
      else tell(await response.text(), true);
    } catch {
      tell(said.failed, true);
    }
    drawList();
  }

  // A JSON object a line: how far it is, and at last what came of it.
  async function follow(response) {
    let rest = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + read.value).split("\n");
      rest = lines.pop();
      lines.filter(Boolean).forEach(show);
    }
    if (rest) show(rest);
  }

  function show(line) {
    const said = JSON.parse(line);
    tell(said.told, Boolean(said.failed));
  }

  const drawList = () => hidden.send({ do: "more" });

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

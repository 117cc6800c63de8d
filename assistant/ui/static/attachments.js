// Files beside the box: picked, dropped or pasted, read here, and kept as text in a hidden field that goes with the
// question. The field is the one list of them; the server draws it, and empties it when it was sent.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const field = () => hidden.field("attachments");
  const held = () => JSON.parse(field().value || "[]");

  function hold(files) {
    hidden.write("attachments", files.length ? JSON.stringify(files) : "");
    if (!keep()) say("notKept");
    hidden.press("draw-attached");
  }

  // A browser keeps some five million characters for a page.
  function keep() {
    try {
      sessionStorage.setItem("attachments", field().value);
      return true;
    } catch {
      sessionStorage.removeItem("attachments");
      return false;
    }
  }

  function say(sentence, facts = {}) {
    const alert = find("#attach [role=alert]");
    const told = find("#attach .attach").dataset[sentence].replace(/\{(\w+)\}/g, (_, name) => written(facts[name]));
    alert.textContent = alert.hidden ? told : `${alert.textContent} ${told}`;
    alert.hidden = false;
  }

  const written = (fact) => (typeof fact === "number" ? fact.toLocaleString(document.documentElement.lang) : fact);

  function fallSilent() {
    const alert = find("#attach [role=alert]");
    if (alert) alert.hidden = true;
  }

  async function add(chosen) {
    fallSilent();
    const { mostFiles, largestKib } = find("#attach .attach").dataset;
    const read = [];
    for (const file of chosen) {
      const name = file.name;
      if (file.size > 1024 * largestKib) {
        say("tooLarge", { name, size: Math.ceil(file.size / 1024) });
        continue;
      }
      const text = await textOf(file);
      if (text === null) say("notText", { name });
      else read.push({ name, text });
    }
    const files = [...held(), ...read];
    if (files.length > mostFiles) say("tooMany", { count: files.length });
    else if (read.length) hold(files);
  }

  // null: not a text. The server looks at it once more, by the same rules.
  async function textOf(file) {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
      const controls = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]/g) || [];
      return text.includes("\0") || controls.length > 0.02 * text.length ? null : text;
    } catch {
      return null;
    }
  }

  function encodingOf([first, second]) {
    if (first === 0xff && second === 0xfe) return "utf-16le";
    return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  }

  const carriesFiles = (transfer) => Boolean(transfer) && transfer.types.includes("Files");

  function showDropTarget(shown) {
    const target = find("#attach .drop");
    if (target) target.hidden = !shown;
  }

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    showDropTarget(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) showDropTarget(false);
  });
  document.addEventListener("drop", (event) => {
    showDropTarget(false);
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    // A word processor's clipboard has a picture of the text beside the text: that is a paste of text.
    if (!carriesFiles(event.clipboardData) || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("#attach input[type=file]")) return;
    add([...event.target.files]);
    // The same file again is a change too.
    event.target.value = "";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-file]");
    if (!button) return;
    hold(held().filter((_, number) => number !== Number(button.dataset.removeFile)));
    find("#message textarea").focus();
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest("#message")) fallSilent();
  });

  // What was drawn late, after the question had taken its files along, is drawn anew.
  function drawAgainIfGone() {
    const drawn = document.querySelectorAll("#attached [data-remove-file]").length;
    if (drawn && !field().value) find("#draw-attached").click();
  }

  whenThere(["#attached", "#attachments textarea", "#attach .attach", "[data-conversation]"], () => {
    const shown = find("#attached");
    shown.setAttribute("aria-live", "polite");
    new MutationObserver(drawAgainIfGone).observe(shown, { childList: true, subtree: true });
    const kept = sessionStorage.getItem("attachments");
    if (kept && !field().value) hold(JSON.parse(kept));
    addEventListener("pagehide", keep);
  });
})();

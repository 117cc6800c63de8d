// The meter at the box, drawn anew a moment after something that it shows has changed; and the panel that shows what the
// model saw, opened when the server has drawn it.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const value = (id) => hidden.field(id)?.value || "";
  const PAUSE = 300;

  let waiting = 0;
  function measureSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(measure, PAUSE);
  }

  // Gradio draws the settings only while they are open. What was set here last is known until another conversation is
  // shown; null leaves it to the server, which knows what a conversation was set to.
  let set = {};
  function answerRoom() {
    const conversation = find("#history [data-conversation]")?.dataset.conversation;
    const control = find("#option-max_new_tokens [type=number]");
    if (control) set = { conversation, room: Math.max(0, Math.round(Number(control.value))) };
    return set.conversation === conversation ? set.room : null;
  }

  let asking = new AbortController();
  async function measure() {
    // Until the page knows where it is, it would be measured as a new chat.
    if (!value("position")) return;
    asking.abort();
    asking = new AbortController();
    const files = [...document.querySelectorAll("#attached [data-tokens]")];
    const body = JSON.stringify({
      position: value("position"),
      text: value("message"),
      file_tokens: files.reduce((sum, file) => sum + Number(file.dataset.tokens), 0),
      answer_room: answerRoom(),
      prompt: value("prompt"),
    });
    const headers = { "Content-Type": "application/json" };
    try {
      const response = await fetch("context", { method: "POST", headers, body, signal: asking.signal });
      if (response.ok) draw(await response.text());
    } catch {
      // Asked anew meanwhile, or the server is away: what is shown stays until it is back.
    }
  }

  function draw(html) {
    const meter = find("#meter .meter");
    const wasOpen = meter.querySelector("details")?.open;
    const hadFocus = meter.contains(document.activeElement);
    meter.innerHTML = html;
    const details = meter.querySelector("details");
    if (details && wasOpen) details.open = true;
    if (details && hadFocus) details.querySelector("summary").focus();
  }

  // Once for each time that it was asked for: Gradio touches it at other events too.
  let opened = "";
  function openPanel() {
    const dialog = find("#context dialog");
    if (!dialog || dialog.dataset.drawn === opened) return;
    opened = dialog.dataset.drawn;
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("#context dialog");
    // Outside of what is in it, only the backdrop is the dialog's own.
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#message, #option-max_new_tokens, #prompt")) return;
    answerRoom();
    measureSoon();
  });

  const CHANGING = ["#history", "#attached", "#engine", "#editing"];
  whenThere(["#meter .meter", "#context", ...CHANGING], () => {
    const watch = new MutationObserver(measureSoon);
    for (const part of CHANGING.map(find)) watch.observe(part, { childList: true, subtree: true });
    new MutationObserver(openPanel).observe(find("#context"), { childList: true, subtree: true });
    measureSoon();
  });
})();

// Blocks of code, on the chat page and on shared pages: saved as files, and kept wrapped or unfolded when the log is drawn
// anew. One listener for all of them.
"use strict";

(() => {
  function save(button) {
    const text = button.closest(".code-block").querySelector("code").textContent;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    link.download = button.dataset.save;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (button) save(button);
  });

  // A growing answer is drawn anew while something of it is being pressed: the press then ends on another one of the same
  // kind, and is no click.
  const CONTROLS = "#log :is(.code-head > *, .fold)";
  let pressed = null;
  document.addEventListener("pointerdown", (event) => (pressed = event.target.closest(CONTROLS)));
  document.addEventListener("pointerup", (event) => {
    if (!pressed || pressed.isConnected) return;
    const drawnAnew = document.elementFromPoint(event.clientX, event.clientY)?.closest(CONTROLS);
    if (drawnAnew?.outerHTML === pressed.outerHTML) drawnAnew.click();
  });

  let conversation = null;
  const ticked = new Set();
  const blocks = () => [...document.querySelectorAll("#log .code-block")];
  const shown = () => document.querySelector("#history [data-conversation]")?.dataset.conversation;

  function tickAgain() {
    if (shown() !== conversation) ticked.clear();
    if (!ticked.size) return;
    const all = blocks();
    for (const box of ticked) {
      const [index, selector] = box.split(" ");
      const input = all[index]?.querySelector(selector);
      if (input) input.checked = true;
    }
  }
  const watch = new MutationObserver(tickAgain);

  document.addEventListener("change", (event) => {
    const block = event.target.closest(".code-block");
    if (!block) return;
    const isFold = event.target.closest(".fold");
    // What was read is folded away: what is left of it stays in view.
    if (isFold && !event.target.checked) block.scrollIntoView({ block: "nearest" });
    const log = block.closest("#log");
    if (!log) return;
    if (shown() !== conversation) ticked.clear();
    conversation = shown();
    const box = `${blocks().indexOf(block)} ${isFold ? ".fold>input" : ".wrap"}`;
    if (event.target.checked) ticked.add(box);
    else ticked.delete(box);
    watch.observe(log, { childList: true, subtree: true });
  });
})();

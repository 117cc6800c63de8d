// Copy buttons; the pages are whole without them.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const of = button.dataset.copy;
  const field = of === "link" && button.closest(".link").querySelector("input");
  const text = field ? field.value : button.closest(".code-block").querySelector("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the clipboard's permission (plain http): selected, so that the keyboard can copy.
    if (!field) return;
    field.select();
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = "✓ " + label;
  setTimeout(() => (button.textContent = label), 1500);
});

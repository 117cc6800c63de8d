// Copy buttons; the page is whole without them.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest(".code-block").querySelector("code").textContent);
  const label = button.textContent;
  button.textContent = "✓ " + label;
  setTimeout(() => (button.textContent = label), 1500);
});

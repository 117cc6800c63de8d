// Light or dark as it was chosen on the chat page; without a choice, as the system is. Before the first paint.
"use strict";
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "";
} catch {}

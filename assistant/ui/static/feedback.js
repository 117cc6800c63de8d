// The form below an answer that was rated: sent as one action; the focus stays where the person is.
"use strict";

(() => {
  const { send } = hidden;

  const answer = (id) => `#log [data-message="${CSS.escape(id)}"]`;

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".votes button");
    if (!button) return;
    const { do: what, message, vote } = JSON.parse(button.dataset.action);
    const voteAt = vote === "up" ? "first-of-type" : "nth-of-type(2)";
    focusing.pass(`${answer(message)} ${what === "unrate" ? `.votes button:${voteAt}` : ".rating select"}`);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.rating");
    if (!form) return;
    event.preventDefault();
    const { rating: message, vote } = form.dataset;
    const { reason, comment, agrees } = form.elements;
    send({ do: "explain", message, vote, reason: reason.value, comment: comment.value, agrees: agrees.checked });
    focusing.pass(`${answer(message)} .votes [aria-pressed=true]`);
  });
})();

// The form below an answer that was rated: sent as one action; the focus stays where the person is.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const { send } = hidden;

  // The log is drawn anew, and what had the focus is gone with the old one.
  function focusAfter(old, selector) {
    const wait = setInterval(() => {
      const target = !old.isConnected && find(selector);
      if (!target) return;
      clearInterval(wait);
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "nearest" });
    }, 30);
    setTimeout(() => clearInterval(wait), 3000);
  }

  const answer = (id) => `#log [data-message="${CSS.escape(id)}"]`;

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".votes button");
    if (!button) return;
    const { do: what, message, vote } = JSON.parse(button.dataset.action);
    const voteAt = vote === "up" ? "first-of-type" : "nth-of-type(2)";
    focusAfter(button, what === "unrate" ? `${answer(message)} .votes button:${voteAt}` : `${answer(message)} .rating select`);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.rating");
    if (!form) return;
    event.preventDefault();
    const { rating: message, vote } = form.dataset;
    const { reason, comment, agrees } = form.elements;
    send({ do: "explain", message, vote, reason: reason.value, comment: comment.value, agrees: agrees.checked });
    focusAfter(form, `${answer(message)} .votes [aria-pressed=true]`);
  });
})();

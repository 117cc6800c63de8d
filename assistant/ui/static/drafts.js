// What is in the box is kept on the server a moment after the last key, by conversation: it outlives a reload, a restart
// and the browser. What another tab has typed meanwhile is not overwritten: the person is asked which one stays.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#message textarea");
  const question = () => find("#draft-conflict");
  const TYPING = 500;
  const RETRY = 5000;
  const SENDING = 15000;

  let place = "";
  const versions = new Map();
  let typing = 0;
  let arrivals = 0;
  let touched = false;

  const address = () => `/draft?c=${encodeURIComponent(place)}`;

  let writing = false;
  function write(text) {
    writing = true;
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
    writing = false;
  }

  // One after another, so that each knows the version that the one before has made.
  let keeping = Promise.resolve();
  function keep() {
    clearTimeout(typing);
    typing = 0;
    const [where, there, text] = [place, address(), (madeRoom() && aside.text) || box().value];
    keeping = keeping.then(() => put(where, there, text));
  }

  async function put(where, there, text) {
    const body = JSON.stringify({ text, seen: versions.get(where) || "" });
    // A browser ends what is larger together with the page.
    const keepalive = body.length < 60000;
    try {
      const answer = await fetch(there, { method: "PUT", body, keepalive });
      if (answer.ok) {
        versions.set(where, (await answer.json()).version);
        if (where === place) question().hidden = true;
      } else if (answer.status === 409) {
        const other = await answer.json();
        if (where === place && box().value) ask(other);
      } else if (answer.status === 429) {
        throw new Error("later");
      }
    } catch {
      // Not there, or not now: it stays in the box, and is tried again.
      if (where === place && !typing) typing = setTimeout(keep, RETRY);
    }
  }

  // A question that is edited takes the box: the draft and the files that were there make room, and are back when that has
  // ended. Where there was no draft, what was typed into an edit that is left is one.
  let aside = null;
  let wasEditing = false;
  let isGivenUp = false;
  const isEditing = () => Boolean(find("#editing [data-action]"));
  // Until it was seen that the edit has ended: its line, the box and the place do not change in one moment.
  const madeRoom = () => aside !== null && (wasEditing || isEditing());
  function makeRoom() {
    isGivenUp = false;
    if (!isEditing()) aside = { text: box().value, files: hidden.field("attachments").value };
  }
  function bringBackFiles() {
    if (hidden.field("attachments").value === aside.files) return;
    hidden.write("attachments", aside.files);
    hidden.press("draw-attached");
  }

  function lookAtEditing() {
    const hasEnded = wasEditing && !isEditing();
    wasEditing = isEditing();
    if (!hasEnded || !aside) return;
    if (aside.text || isGivenUp) write(aside.text);
    if (aside.files || isGivenUp) bringBackFiles();
    aside = null;
    isGivenUp = false;
    keep();
  }

  function ask(other) {
    question().dataset.other = JSON.stringify(other);
    question().hidden = false;
  }

  function decide(take) {
    const other = JSON.parse(question().dataset.other);
    versions.set(place, other.version);
    question().hidden = true;
    if (take) write(other.text);
    else keep();
    box().focus();
  }

  async function arrive(next, { withText }) {
    if (typing && !withText) keep();
    if (madeRoom()) bringBackFiles();
    aside = null;
    question().hidden = true;
    place = next;
    touched = withText && Boolean(box().value);
    if (!withText && box().value) write("");
    const arrival = ++arrivals;
    await keeping;
    try {
      const answer = await fetch(address());
      if (!answer.ok || arrival !== arrivals) return;
      const draft = await answer.json();
      if (draft.text && !touched && !box().value) write(draft.text);
      if (!draft.text || box().value === draft.text) versions.set(place, draft.version);
      else versions.delete(place);
    } catch {
      versions.delete(place);
    }
  }

  // What is being sent is no draft any more; the box is emptied when the server has taken it. Until then it may be refused.
  let sentAt = -SENDING;
  let sent = "";
  function sending() {
    clearTimeout(typing);
    typing = 0;
    sentAt = performance.now();
    const [text, until] = [box().value, performance.now() + SENDING];
    sent = text;
    const wait = setInterval(() => {
      if (box().value === text && performance.now() < until) return;
      clearInterval(wait);
      sent = "";
      if (!typing) keep();
    }, 100);
  }

  document.addEventListener("input", (event) => {
    if (event.target.closest("#position")) {
      const next = JSON.parse(event.target.value).conversation_id || "";
      if (next !== place) arrive(next, { withText: false });
    }
    if (writing || !event.target.closest("#message")) return;
    touched = true;
    clearTimeout(typing);
    typing = setTimeout(keep, TYPING);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#send")) sending();
    const action = event.target.closest("#log [data-action]");
    if (action && JSON.parse(action.dataset.action).do === "edit") makeRoom();
    if (event.target.closest("#editing [data-action]")) isGivenUp = true;
    const decision = event.target.closest("[data-draft]");
    if (decision) decide(decision.dataset.draft === "other");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.closest("#message")) sending();
  });
  addEventListener("pagehide", () => {
    if (typing || (sent && box().value === sent)) keep();
  });

  const shown = () => find("#history [data-conversation]")?.dataset.conversation;

  whenThere(["#message textarea", "#draft-conflict", "#editing", "#history [data-conversation]"], () => {
    let seen = shown();
    new MutationObserver(() => {
      if (shown() === undefined || shown() === seen) return;
      seen = shown();
      // A chat that has just got its first question: what was typed since belongs to it.
      if (seen !== place) arrive(seen, { withText: place === "" && performance.now() - sentAt < SENDING });
    }).observe(find("#log"), { childList: true, subtree: true });
    // In the next task: what comes with it is in the box and beside it by then.
    new MutationObserver(() => setTimeout(lookAtEditing, 0)).observe(find("#editing"), { childList: true, subtree: true });
    arrive(seen, { withText: true });
  });
})();

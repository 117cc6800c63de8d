// Where the page is scrolled to: at its end for as long as the person is there, so that an answer is seen to grow; else
// where they are, and a button leads to the latest. Nothing here scrolls smoothly: a stream is faster.
"use strict";

const following = (() => {
  const find = (selector) => document.querySelector(selector);
  const page = document.documentElement;
  const NEAR = 40;
  const SETTLING = 700;

  let conversation = null;
  let run = null;
  let isFollowing = true;
  let isDrawn = false;
  let height = 0;
  let logHeight = 0;
  let sought = null;

  const distance = () => page.scrollHeight - innerHeight - scrollY;

  function offer() {
    const button = find("#latest button");
    const offered = Boolean(conversation) && !isFollowing && distance() > NEAR;
    if (button && button.hidden === offered) button.hidden = !offered;
  }

  function toEnd() {
    sought = null;
    isFollowing = true;
    scrollTo({ top: conversation === "" && !find("#log > article") ? 0 : page.scrollHeight });
    height = scrollY;
    offer();
  }

  // Whoever goes up stays there, however little it was; whoever comes back to the end goes along again.
  addEventListener("scroll", () => {
    if (distance() <= 1) isFollowing = true;
    else if (scrollY < height) isFollowing = false;
    else if (scrollY > height && distance() <= NEAR) isFollowing = true;
    height = scrollY;
    offer();
  }, { passive: true });

  // A message that is asked for is shown instead of the end. It may be drawn in more than one piece, and again: it is held
  // in view until it is whole, or until the person goes elsewhere.
  function seek(message, { block = "start", onSeen = () => {} } = {}) {
    sought = { message, block, onSeen, since: 0 };
    isFollowing = false;
    reach();
  }
  function reach() {
    if (sought?.since && performance.now() > sought.since + SETTLING) sought = null;
    const article = sought && find(`#log [data-message="${CSS.escape(sought.message)}"]`);
    if (!article) return;
    sought.since ||= performance.now();
    article.scrollIntoView({ block: sought.block });
    sought.onSeen(article);
  }
  for (const own of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(own, () => (sought = null), { passive: true });

  // Gradio takes a finished answer away before it draws the conversation that it stands in. Until then what was taken away
  // stays, and the log as high as it was: else the page would be empty for a moment, and lose its place.
  let left = null;
  function bridge(records) {
    const log = find("#log");
    const elements = (part, kind) =>
      records.filter((record) => record.target.closest(part)).flatMap((record) =>
        [...record[kind]].filter((node) => node.nodeType === Node.ELEMENT_NODE));
    if (find("#live .md > *") || elements("#history .md", "addedNodes").length) {
      left?.remove();
      log.style.minHeight = "";
    } else if (elements("#log .md", "removedNodes").length) {
      log.style.minHeight = `${logHeight}px`;
      const [taken] = elements("#live .md", "removedNodes");
      if (taken) log.append((left = taken));
    }
  }

  function drawn(records) {
    // What is told on a button that was pressed is no growth of the text.
    if (records.some((record) => !record.target.closest("button"))) isDrawn = true;
    bridge(records);
    const shown = find("#history [data-conversation]")?.dataset.conversation;
    const now = find("#live [data-run]")?.dataset.run;
    if (now && now !== run && !sought) isFollowing = true;
    run = now ?? run;
    if (shown !== undefined && shown !== conversation) {
      conversation = shown;
      if (!sought) toEnd();
    }
    reach();
  }

  // What is opened or folded by hand makes the page longer too: it stays where it is. The dock would cover the end.
  function resized(entries) {
    const [log, dock] = ["#log", "#dock"].map(find);
    logHeight = log.offsetHeight;
    page.style.setProperty("--dock", `${dock.offsetHeight}px`);
    const grown = isDrawn || entries.some((entry) => entry.target === dock);
    isDrawn = false;
    if (!grown && distance() > NEAR) isFollowing = false;
    if (isFollowing && conversation) toEnd();
    else offer();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#latest button")) toEnd();
  });

  whenThere(["#log", "#dock", "#latest button"], () => {
    const [log, dock] = ["#log", "#dock"].map(find);
    new MutationObserver(drawn).observe(log, { childList: true, subtree: true });
    const watch = new ResizeObserver(resized);
    for (const part of [log, dock]) watch.observe(part);
    // A phone's keyboard, a turned screen.
    addEventListener("resize", () => (isDrawn = true));
    drawn([]);
  });

  return { toEnd, seek };
})();

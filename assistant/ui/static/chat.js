// What the page does by itself: sends what is clicked inside the log and the list, keeps the address in step. Everything
// else is the server's. No inline script, so that the page's policy can forbid it.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const { send } = hidden;

  // The page turns at once, not when the server has answered: what is sent meanwhile belongs to what was chosen.
  function turnTo(conversation) {
    const request = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
    hidden.write("position", JSON.stringify({ conversation_id: conversation, request_id: request.join(""), listed: position().listed }));
  }
  const position = () => JSON.parse(hidden.field("position").value || "{}");
  // How much of the list was asked for stays so, whatever is opened from it.
  function list(action) {
    if (action.shelf !== "archived") hidden.write("position", JSON.stringify({ ...position(), listed: action.length }));
  }

  function rename(button) {
    const item = button.closest("li");
    const link = item.querySelector("a");
    const field = document.createElement("input");
    field.value = link.textContent;
    field.maxLength = 200;
    field.setAttribute("aria-label", button.dataset.label);
    // Taken away, it loses the focus: that is no second end.
    let isDone = false;
    const done = (keep) => {
      if (isDone) return;
      isDone = true;
      field.replaceWith(link);
      if (keep && field.value.trim() && field.value !== link.textContent) {
        send({ do: "rename", conversation: button.dataset.rename, text: field.value });
      }
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      done(event.key === "Enter");
      link.focus();
    });
    field.addEventListener("blur", () => done(true));
    closeMenus();
    link.replaceWith(field);
    field.select();
  }

  // Several conversations are chosen in the list, and then archived or deleted together.
  function choose(button) {
    const list = button.closest("nav");
    const chosen = [...list.querySelectorAll("li > :checked")].map((box) => box.value);
    const { choose: what, shelf } = button.dataset;
    list.classList.toggle("is-choosing", what !== "end");
    if (what === "start") list.querySelector("li > [type=checkbox]").focus();
    else if (what !== "end" && chosen.length) send({ do: what, conversations: chosen, shelf });
  }

  // A menu closes when something else is used, and with Escape.
  function closeMenus(except = null) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  }
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (!menu) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("click", (event) => {
    // The page's own presses of its hidden buttons are nobody's.
    if (event.isTrusted) closeMenus(event.target.closest("details.menu"));
    if (event.target.closest("#new-chat")) {
      turnTo(null);
      focusing.home();
    }
    const target = event.target.closest("[data-action], [data-rename], [data-choose]");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (target.dataset.choose) choose(target);
    else if (target.dataset.rename) rename(target);
    else {
      const action = JSON.parse(target.dataset.action);
      if (action.do === "open") turnTo(action.conversation);
      if (action.do === "more") list(action);
      if (["open", "fork"].includes(action.do)) focusing.home();
      if (action.do === "edit") find("#message textarea").focus();
      if (action.do === "version") following.seek(action.message, { block: "nearest" });
      send(action);
      closeMenus();
    }
  });

  // The address follows the conversation; going back in the browser goes back here.
  let travelling = false;
  function followAddress() {
    const shown = find("#history [data-conversation]");
    if (!shown) return;
    const current = new URLSearchParams(location.search).get("c") || "";
    const conversation = shown.dataset.conversation;
    if (conversation !== current && !travelling) {
      const address = new URL(location.href);
      if (conversation) address.searchParams.set("c", conversation);
      else address.searchParams.delete("c");
      history.pushState({}, "", address);
    }
    travelling = false;
  }

  // The tab is called what the conversation is, also where the model has just named it.
  function followTitle() {
    document.title = find("#heading h1")?.textContent || window.gradio_config.title;
  }
  // Told to the sheets as a class: `:has()` above the log would have all of it styled anew with each word that comes.
  const followStop = () => document.documentElement.classList.toggle("answering", Boolean(find("#stop")));

  addEventListener("popstate", () => {
    travelling = true;
    const conversation = new URLSearchParams(location.search).get("c");
    if (conversation) {
      turnTo(conversation);
      send({ do: "open", conversation });
    } else find("#new-chat").click();
  });

  whenThere(["#composer"], () => {
    new MutationObserver(followStop).observe(find("#composer"), { childList: true });
    followStop();
  });
  whenThere(["#log", "#heading", "#announcement", "#message textarea", "nav.languages"], () => {
    const [log, heading, announcement] = ["#log", "#heading", "#announcement"].map(find);
    log.setAttribute("role", "log");
    log.setAttribute("aria-label", find("nav.languages").dataset.log);
    // Tokens are not read out one by one; a status line says when an answer begins and ends.
    log.setAttribute("aria-live", "off");
    announcement.setAttribute("role", "status");
    // The place, not what comes into it: a region that appears together with its words is read by few.
    for (const told of [announcement, find("#editing"), find("#notice"), find("#connection")]) told.setAttribute("aria-live", "polite");
    // For the focus of those whom the box would bring up a keyboard.
    log.tabIndex = -1;
    new MutationObserver(followAddress).observe(log, { childList: true, subtree: true });
    followAddress();
    new MutationObserver(followTitle).observe(heading, { childList: true, subtree: true });
    followTitle();
  });
})();

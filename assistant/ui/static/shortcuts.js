// Keys for those who do not like to leave the keyboard. Which there are is said by the list that the page shows of them:
// with the two modifiers they work anywhere, without them only where nobody types, and not at all if that was switched off.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const list = () => find("#shortcuts dialog");
  const box = () => find("#message textarea");
  const isShown = (element) => Boolean(element?.checkVisibility());

  // Command and Option are the browsers' and the characters' on a Mac, Control with Option is VoiceOver's.
  const isMac = /^(Mac|iP)/.test(navigator.platform);
  const NO_TEXT = ["button", "checkbox", "file", "radio", "range", "reset", "submit"];
  const SINGLE = "single-keys";
  const SAID = 4000;

  function isTyping(target) {
    if (target.matches("input")) return !NO_TEXT.includes(target.type);
    return target.matches("textarea, select") || target.isContentEditable;
  }

  let saying = 0;
  function say(word) {
    clearTimeout(saying);
    find("#latest [role=status]").textContent = word ? list().dataset[word] : "";
    if (word) saying = setTimeout(say, SAID);
  }

  const press = (button) => button?.click();

  function step(by) {
    const links = all("#conversations li > a");
    const now = links.findIndex((link) => link.ariaCurrent === "page");
    press(links[now < 0 ? 0 : now + by]);
  }

  // Where the page may not copy by itself, the block's own button has a way.
  async function copyLastCode() {
    const block = all("#log .code-block").at(-1);
    if (!block) return say("noCode");
    try {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      say("copied");
    } catch {
      press(block.querySelector("[data-copy]"));
    }
  }

  function switchSideBar() {
    const before = document.activeElement;
    press(all(".side-bar-switch").find(isShown));
    // Beside the conversation it takes nothing away; a drawer does.
    if (isShown(before) && !before.closest("[inert]")) before.focus({ preventScroll: true });
  }

  function search() {
    if (!isShown(find("#search"))) press(find("#top .side-bar-switch"));
    find("#search [name=text]").select();
  }

  const commands = {
    new: () => press(find("#new-chat")),
    box: () => box().focus(),
    regenerate: () => press(all('#history [data-action*=\'"regenerate"\']').at(-1)),
    search,
    next: () => step(1),
    previous: () => step(-1),
    copy: copyLastCode,
    side: switchSideBar,
    help,
  };

  // By the letter, and where the keyboard writes another script, by the key's place.
  function commandOf({ key, code }) {
    const letter = /^[\x21-\x7e]$/.test(key) ? key : code.replace(/^Key/, "");
    return list().querySelector(`[data-key="${CSS.escape(letter.toLowerCase())}"]`)?.dataset.command;
  }

  function isMeant(event) {
    const { altKey, ctrlKey, metaKey, shiftKey, target } = event;
    if (metaKey) return false;
    if (shiftKey && (isMac ? ctrlKey && !altKey : altKey && !ctrlKey)) return true;
    if (altKey || ctrlKey || (shiftKey && /^\w$/.test(event.key)) || isTyping(target)) return false;
    return remembered() !== "off";
  }

  // While an answer is written the box can wait: Escape stops it, wherever one is.
  function stop() {
    if (!isShown(find("#stop"))) return false;
    press(find("#stop"));
    focusing.home();
    return true;
  }

  function editLast(target) {
    if (target !== box() || target.value || hidden.field("attachments").value || !isShown(find("#send"))) return false;
    const edit = all('#history [data-action*=\'"edit"\']').at(-1);
    press(edit);
    return Boolean(edit);
  }

  function use(event) {
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (plain && event.key === "Escape") return stop();
    if (plain && event.key === "ArrowUp") return editLast(event.target);
    const command = isMeant(event) && commandOf(event);
    if (!command || event.repeat) return Boolean(command);
    commands[command]();
    return true;
  }

  // Whoever has used the key already says so; a key that composes a character is the input method's.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (!list() || !box() || find("dialog:modal")) return;
    if (use(event)) event.preventDefault();
  });

  // A browser that keeps nothing still switches.
  let chosen = null;
  function remembered() {
    try {
      return chosen ?? localStorage.getItem(SINGLE);
    } catch {
      return chosen;
    }
  }
  function remember(value) {
    chosen = value;
    try {
      localStorage.setItem(SINGLE, value);
    } catch {}
  }

  function help() {
    if (isMac) for (const keys of all("#shortcuts [data-mac]")) keys.textContent = keys.dataset.mac;
    find(`#shortcuts [name=${SINGLE}]`).checked = remembered() !== "off";
    list().showModal();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("#help button")) help();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === SINGLE) remember(event.target.checked ? "on" : "off");
  });
})();

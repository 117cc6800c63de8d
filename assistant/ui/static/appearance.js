// Light or dark, and whether the side bar is shown: chosen by the person, remembered by the browser. Loaded by the
// document itself, so that the first paint is right already.
"use strict";

(() => {
  const root = document.documentElement;

  // Gradio goes by the browser's language alone, in its own words and in the document's `lang`: here it is the page's.
  const language = root.lang;
  Object.defineProperty(navigator, "language", { get: () => language });

  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const onPaper = matchMedia("print");
  const narrow = matchMedia("(max-width: 899px)");

  // A browser that keeps nothing (private windows, frames of other sites) still switches.
  const kept = {};
  function remember(name, value) {
    kept[name] = value;
    try {
      localStorage.setItem(name, value);
    } catch {}
  }
  function remembered(name) {
    try {
      return kept[name] ?? localStorage.getItem(name);
    } catch {
      return kept[name];
    }
  }

  const theme = () => remembered("theme") || "system";
  function paint() {
    const dark = !onPaper.matches && (theme() === "dark" || (theme() === "system" && systemDark.matches));
    root.classList.toggle("dark", dark);
    // Gradio marks the body, by the system alone.
    if (document.body && document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
  }
  paint();
  for (const media of [systemDark, onPaper]) media.addEventListener("change", paint);
  document.addEventListener("DOMContentLoaded", () => {
    paint();
    new MutationObserver(paint).observe(document.body, { attributeFilter: ["class"] });
  });
  addEventListener("storage", paint);
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    remember("theme", event.target.value);
    paint();
  });

  root.classList.add("arriving");
  root.classList.toggle("side-bar-hidden", remembered("side-bar") === "hidden");
  function showSideBar(shown) {
    if (narrow.matches) root.classList.toggle("drawer-open", shown);
    else {
      root.classList.toggle("side-bar-hidden", !shown);
      remember("side-bar", shown ? "shown" : "hidden");
    }
    keepInside();
  }
  // The keyboard stays out of what the drawer covers.
  function keepInside() {
    const chat = document.querySelector("#chat");
    if (chat) chat.inert = drawerOpen();
  }
  narrow.addEventListener("change", keepInside);
  function switchSideBar(shown) {
    showSideBar(shown);
    document.querySelector(`${shown ? "#sidebar" : "#top"} .side-bar-switch`).focus();
  }
  const drawerOpen = () => narrow.matches && root.classList.contains("drawer-open");

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".side-bar-switch");
    if (pressed) return switchSideBar(pressed.ariaExpanded !== "true");
    // What was chosen in the drawer is shown behind it.
    if (drawerOpen() && event.target.closest("#new-chat, #sidebar a[data-action]")) showSideBar(false);
  });
  // Beside the open drawer a click only closes it: it comes to no other script.
  addEventListener("click", (event) => {
    // The page's own presses of its hidden buttons, as while somebody searches, are nobody's.
    if (!event.isTrusted || !drawerOpen() || event.target.closest("#sidebar, dialog")) return;
    event.preventDefault();
    event.stopPropagation();
    switchSideBar(false);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawerOpen() || event.target.closest("details[open], dialog")) return;
    event.preventDefault();
    switchSideBar(false);
  });

  // The scripts that share `whenThere` are there by then.
  addEventListener("DOMContentLoaded", () => {
    whenThere(["#top", "#new-chat"], () => root.classList.remove("arriving"));
    whenThere(["[name=theme]"], () => (document.querySelector(`[name=theme][value=${theme()}]`).checked = true));
  });
})();

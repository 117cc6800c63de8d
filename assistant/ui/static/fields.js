// The page's hidden fields and buttons, through which its scripts speak to the server. Loaded before the other scripts,
// which share it by its name.
"use strict";

const hidden = (() => {
  const field = (id) => document.getElementById(id)?.querySelector("textarea, input");

  function write(id, text) {
    field(id).value = text;
    field(id).dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Gradio takes a field's value over before the next task; the button then sends it.
  function press(id) {
    setTimeout(() => document.querySelector(`#${id}`).click(), 0);
  }

  function send(action) {
    write("action", JSON.stringify(action));
    press("act");
  }

  return { field, write, press, send };
})();

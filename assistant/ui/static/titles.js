// A name that the model makes after the answer is seen in the list at once: the heading has it, and the list is not
// drawn anew under the hand of somebody who is using it.
"use strict";

(() => {
  function rename() {
    const heading = document.querySelector("#heading h1[data-conversation]");
    const link = heading && document.querySelector(`#conversations a[href="?c=${heading.dataset.conversation}"]`);
    const [before, after] = [link?.textContent, heading?.textContent];
    if (!link || before === after) return;
    for (const part of link.closest("li").querySelectorAll("[aria-label], [title]")) {
      for (const name of ["aria-label", "title"]) {
        const label = part.getAttribute(name);
        if (label) part.setAttribute(name, label.replace(before, after));
      }
    }
    link.textContent = after;
  }

  whenThere(["#heading"], () => {
    // In the next task: where the list comes with the heading, it is there by then.
    const watch = new MutationObserver(() => setTimeout(rename, 0));
    watch.observe(document.querySelector("#heading"), { childList: true, subtree: true });
  });
})();

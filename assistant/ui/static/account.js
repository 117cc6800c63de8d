// Signing in, from wherever the page is shown. The provider refuses to be framed: from within another site's frame the way
// goes through a tab of its own, with a ticket that says which frame it is for.
"use strict";

(() => {
  const isFramed = window.self !== window.top;

  async function ticket() {
    try {
      const answer = await fetch("/auth/ticket", { method: "POST" });
      return answer.ok ? await answer.text() : "";
    } catch {
      return "";
    }
  }

  async function signIn(link) {
    const way = new URL(link.href);
    const shown = new URLSearchParams(location.search).get("c");
    if (shown) way.searchParams.set("c", shown);
    if (!isFramed) {
      location.assign(way);
      return;
    }
    // Opened at once, while the click still counts: a browser lets nobody open tabs later.
    const tab = window.open("about:blank", "_blank");
    const given = await ticket();
    if (given) way.searchParams.set("ticket", given);
    if (tab) tab.location = way.href;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sign-in]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    signIn(link);
  });
})();

// Whether the server is there, still knows this browser, and serves the page that is shown. A quiet line says so where
// not; what broke off is taken up again as soon as it can be, without a reload.
"use strict";

(() => {
  const find = (selector) => document.querySelector(selector);
  const line = (name) => find(`#connection [data-line=${name}]`);
  const LOOK = 20000;
  const WAITS = [500, 1000, 2000, 4000];

  const build = find("meta[name=build]").content;
  let failures = 0;
  let brokenOff = false;
  let looking = 0;
  // Where no cookie sticks, nobody was ever known: the page says that by itself.
  let wasKnown = false;

  // A stream that breaks, or a request that does not arrive, would end Gradio's page: it takes no more events, and asks
  // every two seconds whether it may reload. So it is told neither. A request waits until the server is back (the same
  // question sent twice is asked once), and a stream ends as if the server had ended it.
  const request = window.fetch;
  window.fetch = async (input, init) => {
    const address = String(input?.url ?? input);
    if (address.includes("/gradio_api/app_id")) return new Promise(() => reloadWhenBack());
    try {
      if (address.includes("/gradio_api/queue/data")) return await streamed(new Request(input, init));
      const answer = await request(input, init);
      if (address.includes("/gradio_api/queue/join")) await hears(answer);
      return answer;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      suspect();
      if (!address.includes("/gradio_api/queue/")) throw error;
      await new Promise((resolve) => waiting.push(resolve));
      return window.fetch(input, init);
    }
  };

  const waiting = [];
  const END = new TextEncoder().encode('\n\ndata: {"msg": "close_stream"}\n\n');
  const END_ARRIVES = 5000;

  // The stream that was opened last. Gradio expects the answer to every event on it until it hears of its end, and then
  // aborts its signal.
  let stream = null;
  let streams = 0;

  async function streamed(asked) {
    const mine = { name: String(++streams), signal: asked.signal };
    const unanswered = new Promise((_, fail) => (mine.end = () => fail(new TypeError("a stream without an answer"))));
    mine.isOver = new Promise((resolve) => asked.signal.addEventListener("abort", (mine.over = resolve)));
    stream = mine;
    const address = new URL(asked.url);
    address.searchParams.set("stream", mine.name);
    try {
      const answer = await Promise.race([request(new Request(address, asked)), unanswered]);
      return answer.ok ? calmed(answer, mine) : answer;
    } catch (error) {
      // It is asked for once more, under another name.
      mine.over();
      throw error;
    }
  }

  // An event has joined. Where the server had ended the stream, no answer will come on it: the page would wait for ever
  // if it learnt that the event has joined before it has heard of the end.
  async function hears(answer) {
    const ending = stream;
    if (!ending || answer.headers.get("ended-stream") !== ending.name) return;
    // Where the end does not arrive, on a connection that is dead or very slow, it is said here.
    const missing = setTimeout(() => {
      isBroken();
      ending.end();
    }, END_ARRIVES);
    await ending.isOver;
    clearTimeout(missing);
  }

  function isBroken() {
    brokenOff = true;
    suspect();
  }

  function calmed(answer, mine) {
    const reader = answer.body.getReader();
    const pull = async (shown) => {
      try {
        const { done, value } = await reader.read();
        if (!done) return shown.enqueue(value);
        // What came before has been heard by the next task.
        await new Promise((resolve) => setTimeout(resolve));
        if (!mine.signal.aborted) throw new TypeError("a stream without its end");
      } catch (error) {
        if (mine.signal.aborted) return shown.error(error);
        isBroken();
        shown.enqueue(END);
        shown.close();
      }
    };
    const start = (shown) => (mine.end = () => shown.enqueue(END));
    return new Response(new ReadableStream({ start, pull, cancel: () => reader.cancel() }), answer);
  }

  // Should Gradio have given up all the same.
  let mustReload = false;
  function reloadWhenBack() {
    mustReload = true;
    suspect();
  }

  function look(delay = 0) {
    clearTimeout(looking);
    looking = setTimeout(ask, delay);
  }

  // Something has failed; while it is known that the server is away, that is nothing new.
  function suspect() {
    if (!failures) look();
  }

  async function ask() {
    try {
      const answer = await request("/here", { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new TypeError(answer.statusText);
      told(await answer.json());
    } catch {
      missed();
    }
  }

  function missed() {
    show("offline", true);
    look(WAITS[Math.min(failures++, WAITS.length - 1)]);
  }

  function told(here) {
    show("offline", false);
    wasKnown ||= here.known;
    show("stranger", wasKnown && !here.known);
    show("newer", here.known && here.build !== build);
    if (mustReload) return location.reload();
    const wasAway = failures || brokenOff;
    for (const goOn of waiting.splice(0)) goOn();
    if (here.known && wasAway) takeUp();
    failures = 0;
    brokenOff = false;
    // The first time, Gradio may not have drawn yet what says so.
    if (!document.hidden) look(line("newer") ? LOOK : WAITS[0]);
  }

  function show(name, shown) {
    if (!line(name) || line(name).hidden === !shown) return;
    line(name).hidden = !shown;
  }

  // The conversation is opened once more: with all that was written meanwhile, and followed where it still is.
  function takeUp() {
    const conversation = find("#history [data-conversation]")?.dataset.conversation;
    if (conversation) hidden.send({ do: "open", conversation });
  }

  // As somebody else: with a cookie of their own, and the words in the box taken along.
  async function beginAnew() {
    try {
      const text = find("#message textarea").value;
      await request("/", { cache: "no-store" });
      if (text) await request("/draft", { method: "PUT", body: JSON.stringify({ text, seen: "" }) });
    } finally {
      location.assign("/");
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#connection [data-connection]");
    if (!button) return;
    const doings = { retry: () => look(), reload: () => location.reload(), anew: beginAnew };
    doings[button.dataset.connection]();
  });
  addEventListener("online", () => look());
  addEventListener("offline", () => look());
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  look();
})();

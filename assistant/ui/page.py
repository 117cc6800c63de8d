"""The chat page: a Gradio Blocks app, its events wired, mounted into the web app."""

import sys
from functools import partial
from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.engine import Engine, EngineStage
from assistant.ui.attach_events import AttachEvents
from assistant.ui.compare_views import CompareViews
from assistant.ui.context_route import context_route
from assistant.ui.events import Events
from assistant.ui.feedback_views import FeedbackViews
from assistant.ui.fragments import Fragments
from assistant.ui.handlers import Handlers, Identify, speak_with
from assistant.ui.keeping import Keeping
from assistant.ui.layout import Fixed, Screen, lay_out
from assistant.ui.option_views import OptionViews
from assistant.ui.page_files import STATIC
from assistant.ui.prompt_views import PromptViews
from assistant.ui.search_events import SearchEvents
from assistant.ui.services import Services
from assistant.ui.spoken_blocks import SpokenBlocks
from assistant.ui.theme import THEME
from assistant.ui.views import Views
from assistant.ui.visit import Updates
from assistant.wording import Wording

_NEVER = 1e9
"""Seconds."""

_POLL_SECONDS = 0.01
"""From one look of Gradio's queue for an event to the next. Its own is a thousandth: a twelfth of a core for a server
that nobody uses."""

MOST_TABS = 200
"""Of so many Gradio remembers what each shows, for links of its own that nobody makes here: 0.1 MiB, and all that is
shown there. Its own number is ten thousand. One that comes back after so many others is remembered anew: 11 ms."""


def mount_page(
    app: FastAPI,
    services: Services,
    engine: Engine,
    wording: Wording,
    *,
    identify: Identify,
    keeping: Keeping,
    provider_name: str = "",
) -> None:
    """Serve the page at `/` of `app`. `provider_name`: whom people sign in with; empty where nobody does."""
    # Asked each time: a server tells only once it is reached which model it has.
    fragments = Fragments(
        wording,
        lambda: engine.card,
        keeping,
        provider_name,
        continues=lambda: engine.continues,
        fixed_options=lambda: engine.fixed_options,
    )

    def lay_out_page() -> Screen:
        fixed = Fixed(
            banner=fragments.banner(),
            brand=fragments.brand(),
            side_bar_switch=fragments.side_bar_switch(),
            search=fragments.search(),
            tools=fragments.tools(),
            by_itself=fragments.by_itself(),
            attach=fragments.attach() + fragments.echo(),
            prompts=fragments.prompts(),
        )
        return lay_out(wording, engine.card.options, fixed)

    with SpokenBlocks(lay_out_page, partial(wording, "page.title")) as demo:
        screen = lay_out_page()
        prompting = PromptViews(services.prompts, screen, fragments, wording)
        options = OptionViews(engine, screen, wording)
        views = Views(services.conversations, screen, fragments, wording, prompting, options)
        attaching = AttachEvents(services.attachment_sizes, screen, fragments)
        rating = FeedbackViews(screen, fragments, wording)
        searching = SearchEvents(services.search, screen, fragments)
        events = Events(services, views, attaching, searching, rating, prompting, CompareViews(screen, fragments))
        handlers = Handlers(services, screen, views, events, identify=identify)
        _wire(demo, screen, handlers)
        _show_engine(demo, screen, engine, fragments, options)
    app.include_router(context_route(services.context_meter, services.limits, fragments, identify))
    # mount_gradio_app leaves this unset, and Gradio then skips its check of the files that a client names.
    demo.has_launched = True
    demo.state_session_capacity = MOST_TABS
    # By itself Gradio tells those who wait how many they are, each time that an event begins. One whose page it has
    # forgotten would end the queue of all then; and no page of ours shows the number.
    demo.queue(status_update_rate=_NEVER, default_concurrency_limit=None, api_open=False)
    demo._queue.sleep_when_free = _POLL_SECONDS
    # After each event Gradio summed up its last ten thousand for a page of its own that is not served: 5 to 13 ms each.
    demo._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize
    demo._queue.ANALYTICS_MAX_EVENTS = 1
    gr.mount_gradio_app(
        app,
        demo,
        path="/",
        theme=THEME,
        favicon_path=str(STATIC / "icon.svg"),
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
    )


def _wire(demo: gr.Blocks, screen: Screen, handlers: Handlers) -> None:
    options = list(screen.options.values())
    place = [
        screen.conversations, screen.heading, screen.older, screen.history, screen.live, screen.editing, screen.notice,
        screen.send, screen.stop, screen.announcement, screen.position, screen.prompts.state, *options,
    ]  # fmt: skip
    # The box only where an event fills or empties it: what is being typed meanwhile is nobody else's business.
    everything = [*place, screen.message, screen.attachments, screen.attached, screen.context]
    asked = {screen.message, screen.position, screen.prompts.field, *options}
    # "multiple": a page may send while an answer that it no longer shows is still being followed.
    common: dict[str, Any] = {**_quiet(screen), "trigger_mode": "multiple"}
    demo.load(handlers.load, outputs=[*place, screen.account], **common)
    gr.on([screen.send.click, screen.message.submit], handlers.send, {*asked, screen.attachments}, everything, **common)
    screen.stop.click(handlers.stop, {screen.position}, [screen.notice], **common)
    screen.new_chat.click(handlers.new_chat, outputs=place, **common)
    screen.act.click(handlers.act, {screen.action, *asked, screen.attachments}, [*everything, screen.account], **common)
    # "always_last": of files, or keys, that come in quick succession the last state is drawn last.
    drawn = {**common, "trigger_mode": "always_last"}
    screen.draw_attached.click(handlers.draw_attached, {screen.attachments}, [screen.attached, screen.notice], **drawn)
    screen.look.click(handlers.find, {screen.query}, [screen.found, screen.notice], **drawn)
    shown = [screen.prompts.preview, screen.notice]
    screen.prompts.keep.click(handlers.keep_prompt, {screen.prompts.field, screen.position}, shown, **drawn)
    for control in options:
        changed = control.release if isinstance(control, gr.Slider) else control.blur
        changed(handlers.keep_options, {screen.position, *options}, [screen.notice], **common)


def _show_engine(demo: gr.Blocks, screen: Screen, engine: Engine, fragments: Fragments, options: OptionViews) -> None:
    """While the model loads, the page says what it is doing, once a second; then, which options it does not have."""
    timer = gr.Timer(1.0, active=False)

    def show(request: gr.Request) -> Updates:
        speak_with(request)
        state = engine.state
        goes_on = state.stage not in (EngineStage.READY, EngineStage.FAILED)
        return {screen.engine: fragments.engine(state), timer: gr.Timer(active=goes_on), **options.limits()}

    outputs = [screen.engine, timer, *screen.options.values()]
    shown: dict[str, Any] = {**_quiet(screen), "outputs": outputs}
    demo.load(show, **shown)
    timer.tick(show, **shown)


def _quiet(screen: Screen) -> dict[str, Any]:
    """For an event of which Gradio shows no progress. With each word it would look for where to show none, and copy all
    that stands in each output for it: one of them is told to be the place, and nearly always empty."""
    return {"show_progress": "hidden", "show_progress_on": [screen.announcement], "api_visibility": "private"}

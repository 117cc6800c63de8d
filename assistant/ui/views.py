"""What the page shows: from the service's answers to new values of the screen's components."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import gradio as gr

from assistant.context_view import ContextView
from assistant.conversation import Conversation, GenerationOptions, Message, MessageStatus, Shelf
from assistant.conversation_service import ConversationService, ConversationView
from assistant.errors.root import AssistantError
from assistant.identity import Account
from assistant.prompt_choice import SUITED_PROMPT
from assistant.run_update import RunUpdate
from assistant.time_zones import local_zone
from assistant.ui.action import Action
from assistant.ui.conversation_list import read_list
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.log import Log
from assistant.ui.option_values import read_options, shown_options
from assistant.ui.option_views import OptionViews
from assistant.ui.position import Position, new_position
from assistant.ui.prompt_views import PromptViews
from assistant.ui.visit import Updates
from assistant.wording import Wording

_MOST_DELETED = 200


class Views:
    def __init__(
        self,
        conversations: ConversationService,
        screen: Screen,
        fragments: Fragments,
        wording: Wording,
        prompts: PromptViews,
        options: OptionViews,
    ) -> None:
        self._conversations = conversations
        self._screen = screen
        self._fragments = fragments
        self._t = wording
        self._prompts = prompts
        self._options = options
        self._log = Log(screen, fragments)

    async def conversation(
        self, owner_id: str, view: ConversationView, listed: int | None, editing_id: str | None = None
    ) -> Updates:
        """`listed`: how much of the list. `editing_id`: the question that is being edited, while it is shown."""
        conversation_id = view.conversation.id
        first_id = view.messages[0].id if view.messages else None
        busy = view.active_run is not None
        if editing_id not in {message.id for message in view.messages}:
            editing_id = None
        return {
            **await self.list(owner_id, conversation_id, length=listed),
            **await self._prompts.chosen(owner_id, conversation_id, view.conversation.prompt),
            **self._page(busy=busy),
            **self._options.chosen(view.conversation.options),
            self._screen.heading: self._fragments.heading(view.conversation.title, conversation_id),
            **self._log.messages(view),
            **self._at(new_position(conversation_id, view.conversation.leaf_id, first_id, listed).edits(editing_id)),
            self._screen.announcement: self._t("status.answering") if busy else "",
        }

    async def blank(self, owner_id: str, listed: int | None = None) -> Updates:
        """Nothing opened: what a first visit shows."""
        return {
            **await self.list(owner_id, None, length=listed),
            **await self._prompts.chosen(owner_id, None, SUITED_PROMPT),
            **self._page(busy=False),
            **self._options.first(),
            self._screen.heading: "",
            **self._log.welcome(),
            **self._at(new_position(listed=listed)),
            self._screen.announcement: "",
        }

    def of_a_new_page(self, updates: Updates) -> Updates:
        """Without the options that a page is made with: sent again, they would undo what a quick hand has changed."""
        made_with = shown_options(self._screen.made_with)
        known = {self._screen.options[name]: value for name, value in made_with.items()}
        return {part: value for part, value in updates.items() if part not in known or known[part] != value}

    async def list(
        self, owner_id: str, current_id: str | None, shelf: Shelf = Shelf.MAIN, length: int | None = None
    ) -> Updates:
        shown = await read_list(self._conversations, owner_id, datetime.now(local_zone()), shelf, length)
        return {self._screen.conversations: self._fragments.conversations(shown, current_id)}

    async def recently_deleted(self, owner_id: str) -> Updates:
        """In the place of the list."""
        deleted = await self._conversations.deleted(owner_id, _MOST_DELETED)
        return {self._screen.conversations: self._fragments.recently_deleted(deleted)}

    async def renamed(self, owner_id: str, conversation_id: str, at: Position) -> Updates:
        updates = await self.list(owner_id, at.conversation_id, length=at.listed)
        if conversation_id == at.conversation_id:
            title = (await self._conversations.conversation(owner_id, conversation_id)).title
            updates[self._screen.heading] = self._fragments.heading(title, conversation_id)
        return updates

    def answer(self, update: RunUpdate) -> Updates:
        shown: Updates = {self._screen.live: self._fragments.answer(update)}
        if update.error:
            # Said once: the answer beside it is drawn anew with each word, and would say it each time.
            shown[self._screen.announcement] = self._t("status.saving", reason=self._t.error(update.error))
        return shown

    def opened(self, conversation: Conversation) -> Updates:
        return {self._screen.announcement: self._t("status.opened", title=conversation.title)}

    def answered(self, status: MessageStatus) -> Updates:
        return {self._screen.announcement: self._t(f"status.{status}")}

    def named(self, conversation: Conversation) -> Updates:
        """In the heading; the page's script has it appear in the list."""
        return {self._screen.heading: self._fragments.heading(conversation.title, conversation.id)}

    def editing(self, at: Position, question: Message) -> Updates:
        return {self._screen.message: question.text, **self.quiet(), **self._at(at.edits(question.id))}

    def editing_cancelled(self, at: Position) -> Updates:
        """The page gives box and files back by itself: told twice, as Gradio does, they could be emptied after that."""
        return {**self.quiet(), **self._at(at.edits(None))}

    def deleted(self, conversation_ids: Sequence[str], titles: Sequence[str]) -> Updates:
        undo = Action(do="restore", conversations=tuple(conversation_ids))
        if len(titles) == 1:
            return self._notice("message.deleted", undo, "control.undo", title=titles[0])
        return self._notice("message.deleted_several", undo, "control.undo", count=len(titles))

    def everything_deleted(self, conversations: int) -> Updates:
        told = self._t("message.everything_deleted", count=conversations)
        return {self._screen.notice: self._fragments.notice(told)}

    def archived(self, conversation_ids: Sequence[str]) -> Updates:
        undo = Action(do="unarchive", conversations=tuple(conversation_ids))
        return self._notice("message.archived", undo, "control.undo", count=len(conversation_ids))

    def branch_deleted(self, message_id: str) -> Updates:
        return self._notice("message.branch_deleted", Action(do="restore-branch", message=message_id), "control.undo")

    def account(self, account: Account | None) -> Updates:
        return {self._screen.account: self._fragments.account(account)}

    def of_nobody(self) -> Updates:
        """For a browser that nothing can be kept for."""
        return {**self._log.welcome(), **self.account(None)}

    def sent(self) -> Updates:
        """With the first sight of a turn: what was typed has been taken."""
        return {self._screen.message: ""}

    def kept(self, text: str) -> Updates:
        """In the box, to be sent later."""
        return {self._screen.message: text}

    def quiet(self) -> Updates:
        return {self._screen.notice: ""}

    def context(self, seen: ContextView) -> Updates:
        return {self._screen.context: self._fragments.context(seen), self._screen.notice: ""}

    def unchanged(self) -> Updates:
        return {self._screen.notice: gr.skip()}

    def error(self, error: AssistantError, again: Action | None = None) -> Updates:
        """`again`: what was refused, where that was not what is in the box."""
        return {self._screen.notice: self._fragments.error(error, again)}

    def internal_error(self) -> Updates:
        return {self._screen.notice: self._fragments.notice(self._t("error.internal"), alert=True)}

    def options(self, values: Mapping[Any, Any]) -> GenerationOptions:
        """Raises InvalidOptionError."""
        return read_options({name: values[control] for name, control in self._screen.options.items()})

    def _at(self, at: Position) -> Updates:
        """Where the page is, and whether a question is being edited there: one is not said without the other."""
        told = self._t("message.editing") if at.editing_id else ""
        notice = self._fragments.notice(
            told, action=_sent(Action(do="cancel-edit")), label=self._t("control.edit_cancel")
        )
        return {self._screen.position: at.to_json(), self._screen.editing: notice}

    def _notice(self, key: str, action: Action, label: str, **facts: str | int) -> Updates:
        told = self._fragments.notice(self._t(key, **facts), action=_sent(action), label=self._t(label))
        return {self._screen.notice: told}

    def _page(self, *, busy: bool) -> Updates:
        return {
            self._screen.send: gr.update(visible=not busy),
            self._screen.stop: gr.update(visible=busy),
            self._screen.live: "",
            self._screen.notice: "",
        }


def _sent(action: Action) -> str:
    return action.model_dump_json(exclude_defaults=True)

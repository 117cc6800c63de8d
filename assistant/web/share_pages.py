"""The HTML of shares: the page behind a link, and the pages on which its owner makes and looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assistant.conversation import Attachment, Role
from assistant.errors.input import ViewNotTakenError
from assistant.passphrase import SHORTEST
from assistant.rendering.attached_files import render_attached_files
from assistant.rendering.markdown import render_message_body
from assistant.share_draft import Draft
from assistant.share_link import new_request
from assistant.sharing import DAYS
from assistant.snapshot import Share, ShareVersion, SideMessage, Snapshot
from assistant.web.marked import marked
from assistant.web.page_templates import page_templates
from assistant.web.share_form import ShareForm
from assistant.wording import Wording

GRANT_MARK = "grant-of-this-viewer"
"""Stands in a kept page where the viewer's own grant goes: nothing of a form's or an address's grammar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedShare:
    share: Share
    is_open: bool
    versions: list[ShareVersion]


class SharePages:
    def __init__(self, wording: Wording, report_address: str) -> None:
        self._t = wording
        self._environment = page_templates(
            wording,
            body=self._body,
            files=self._files,
            branches_at=_branches_at,
            days=DAYS,
            shortest_passphrase=SHORTEST,
            new_request=new_request,
            report_address=report_address,
        )

    # For anybody

    def shared(self, snapshot: Snapshot, token: str, version: int, *, is_bound: bool) -> str:
        """`is_bound`: `GRANT_MARK` stands where the viewer's grant goes."""
        grant = GRANT_MARK if is_bound else ""
        return self._render("share", snapshot=snapshot, token=token, version=version, grant=grant, is_public=True)

    def gone(self) -> str:
        return self._render("not_found")

    def passphrase(self, token: str, *, is_wrong: bool) -> str:
        return self._render("share_passphrase", token=token, is_wrong=is_wrong)

    def closed(self, token: str, error: ViewNotTakenError) -> str:
        return self._render("share_closed", token=token, told=self._t.error(error))

    def changed(self, token: str) -> str:
        return self._render("share_changed", token=token)

    def ending(self, token: str, *, is_done: bool) -> str:
        return self._render("share_end", token=token, is_done=is_done)

    # For its owner

    def draft(self, draft: Draft, form: ShareForm, *, back: str, fault: str = "", updates: Share | None = None) -> str:
        def with_marks(html: Markup) -> Markup:
            return Markup(marked(html, draft.found, form.chosen.kept))  # noqa: S704  # sanitised

        return self._render(
            "share_draft",
            draft=draft,
            form=form,
            fault=fault,
            updates=updates,
            back=back,
            body=lambda role, text: with_marks(self._body(role, text)),
            files=lambda attachments: with_marks(self._files(attachments)),
        )

    def published(self, share: Share, link: str, deletion_link: str) -> str:
        return self._render("share_published", share=share, link=link, deletion_link=deletion_link)

    def mine(self, listed: Sequence[ListedShare]) -> str:
        return self._render("shares", listed=listed)

    def version(self, snapshot: Snapshot) -> str:
        return self._render("share", snapshot=snapshot, token=None, version=0, grant="", is_public=False)

    def _body(self, role: Role, text: str) -> Markup:
        return Markup(render_message_body(role, text, self._t))  # noqa: S704  # sanitised there

    def _files(self, attachments: Sequence[Attachment]) -> Markup:
        return Markup(render_attached_files(attachments, self._t))  # noqa: S704  # escaped there

    def _render(self, name: str, **values: object) -> str:
        return self._environment.get_template(f"{name}.html.jinja").render(**values)


def _branches_at(snapshot: Snapshot, place: int) -> list[list[SideMessage]]:
    """The other versions of the visible message at that place, each with all that follows it, one after the other;
    past the end, what goes on from the last one."""
    after = place - 1 if place else None
    roots: dict[int, list[SideMessage]] = {}
    members: dict[int, int] = {}
    for number, message in enumerate(snapshot.side, len(snapshot.messages)):
        if message.follows == after:
            members[number] = number
        elif message.follows in members:
            members[number] = members[message.follows]
        else:
            continue
        roots.setdefault(members[number], []).append(message)
    return list(roots.values())

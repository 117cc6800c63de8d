"""Files beside the box: drawn with their sizes, held for a question that is asked anew, gone when they were sent."""

from collections.abc import AsyncIterator, Sequence

from assistant.attachment_sizes import AttachmentSizes
from assistant.attachments import accept_attachments
from assistant.conversation import Attachment
from assistant.ui.attached_field import attachments_field
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.visit import Updates, Visit


class AttachEvents:
    def __init__(self, sizes: AttachmentSizes, screen: Screen, fragments: Fragments) -> None:
        self._sizes = sizes
        self._screen = screen
        self._fragments = fragments

    async def draw(self, visit: Visit) -> AsyncIterator[Updates]:
        """Also those that will be refused, so that they can be removed. Raises as `accept_attachments` does."""
        yield await self._drawn(visit.attachments)
        accept_attachments(visit.attachments)

    async def held(self, attachments: Sequence[Attachment]) -> Updates:
        """The files beside the box are these now."""
        return {self._screen.attachments: attachments_field(attachments), **await self._drawn(attachments)}

    async def _drawn(self, attachments: Sequence[Attachment]) -> Updates:
        return {self._screen.attached: self._fragments.attached(await self._sizes.of(attachments))}

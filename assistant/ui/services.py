"""The services that the page calls, put together by app.py."""

from dataclasses import dataclass

from assistant.attachment_sizes import AttachmentSizes
from assistant.chat_service import ChatService
from assistant.context_meter import ContextMeter
from assistant.context_view import ContextViews
from assistant.conversation_service import ConversationService
from assistant.feedback import FeedbackService
from assistant.licences import LicenceService
from assistant.limits import Limits
from assistant.prompt_service import PromptService
from assistant.repeating import Repeating
from assistant.search import SearchService
from assistant.titles import Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    chat: ChatService
    conversations: ConversationService
    feedback: FeedbackService
    licences: LicenceService
    limits: Limits
    search: SearchService
    prompts: PromptService
    attachment_sizes: AttachmentSizes
    context_meter: ContextMeter
    context_views: ContextViews
    repeating: Repeating
    titles: Titles

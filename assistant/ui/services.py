"""The services that the page calls, put together by app.py."""

from dataclasses import dataclass

from assistant.chat_service import ChatService
from assistant.conversation_service import ConversationService
from assistant.sharing import SharingService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    chat: ChatService
    conversations: ConversationService
    sharing: SharingService

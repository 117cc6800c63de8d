"""What people in a crash test use: the app's services, as app.py puts them together."""

from dataclasses import dataclass

from assistant.chat_service import ChatService
from assistant.conversation_service import ConversationService
from assistant.engine import Engine
from assistant.feedback import FeedbackService
from assistant.heartbeat import Heartbeat
from assistant.portable.portability import Portability
from assistant.ports import ConversationStore
from assistant.sharing import SharingService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    engine: Engine
    heartbeat: Heartbeat
    turns: ChatService
    conversations: ConversationService
    sharing: SharingService
    feedback: FeedbackService
    portability: Portability
    store: ConversationStore

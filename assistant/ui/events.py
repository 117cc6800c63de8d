"""All events of the page, put together: which verb is done by whom."""

from assistant.ui.attach_events import AttachEvents
from assistant.ui.branch_events import BranchEvents
from assistant.ui.compare_events import CompareEvents
from assistant.ui.compare_views import CompareViews
from assistant.ui.context_events import ContextEvents
from assistant.ui.erase_events import EraseEvents
from assistant.ui.feedback_events import FeedbackEvents
from assistant.ui.feedback_views import FeedbackViews
from assistant.ui.following import Following
from assistant.ui.licence_events import LicenceEvents
from assistant.ui.list_events import ListEvents
from assistant.ui.pages import Pages
from assistant.ui.prompt_events import PromptEvents
from assistant.ui.prompt_views import PromptViews
from assistant.ui.search_events import SearchEvents
from assistant.ui.services import Services
from assistant.ui.turn_events import TurnEvents
from assistant.ui.views import Views
from assistant.ui.visit import Verb


class Events:
    def __init__(
        self,
        services: Services,
        views: Views,
        attaching: AttachEvents,
        searching: SearchEvents,
        feedback_views: FeedbackViews,
        prompt_views: PromptViews,
        compare_views: CompareViews,
    ) -> None:
        self.pages = Pages()
        self.following = Following(services.chat, services.conversations, services.titles, views, self.pages)
        self.attaching = attaching
        self.searching = searching
        self.turns = TurnEvents(services.chat, services.conversations, self.following, views, attaching)
        self.prompts = PromptEvents(services.prompts, services.conversations, prompt_views)
        self.verbs: dict[str, Verb] = {
            **self.turns.verbs(),
            **self.prompts.verbs(),
            **ListEvents(services.conversations, self.following, views, self.pages).verbs(),
            **EraseEvents(services.conversations, views, self.pages).verbs(),
            **FeedbackEvents(services.feedback, services.conversations, feedback_views).verbs(),
            **BranchEvents(services.conversations, self.following, views).verbs(),
            **CompareEvents(services.chat, services.conversations, self.following, compare_views).verbs(),
            **ContextEvents(services.context_views, services.repeating, self.following, views).verbs(),
        }
        self.verbs |= LicenceEvents(services.licences, self.turns, views, self.verbs).verbs()

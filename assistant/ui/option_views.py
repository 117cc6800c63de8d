"""What the controls of the options show, and what the engine at hand makes of them."""

import gradio as gr

from assistant.conversation import GenerationOptions
from assistant.engine import Engine
from assistant.ui.layout import Screen
from assistant.ui.option_values import shown_options
from assistant.ui.visit import Updates
from assistant.wording import Wording


class OptionViews:
    def __init__(self, engine: Engine, screen: Screen, wording: Wording) -> None:
        self._engine = engine
        self._controls = screen.options
        self._t = wording

    def first(self) -> Updates:
        """Before a conversation has any of its own. Asked each time: a server tells late which model it has."""
        return self.chosen(self._engine.card.options)

    def chosen(self, options: GenerationOptions) -> Updates:
        """A conversation may have begun with another engine: what this one cannot be told is shown as it will be."""
        possible = options.model_copy(update=dict(self._engine.fixed_options))
        return {self._controls[name]: value for name, value in shown_options(possible).items()}

    def limits(self) -> Updates:
        """Once the engine is known: what it would refuse is not to be moved, and says why."""
        if not (ready := self._engine.if_ready):
            return {}
        why = self._t("option.fixed")
        updates: Updates = {
            self._controls[name]: gr.update(value=value, interactive=False, info=why)
            for name, value in ready.model.fixed_options.items()
        }
        if not ready.model.repeatable:
            updates[self._controls["seed"]] = gr.update(info=self._t("option.seed_unheeded"))
        return updates

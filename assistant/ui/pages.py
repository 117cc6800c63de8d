"""Which page watches what: a page that turned to something else gets no more of the old answer."""

from dataclasses import dataclass

from assistant.newest import Newest

_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One visit of one page to one thing; two visits are never equal."""

    page: str


class Pages:
    def __init__(self) -> None:
        self._places: Newest[str, Place] = Newest(_MOST_PAGES)

    def turn(self, page: str | None) -> Place:
        """The page (Gradio's session hash) looks at something else from now on."""
        place = Place(page or "")
        self._places[place.page] = place
        return place

    def has_turned(self, page: str | None) -> bool:
        return (page or "") in self._places

    def still_at(self, place: Place) -> bool:
        return self._places.get(place.page) is place

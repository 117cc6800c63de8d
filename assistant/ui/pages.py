"""Which page watches what: a page that turned to something else gets no more of the old answer."""

from collections import OrderedDict
from dataclasses import dataclass

_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One visit of one page to one thing; two visits are never equal."""

    page: str


class Pages:
    def __init__(self) -> None:
        self._places: OrderedDict[str, Place] = OrderedDict()

    def turn(self, page: str | None) -> Place:
        """The page (Gradio's session hash) looks at something else from now on."""
        place = Place(page or "")
        self._places[place.page] = place
        self._places.move_to_end(place.page)
        if len(self._places) > _MOST_PAGES:
            self._places.popitem(last=False)
        return place

    def has_turned(self, page: str | None) -> bool:
        return (page or "") in self._places

    def still_at(self, place: Place) -> bool:
        return self._places.get(place.page) is place

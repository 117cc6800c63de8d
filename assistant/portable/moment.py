"""Points in time as files give them: ISO 8601, or seconds since 1970."""

from datetime import UTC, datetime

from assistant.portable.bounds import YEARS
from assistant.portable.broken_file import broken


def in_bounds(moment: datetime) -> datetime:
    """In UTC. Raises ValueError."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(_FAULT) from error
    if moment.year not in YEARS:
        raise ValueError(_FAULT)
    return moment


def read_moment(value: object, otherwise: datetime | None) -> datetime:
    """`otherwise`: for what is not given. Raises BrokenFileError."""
    if value is None and otherwise is not None:
        return otherwise
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return in_bounds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return in_bounds(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise broken(_FAULT) from error
    raise broken("it has no date")


_FAULT = f"a date in it is none, or not between {YEARS.start} and {YEARS.stop}"

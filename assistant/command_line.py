"""What `python app.py` can be asked for; without a word it serves the page."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    name: str | None
    """None: serve the page."""
    path: Path | None


def read_command(arguments: Sequence[str], t: Wording) -> Command:
    """Raises SystemExit, with help or with what is wrong told, as command lines do."""
    parser = argparse.ArgumentParser(prog="python app.py", description=t("command.about"))
    commands = parser.add_subparsers(dest="name", title=t("command.title"), metavar="")
    for name, about in {"backup": t("command.backup"), "export-ratings": t("command.export_ratings")}.items():
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("path", metavar="PATH", type=Path, help=t("command.path"))
    given = parser.parse_args(arguments)
    return Command(name=given.name, path=getattr(given, "path", None))

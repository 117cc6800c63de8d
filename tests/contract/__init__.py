"""What every conversation store has to do, in the parts of `assistant.ports`."""

import pytest

# These asserts are not in a test module: pytest has to be asked to explain them.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{part}"
        for part in (
            "allowances",
            "turns",
            "conversations",
            "deletion",
            "drafts",
            "feedback",
            "identities",
            "imports",
            "licences",
            "presets",
            "runs",
            "search",
            "shares",
            "shelves",
        )
    )
)

"""Who may sign in, by what their provider says of them; and which provider that is."""

from typing import Any

import pytest
from pydantic import SecretStr

from assistant.errors.app import SettingsError
from assistant.errors.visitor import SignInNotAllowedError
from assistant.settings import Settings
from assistant.sign_in.admission import admit
from assistant.sign_in.configuration import SignInConfiguration, find_sign_in

ANN = {"sub": "42", "preferred_username": "ann"}
SPACE = {
    "OPENID_PROVIDER_URL": "https://huggingface.co",
    "OAUTH_CLIENT_ID": "of-the-space",
    "OAUTH_CLIENT_SECRET": "s3cret",
    "OAUTH_SCOPES": "openid profile",
}


def found(environment: dict[str, str] | None = None, **settings: Any) -> SignInConfiguration | None:
    return find_sign_in(Settings(_env_file=None, **settings), environment or {})  # type: ignore[call-arg]


def configured(**settings: Any) -> SignInConfiguration:
    configuration = found(SPACE, **settings)
    assert configuration
    return configuration


@pytest.mark.parametrize(
    ("allowed", "claims", "comes_in"),
    [
        ({}, {}, True),
        ({"sign_in_users": ("ann", "bob")}, {}, True),
        ({"sign_in_users": ("bob",)}, {}, False),
        ({"sign_in_users": ("bob",)}, {"name": "bob"}, False),
        ({"sign_in_users": ("ann@example.org",)}, {"email": "ann@example.org", "email_verified": True}, True),
        ({"sign_in_users": ("ann@example.org",)}, {"email": "ann@example.org"}, False),
        ({"sign_in_users": ("ann@example.org",)}, {"email": "ann@example.org", "email_verified": "yes"}, False),
        ({"sign_in_organisations": ("acme",)}, {"orgs": [{"preferred_username": "acme", "name": "A"}]}, True),
        ({"sign_in_organisations": ("acme",)}, {"groups": ["acme"]}, True),
        ({"sign_in_organisations": ("acme",)}, {"orgs": [{"name": "acme"}], "groups": [None, 1]}, False),
        ({"sign_in_organisations": ("acme",)}, {"orgs": None}, False),
        ({"sign_in_organisations": ("acme",)}, {"groups": "acme"}, False),
        ({"sign_in_organisations": ("ann",)}, {}, False),
        ({"sign_in_organisations": ("acme",), "sign_in_users": ("ann",)}, {}, True),
    ],
    ids=str,
)
def test_only_those_on_the_list_come_in(allowed: dict[str, Any], claims: dict[str, Any], comes_in: bool) -> None:
    configuration = configured(**allowed)
    if comes_in:
        assert admit(configuration, {**ANN, **claims}).subject == "42"
    else:
        with pytest.raises(SignInNotAllowedError) as refused:
            admit(configuration, {**ANN, **claims})
        assert refused.value.facts == {"name": "ann"}


def test_an_account_is_named_by_the_first_name_that_there_is() -> None:
    for claims, name in (
        (ANN, "ann"),
        ({"sub": "42", "name": "Ann"}, "Ann"),
        ({"sub": "42"}, "42"),
        ({"sub": "42", "name": "x" * 500}, "x" * 200),
    ):
        assert admit(configured(), claims).name == name


def test_a_space_says_all_that_has_to_be_known_and_settings_come_first() -> None:
    assert found() is None
    assert found({"SPACE_HOST": "me.hf.space"}) is None
    assert configured() == SignInConfiguration(
        provider_url="https://huggingface.co",
        provider_name="Hugging Face",
        client_id="of-the-space",
        client_secret=SecretStr("s3cret"),
        scopes="openid profile",
        users=frozenset(),
        organisations=frozenset(),
        is_required=False,
    )
    own = configured(oidc_provider_url="https://id.example/", oidc_client_id="own", oidc_client_secret="other")
    assert (own.provider_url, own.provider_name, own.client_id) == ("https://id.example", "id.example", "own")
    assert own.client_secret.get_secret_value() == "other"


@pytest.mark.parametrize(
    "half",
    [
        {"oidc_provider_url": "https://id.example"},
        {"oidc_client_id": "app"},
        {"sign_in_required": True},
        {"sign_in_users": ("ann",)},
        {"sign_in_organisations": ("acme",)},
    ],
    ids=str,
)
def test_half_of_a_sign_in_stops_the_start_instead_of_letting_everybody_in(half: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        found(**half)
    assert refused.value.facts["setting"] == f"ASSISTANT_{next(iter(half)).upper()}"

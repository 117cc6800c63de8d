"""Who may come in, by what their provider says of them, and what they are called."""

from assistant.errors.visitor import SignInNotAllowedError
from assistant.identity import Account
from assistant.sign_in.configuration import SignInConfiguration
from assistant.sign_in.provider import Claims

_LONGEST_NAME = 200


def admit(configuration: SignInConfiguration, claims: Claims) -> Account:
    """Raises SignInNotAllowedError."""
    names = _names(claims)
    shown = _shown_name(claims)
    is_restricted = bool(configuration.users or configuration.organisations)
    if is_restricted and not (names & configuration.users or _organisations(claims) & configuration.organisations):
        raise SignInNotAllowedError(name=shown)
    return Account(issuer=configuration.provider_url, subject=str(claims["sub"]), name=shown)


def _names(claims: Claims) -> set[str]:
    """By which a list of users may name somebody. An address counts only where the provider has checked it."""
    names = {str(claims["sub"])}
    if user_name := claims.get("preferred_username"):
        names.add(str(user_name))
    if claims.get("email_verified") is True and claims.get("email"):
        names.add(str(claims["email"]))
    return names


def _organisations(claims: Claims) -> set[str]:
    """Hugging Face's `orgs`, each with a name for addresses; others' `groups`, which are plain names."""
    found: set[str] = set()
    for claim in ("orgs", "groups"):
        listed = claims.get(claim)
        for each in listed if isinstance(listed, list) else ():
            name = each.get("preferred_username") if isinstance(each, dict) else each
            if isinstance(name, str):
                found.add(name)
    return found


def _shown_name(claims: Claims) -> str:
    for claim in ("preferred_username", "name", "email", "sub"):
        if name := claims.get(claim):
            return str(name)[:_LONGEST_NAME]
    raise SignInNotAllowedError(name="")

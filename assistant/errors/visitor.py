"""Who asks, and whether they may: identity, sign-in, a licence to be accepted, limits."""

from assistant.errors.root import AssistantError


class NoIdentityError(AssistantError):
    code = "no_identity"


class SignedOutError(NoIdentityError):
    code = "signed_out"


class SignInRequiredError(NoIdentityError):
    code = "sign_in_required"


class SignInError(AssistantError):
    code = "sign_in"


class SignInDeniedError(SignInError):
    """The person did not agree, or the provider did not. Facts: `provider`."""

    code = "sign_in_denied"


class SignInStaleError(SignInError):
    """It was begun too long ago, in another browser, or has been finished already."""

    code = "sign_in_stale"


class SignInNotAllowedError(SignInError):
    """The provider knows the person, and this app's list does not. Facts: `name`."""

    code = "sign_in_not_allowed"


class SignInFailedError(SignInError):
    """The provider cannot be reached, or answered what cannot be believed. Facts: `provider`."""

    code = "sign_in_failed"
    retryable = True


class LicenceNotAcceptedError(AssistantError):
    """Facts: `model`, `licence` (its name, with the version), `url` of its text."""

    code = "licence_not_accepted"


class LimitError(AssistantError):
    """Facts: `retry_after` (seconds), and where there is one the bound: `allowed` within `period` (seconds)."""

    code = "limit"
    retryable = True


class TooManyTurnsError(LimitError):
    code = "too_many_turns"


class TooManyTokensError(LimitError):
    code = "too_many_tokens"


class TooManyAnswersError(LimitError):
    """So many are being written already. Facts: `allowed`, `retry_after` (seconds, a guess)."""

    code = "too_many_answers"


class TooManySharesError(LimitError):
    code = "too_many_shares"


class TooManyImportsError(LimitError):
    code = "too_many_imports"


class TooManyExportsError(LimitError):
    code = "too_many_exports"


class TooManyRequestsError(LimitError):
    """A page asked too often, as a script would."""

    code = "too_many_requests"


class TooManyMissesError(LimitError):
    """Links that lead nowhere were tried too often."""

    code = "too_many_misses"


class TooManyGuessesError(LimitError):
    """Pass-phrases of one share were tried too often, by whomever."""

    code = "too_many_guesses"


class TooManySignInsError(LimitError):
    code = "too_many_sign_ins"

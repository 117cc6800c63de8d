"""Keys and tokens of services that give theirs a shape of its own."""

import re
from collections.abc import Iterator

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from assistant.detection.finding import Finding, Kind
from assistant.detection.placeholders import is_placeholder

# Not among them: npm, OpenAI and JWT, which take quadratic time on hostile text, and IBM, SoftLayer and Cloudant, which
# take cubic time on a row of spaces. Our own rules below, and those for passwords, find what these do.
_DETECTORS = (
    ArtifactoryDetector, AWSKeyDetector, AzureStorageKeyDetector, DiscordBotTokenDetector, GitHubTokenDetector,
    GitLabTokenDetector, MailchimpDetector, PypiTokenDetector, SendGridDetector, SlackDetector, SquareOAuthDetector,
    StripeDetector, TelegramBotTokenDetector, TwilioKeyDetector,
)  # fmt: skip
_THEIRS = tuple(pattern for detector in _DETECTORS for pattern in detector.denylist)
_OURS = tuple(
    re.compile(rf"(?<![A-Za-z0-9_-])(?:{shape})")
    for shape in (
        r"hf_[A-Za-z0-9]{30,}+|api_org_[A-Za-z0-9]{30,}+",  # Hugging Face
        r"sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}+",  # OpenAI, Anthropic, OpenRouter
        r"gh[pousr]_[A-Za-z0-9]{30,}+|github_pat_[A-Za-z0-9_]{22,}+",
        r"gsk_[A-Za-z0-9]{40,}+|r8_[A-Za-z0-9]{32,}+|pplx-[A-Za-z0-9]{40,}+",  # Groq, Replicate, Perplexity
        r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}+|GOCSPX-[A-Za-z0-9_-]{28}",  # Google
        r"do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}|LTAI[A-Za-z0-9]{16,24}|AKID[A-Za-z0-9]{32}",  # other clouds
        r"[A-Za-z0-9~._-]{3}8Q~[A-Za-z0-9~._-]{31,34}",  # Azure's client secrets
        r"npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{60,}+|xapp-[0-9]-[A-Za-z0-9-]{20,}+|xox[abeoprs]-[A-Za-z0-9-]{20,}+",
        r"[rs]k_(?:live|test)_[A-Za-z0-9]{20,}+|whsec_[A-Za-z0-9+/=]{24,}+|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
        r"glpat-[A-Za-z0-9_-]{20,}+|AGE-SECRET-KEY-1[A-Z0-9]{50,}+|hvs\.[A-Za-z0-9_-]{24,}+",
    )
)
_SIGNATURE = re.compile(r"(?<=[?&]sig=)[A-Za-z0-9%+/]{40,}+(?:%3D|=)?")  # an address that Azure's storage has signed
_WEB_TOKEN = re.compile(r"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_=-]++\.eyJ[A-Za-z0-9_=-]++\.[A-Za-z0-9_=-]*+")
_BEARER = re.compile(
    r"(?i:\bauthorization['\"]?\s{0,3}[:=]\s{0,3}['\"]?f?(?:bearer|basic|token) )([A-Za-z0-9._~+/=-]{16,}+)"
)
_WORD = re.compile(r"[A-Za-z0-9]")
_REST = re.compile(r"[A-Za-z0-9_-]{0,300}+")
_DELIMITERS = " \t\r\n=:\"'"


def find_tokens(text: str) -> Iterator[Finding]:
    for pattern in _THEIRS:
        at = 0
        for found in pattern.finditer(text):
            # Within what was found already: a long row of beginnings is looked at once.
            if found.start() >= at:
                for finding in _checked(text, *_value_of(found)):
                    yield finding
                    at = finding.end
    for pattern in (*_OURS, _SIGNATURE):
        for found in pattern.finditer(text):
            yield from _checked(text, *found.span())
    for found in _BEARER.finditer(text):
        yield from _checked(text, *found.span(1))
    for found in _WEB_TOKEN.finditer(text):
        if JwtTokenDetector.is_formally_valid(found.group()):
            yield Finding(Kind.TOKEN, *found.span())


def _value_of(found: re.Match[str]) -> tuple[int, int]:
    """Some rules match what stands around the secret too; a group is the secret, or only its beginning."""
    start, end = found.span()
    if found.re.groups and len(found[1] or "") >= 20:
        return found.span(1)
    value = found.group().strip(_DELIMITERS)
    start += found.group().index(value)
    return (start + len("AccountKey="), end) if value.startswith("AccountKey=") else (start, start + len(value))


def _checked(text: str, start: int, end: int) -> Iterator[Finding]:
    """Not in the middle of a longer word, such as an image in base64, and with a digit: random text has one."""
    if start and _WORD.match(text, start - 1):
        return
    rest = _REST.match(text, end)
    end = rest.end() if rest else end
    value = text[start:end]
    if any(character.isdigit() for character in value) and not is_placeholder(value[4:]):
        yield Finding(Kind.TOKEN, start, end)

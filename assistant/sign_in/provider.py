"""A provider of OpenID Connect, through Authlib: where a person is sent to, and who came back.

Authorization code with PKCE; state and nonce are made here and kept by the caller. Tokens do not leave this module:
what the provider says of the person is read, and they are dropped.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError

from assistant.errors.visitor import SignInFailedError
from assistant.sign_in.configuration import SignInConfiguration

_SECONDS = 10.0
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    url: str
    state: str
    nonce: str
    code_verifier: str


class Provider:
    def __init__(self, configuration: SignInConfiguration) -> None:
        self.name = configuration.provider_name
        self._issuer = configuration.provider_url
        self._client = OAuth().register(
            "oidc",
            client_id=configuration.client_id,
            client_secret=configuration.client_secret.get_secret_value() or None,
            server_metadata_url=f"{configuration.provider_url}/.well-known/openid-configuration",
            client_kwargs={"scope": configuration.scopes, "code_challenge_method": "S256", "timeout": _SECONDS},
        )

    async def depart(self, redirect_uri: str) -> Departure:
        """Raises SignInFailedError when the provider cannot be reached, or is another one than it should be."""
        with self._told():
            await self._look_it_up()
            begun = await self._client.create_authorization_url(redirect_uri)
        return Departure(
            url=begun["url"], state=begun["state"], nonce=begun["nonce"], code_verifier=begun["code_verifier"]
        )

    async def arrive(self, code: str, departure: Mapping[str, str]) -> Claims:
        """What the provider says of whoever came back with this code, its signature and nonce checked.

        `departure` has `redirect_uri`, `nonce` and `code_verifier`. Raises SignInFailedError.
        """
        with self._told():
            metadata = await self._look_it_up()
            token = await self._client.fetch_access_token(
                redirect_uri=departure["redirect_uri"], code=code, code_verifier=departure["code_verifier"]
            )
            claims = await self._client.parse_id_token(token, nonce=departure["nonce"])
            if not claims or not claims.get("sub"):
                raise SignInFailedError(provider=self.name)
            if "userinfo_endpoint" in metadata:
                more = await self._client.userinfo(token=token)
                if more.get("sub") != claims["sub"]:
                    raise SignInFailedError(provider=self.name)
                return {**more, **claims}
            return dict(claims)

    async def _look_it_up(self) -> Mapping[str, Any]:
        """What the provider says of itself, once."""
        metadata: dict[str, Any] = await self._client.load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != self._issuer:
            # Kept, it would be believed the next time.
            self._client.server_metadata.clear()
            raise SignInFailedError(provider=self.name)
        return metadata

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL, AuthlibBaseError, JoseError, RuntimeError) as error:
            raise SignInFailedError(provider=self.name) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # An answer that is no JSON, or not what it should be.
            raise SignInFailedError(provider=self.name) from error

"""A provider of OpenID Connect on loopback: it asks a person, signs what it says of them, and can be told to cheat."""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "the-app", "the-apps-secret"
ANN = {"sub": "42", "preferred_username": "ann", "name": "Ann Example"}


@dataclass
class OidcProvider:
    """An async context manager. `shown_at`: where browsers reach it, if elsewhere than this machine does."""

    shown_at: str = ""
    person: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    """Who signs in at it."""
    token_claims: dict[str, Any] = field(default_factory=dict)
    """Claimed instead, in the token alone."""
    issuer: str = ""
    """Claimed instead of its own address."""
    signs_with_another_key: bool = False
    is_broken: bool = False
    """Answers nothing but 500."""
    userinfo_subject: str = ""
    """Claimed instead, by the other route."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """How people were sent here."""

    async def __aenter__(self) -> Self:
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._key, self._other_key = (RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}) for _ in range(2))
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="error", lifespan="off"))
        self._serving = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started:
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._serving

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def break_down(request: Request, call_next: Any) -> Response:
            return Response("Broken", 500) if self.is_broken else await call_next(request)

        app.get("/.well-known/openid-configuration")(self._metadata)
        app.get("/oauth/authorize")(self._authorize)
        app.post("/oauth/token")(self._token)
        app.get("/oauth/userinfo")(self._userinfo)
        app.get("/oauth/jwks")(self._jwks)
        return app

    async def _metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer or self.url,
            "authorization_endpoint": f"{self.shown_at or self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "userinfo_endpoint": f"{self.url}/oauth/userinfo",
            "jwks_uri": f"{self.url}/oauth/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"state": asked["state"]}
        allow = f"{asked['redirect_uri']}?{urlencode({'code': code, **back})}"
        cancel = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', **back})}"
        page = f'<!doctype html><title>Provider</title><a href="{allow}">Allow</a> <a href="{cancel}">Cancel</a>'
        # As the real one does: neither shown in a frame nor known to the tab that opened it.
        return HTMLResponse(page, headers={"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"})

    async def _token(
        self,
        code: str = Form(),
        redirect_uri: str = Form(),
        code_verifier: str = Form(),
        authorization: str = Header(),
    ) -> Response:
        asked = self._codes.pop(code, None)
        client = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {client}":
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        if asked is None or asked["redirect_uri"] != redirect_uri or asked.get("code_challenge") != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        self._tokens.add(access_token)
        claims = {
            "iss": self.issuer or self.url,
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "nonce": asked.get("nonce", ""),
            "sub": self.person["sub"],
            **self.token_claims,
        }
        key = self._other_key if self.signs_with_another_key else self._key
        id_token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        return JSONResponse({"access_token": access_token, "token_type": "Bearer", "id_token": id_token})

    async def _userinfo(self, authorization: str = Header()) -> Response:
        if authorization.removeprefix("Bearer ") not in self._tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({**self.person, "sub": self.userinfo_subject or self.person["sub"]})

    async def _jwks(self) -> dict[str, object]:
        return {"keys": [self._key.as_dict(private=False)]}

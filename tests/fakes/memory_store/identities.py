"""Who people are, in memory."""

from dataclasses import replace
from datetime import date, datetime

from assistant.errors.app import NotFoundError
from assistant.errors.visitor import SignedOutError
from assistant.identity import Account, Identity
from tests.fakes.memory_store.state import KnownToken, MemoryState


class MemoryIdentities(MemoryState):
    def identity(self, token_sha256: str) -> Identity:
        known = self._tokens.get(token_sha256)
        if known is None:
            return Identity(owner_id=token_sha256)
        if known.revoked_on is not None:
            raise SignedOutError
        account = self._accounts.get(known.owner_id)
        return Identity(owner_id=known.owner_id, account=account, signed_in_on=known.created_on if account else None)

    def see(self, token_sha256: str, today: date) -> bool:
        known = self._tokens.get(token_sha256)
        if known is None or known.seen_on >= today:
            return False
        self._tokens[token_sha256] = replace(known, seen_on=today)
        return True

    def sign_in(self, account: Account, token_sha256: str, former_sha256: str | None, today: date) -> Identity:
        owner_id = self._account_owner(account)
        self._accounts[owner_id] = account
        if former_sha256 is not None:
            former = self._tokens.get(former_sha256)
            if former is None or former.owner_id == former_sha256:
                self._change_owner(former_sha256, owner_id)
            self._revoke(former_sha256, today)
        self._tokens[token_sha256] = KnownToken(owner_id=owner_id, created_on=today, seen_on=today)
        return Identity(owner_id=owner_id, account=account, signed_in_on=today)

    def sign_out(self, token_sha256: str, today: date) -> None:
        if token_sha256 in self._tokens:
            self._revoke(token_sha256, today)

    def _revoke(self, token_sha256: str, today: date) -> None:
        known = self._tokens.get(token_sha256) or KnownToken(owner_id=token_sha256, created_on=today, seen_on=today)
        self._tokens[token_sha256] = replace(known, revoked_on=known.revoked_on or today)

    def sign_out_everywhere(self, owner_id: str, today: date) -> int:
        living = [token for token, known in self._tokens.items() if known.owner_id == owner_id and not known.revoked_on]
        for token in living:
            self.sign_out(token, today)
        return len(living)

    def forget_revoked(self, before: date) -> int:
        old = [token for token, known in self._tokens.items() if known.revoked_on and known.revoked_on < before]
        for token in old:
            del self._tokens[token]
        return len(old)

    def add_sign_in_step(self, key_sha256: str, step: dict[str, str], now: datetime, expires_at: datetime) -> None:
        self._steps = {key: kept for key, kept in self._steps.items() if kept[1] > now}
        self._steps[key_sha256] = (step, expires_at)

    def take_sign_in_step(self, key_sha256: str, now: datetime) -> dict[str, str]:
        step, expires_at = self._steps.pop(key_sha256, ({}, now))
        if expires_at <= now:
            raise NotFoundError(kind="sign_in")
        return step

    def _account_owner(self, account: Account) -> str:
        for owner_id, known in self._accounts.items():
            if (known.issuer, known.subject) == (account.issuer, account.subject):
                return owner_id
        self._account_number += 1
        return f"account-{self._account_number}"

    def _change_owner(self, former_id: str, owner_id: str) -> None:
        self._conversations = {
            id_: replace(each, owner_id=owner_id) if each.owner_id == former_id else each
            for id_, each in self._conversations.items()
        }
        self._runs = {
            id_: replace(each, owner_id=owner_id) if each.owner_id == former_id else each
            for id_, each in self._runs.items()
        }
        for former, licence in [key for key in self._licences if key[0] == former_id]:
            self._licences.setdefault((owner_id, licence), self._licences.pop((former, licence)))
        if (agreed := self._agreed.pop(former_id, None)) and owner_id not in self._agreed:
            self._agreed[owner_id] = agreed
        for former, conversation_id in [key for key in self._drafts if key[0] == former_id]:
            draft = self._drafts.pop((former, conversation_id))
            self._drafts.setdefault((owner_id, conversation_id), draft)
        theirs = self._presets.pop(former_id, {})
        own = self._presets.setdefault(owner_id, {})
        taken = {preset.name for preset in own.values()}
        own |= {id_: preset for id_, preset in theirs.items() if preset.name not in taken}

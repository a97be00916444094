"""Profiles and their tokens: readers with names, each taught by itself, and who may teach them."""

from __future__ import annotations

import hmac
import secrets
import threading
from hashlib import sha256

from palote.learn.learning import Learning
from palote.learn.records import Profile
from palote.learn.store import Store

__all__ = ["Owners"]

TOKEN_BYTES = 24


class Owners:
    """The part of a `palote.learn.Teacher` that knows whose corrections there are.

    Args:
        store: what is kept.
        learning: what readers look at.
    """

    def __init__(self, store: Store, learning: Learning) -> None:
        self._store = store
        self._learning = learning
        self._lock = threading.RLock()

    def profiles(self) -> tuple[Profile, ...]:
        """Return all profiles, in order of name."""
        return self._store.profiles()

    def add_profile(self, name: str) -> Profile:
        """Make a profile.

        Raises:
            UsageError: it is there already, or this is no name.
        """
        with self._lock:
            self._store.add_profile(name)
            self._learning.shelves.publish(name)
        proper = self._store.shelf(name).name
        return next(one for one in self.profiles() if one.name == proper)

    def remove_profile(self, name: str) -> None:
        """Delete a profile with its pictures, versions and token."""
        with self._lock:
            self._store.remove_profile(name)
            self._learning.forget()
            self._learning.shelves.sync(look=True)

    def new_token(self, profile: str) -> str:
        """Make a profile's token; only its hash is kept, and an older one is void."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._store.set_token(profile, sha256(token.encode()).digest())
        return token

    def drop_token(self, profile: str) -> None:
        """Let a profile have no token."""
        self._store.set_token(profile, None)

    def profile_of(self, token: str) -> str | None:
        """Return whose token it is; it takes as long for a wrong one as for a right one."""
        hashed = sha256(token.encode("utf-8", "surrogatepass")).digest()
        owner = None
        for name, known in self._store.token_hashes():
            if hmac.compare_digest(hashed, known):
                owner = name
        return owner

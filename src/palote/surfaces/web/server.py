"""`serve`: the address, the certificate, the browser; what ``palote serve`` runs."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

import uvicorn

from palote.errors import MissingExtra, ServerError, UsageError
from palote.settings import Settings
from palote.surfaces.web.announce import Invitation, say, show_certificate, url
from palote.surfaces.web.app import create_app
from palote.surfaces.web.certificate import Certificate, local_certificate
from palote.surfaces.web.forking import in_a_copy
from palote.surfaces.web.lan import addresses
from palote.surfaces.web.listening import Server, listen
from palote.surfaces.web.protocol import HttpProtocol
from palote.surfaces.web.security import EVERY_ADDRESS, LOCAL_HOSTS
from palote.surfaces.web.workers import APPLICATION, run_workers

if TYPE_CHECKING:
    from fastapi import FastAPI

    from palote.ink import InkSpec
    from palote.surfaces.web.readers import SupportsRead
    from palote.surfaces.web.teaching import Teaching

__all__ = ["serve"]

DEFAULT_PORT = 8000
NEEDED_FOR_HTTPS = ("cryptography", "psutil", "segno")


def serve(
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = True,
    model: str | None = None,
    settings: Settings | None = None,
    allow_hosts: Iterable[str] = (),
    declared: InkSpec | None = None,
    *,
    https: bool = False,
    lan: bool = False,
    learn: bool = False,
    workers: int = 1,
) -> None:
    """Serve the page and the API until interrupted.

    Args:
        host: name or address to listen at; ``"0.0.0.0"`` is every one of this machine.
        port: port to listen at; 0 lets the system choose. If not given, 8000 or the
            next free one.
        open_browser: whether to open the page once the server is ready.
        model: name or path of the model; the settings' one if not given.
        settings: limits and folders; from the environment if not given.
        allow_hosts: further names that browsers may reach the server by (a proxy's).
        declared: what the model takes, if it is a file that does not say it.
        https: serve over HTTPS, with a certificate that this machine makes.
        lan: over HTTPS, let in other devices too, each by a link with a one-time token. If
            ``host`` is this machine alone, it listens at every address.
        learn: let it be taught; `palote.surfaces.web.access` says by whom.
        workers: processes that serve; each holds the network.

    Raises:
        ServerError: the host or the port cannot be used, or the certificate cannot be kept.
        MissingExtra: HTTPS needs packages that are not installed.
        ModelError: the model cannot be loaded.
        UsageError: with ``learn``, the model cannot be taught; or several workers cannot do
            what is asked for.
        LearnError: with ``learn``, the store cannot be used.
    """
    settings = settings or Settings.from_environment()
    learn = learn or settings.learn
    if (https or lan) and not all(map(find_spec, NEEDED_FOR_HTTPS)):
        raise MissingExtra("https", "Serving over HTTPS")
    place = _Place.of(host, https, lan)
    names = tuple(allow_hosts)
    certificate = _certificate(settings, place, names) if https or lan else None
    invitation = Invitation(place.ways) if lan else None

    def load(name: str, settings: Settings) -> SupportsRead:
        from palote.reader import Reader

        spec = declared if model in (name, None) else None
        return Reader(name, declared=spec, settings=settings)

    def started(port: int) -> None:
        scheme = "https" if certificate else "http"
        address = url(scheme, "127.0.0.1" if lan or place.everywhere else host, port)
        say(f"Palote is at {address} (Ctrl+C stops it)")
        if certificate:
            show_certificate(certificate)
        if invitation:
            invitation.show(port)
        elif place.everywhere:
            say("Everyone on your network can use it, at this machine's address.")
        for notice in notices:
            say(notice)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    hosts = (*place.hosts, *names)
    if workers > 1:
        _check_workers(lan, declared)
        settings = replace(
            settings,
            model=model or settings.model,
            hosts=(*settings.hosts, *hosts),
            learn=learn,
        )

    def made() -> FastAPI:
        return create_app(
            settings,
            model=model,
            hosts=hosts,
            load=load if declared else None,
            admission=invitation.admission if invitation else None,
            learn=learn,
        )

    # What cannot work is said before anything listens.
    abroad = not lan and host not in LOCAL_HOSTS
    app: FastAPI | str = APPLICATION
    if workers > 1:
        notices = in_a_copy(lambda: _prepared(made(), abroad))
    else:
        app = made()
        notices = _prepared(app, abroad)
    listeners = listen(place.listen, port, DEFAULT_PORT)
    config = uvicorn.Config(
        app,
        factory=workers > 1,
        workers=workers,
        http=HttpProtocol,
        ssl_certfile=certificate.secret if certificate else None,
        # Whom to believe about where a request comes from is the application's to say.
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=settings.grace,
    )
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        for listener in listeners:
            stack.enter_context(listener)
        if workers == 1:
            Server(config, started).run(sockets=listeners)
        else:
            own_port = listeners[0].getsockname()[1]
            run_workers(config, listeners, settings, lambda: started(own_port))


def _prepared(app: FastAPI, abroad: bool) -> list[str]:
    """Open what an application needs; return what to tell whoever starts it."""
    teaching: Teaching | None = app.state.teaching
    if teaching is not None:
        teaching.open()
    app.state.readers.default()
    if teaching is None:
        return []
    return [teaching.notice, *([teaching.how_to_get_in] if abroad else [])]


def _check_workers(lan: bool, declared: InkSpec | None) -> None:
    if sys.platform == "win32":
        raise UsageError("Several workers need Linux or macOS.")
    if lan:
        raise UsageError("--lan lets devices in by one process. Leave out --workers.")
    if declared is not None:
        raise UsageError(
            "Several workers take a model that says itself what it takes. Leave out --workers, "
            "or add the model to the catalogue: palote models add."
        )


@dataclass(frozen=True)
class _Place:
    """Where the server listens, and what it is called there.

    Attributes:
        listen: addresses to listen at.
        hosts: what browsers may call it.
        ways: by which other devices get here, the likeliest first; () if that is not asked.
        everywhere: whether it listens at every address.
    """

    listen: tuple[str, ...]
    hosts: tuple[str, ...]
    ways: tuple[str, ...]
    everywhere: bool

    @classmethod
    def of(cls, host: str, https: bool, lan: bool) -> _Place:
        """Work it out from what was asked for."""
        if lan and host in LOCAL_HOSTS:
            host = "0.0.0.0"
        if host not in EVERY_ADDRESS:
            listen = ("127.0.0.1", host) if lan else (host,)
            return cls(listen, (host,), (host,), everywhere=False)
        own = socket.gethostname()
        ways: tuple[str, ...] = ()
        if https or lan:
            with contextlib.nullcontext() if lan else contextlib.suppress(ServerError):
                ways = addresses()
        return cls((host,), (host, own, f"{own}.local"), ways, everywhere=True)


def _certificate(settings: Settings, place: _Place, names: Sequence[str]) -> Certificate:
    """Return the certificate for a place, its further names included.

    Of several addresses only the likeliest has to be in it: those of containers and virtual
    machines come and go, and each new certificate is a new warning in the browser.
    """
    folder = settings.state_dir / "https"
    also = (*place.ways, *place.hosts) if place.everywhere else ()
    needed = (*place.ways[:1], *names)
    return local_certificate(folder, needed, [name for name in also if name not in EVERY_ADDRESS])

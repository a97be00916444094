"""The way from a phone to this machine: addresses, the QR code, Enter for another one.

The home of psutil and segno.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import os
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from palote.errors import ServerError

__all__ = ["addresses", "qr_code", "when_enter_is_pressed"]

SOMEWHERE_ELSE = ("203.0.113.1", 9)
"""An address that belongs to nobody (RFC 5737). Nothing is sent to it."""

BACKGROUND_SECONDS = 1.0
WHITE, ON_BLACK, PLAIN = "\x1b[38;5;231m", "\x1b[48;5;16m", "\x1b[0m"
SWAPPED, UNSWAPPED = "\x1b[7m", "\x1b[27m"


def addresses() -> tuple[str, ...]:
    """Return this machine's IPv4 addresses in its networks, the likeliest first.

    The likeliest is the one by which the machine reaches the world, unless that is a
    tunnel (a VPN), where no phone is.

    Raises:
        ServerError: there is no such address.
    """
    import psutil

    found: list[str] = []
    states = psutil.net_if_stats()
    for name, ways in psutil.net_if_addrs().items():
        state = states.get(name)
        if state is None or not state.isup or "pointopoint" in getattr(state, "flags", ""):
            continue
        found += [way.address for way in ways if way.family == socket.AF_INET]
    reachable = [address for address in found if _is_reachable(address)]
    if not reachable:
        raise ServerError(
            "This machine has no address in a network, so no phone can reach it. Connect it to "
            "the phone's network (Wi-Fi) first, or name its address there with --host."
        )
    first = _way_out()
    return tuple(sorted(reachable, key=lambda address: address != first))


def qr_code(text: str, stream: TextIO) -> str:
    """Return a QR code with its margin, in half blocks: each one module wide and two high.

    On a terminal it is white on black, whatever the colours there. Elsewhere, and on
    Windows, whose older terminals show colours as letters, it is in the colours there: right
    where the ground is dark, inverted (which most phones read too) where it is light.

    Args:
        text: what it says.
        stream: where it will be printed; if it cannot show half blocks, "" is returned.
    """
    import segno

    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(drawn, compact=True)
    lines = drawn.getvalue().splitlines()
    try:
        drawn.getvalue().encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    if stream.isatty() and sys.platform != "win32":
        lines = [_coloured(line) for line in lines]
    return "\n".join(lines)


def _coloured(line: str) -> str:
    """Set a line of a code in white on black.

    Many terminals leave a gap between full blocks of two lines, and a code with gaps cannot
    be read. Spaces of a colour have none. The last line is half a line: below it there is
    nothing, not black.
    """
    if set(line) == {"▀"}:
        return f"{WHITE}{line}{PLAIN}"
    filled = re.sub("█+", lambda blocks: f"{SWAPPED}{' ' * len(blocks[0])}{UNSWAPPED}", line)
    return f"{WHITE}{ON_BLACK}{filled}{PLAIN}"


def when_enter_is_pressed(action: Callable[[], None]) -> bool:
    """Call the action, in a thread, each time Enter is pressed; False without a terminal."""
    try:
        keyboard = sys.stdin.fileno() if sys.stdin and sys.stdin.isatty() else None
    except (OSError, ValueError):
        keyboard = None
    if keyboard is None:
        return False
    threading.Thread(target=_listen, args=(keyboard, action), daemon=True).start()
    return True


def _listen(keyboard: int, action: Callable[[], None]) -> None:
    # Not sys.stdin: Python cannot end while a thread holds its buffer.
    with contextlib.suppress(OSError):
        while True:
            if sys.platform != "win32":
                _wait_for_a_line(keyboard)
            if not os.read(keyboard, 1024):
                return
            action()


if sys.platform != "win32":

    def _wait_for_a_line(keyboard: int) -> None:
        """Wait until there is a line for us; reading in the background would stop Palote."""
        while True:
            select.select([keyboard], [], [])
            if not _in_background(keyboard):
                return
            time.sleep(BACKGROUND_SECONDS)

    def _in_background(keyboard: int) -> bool:
        try:
            return os.tcgetpgrp(keyboard) != os.getpgrp()
        except OSError:  # a terminal, but not the one that this process belongs to
            return False


def _is_reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _way_out() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE_ELSE)
        except OSError:
            return None
        return str(probe.getsockname()[0])

"""What the terminal shows while the server runs, on stderr: addresses, fingerprint, QR code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palote.surfaces.web.admission import PARAMETER, Admission
from palote.surfaces.web.lan import qr_code, when_enter_is_pressed

if TYPE_CHECKING:
    from palote.surfaces.web.certificate import Certificate

__all__ = ["Invitation", "say", "show_certificate", "url"]

HALF_FINGERPRINT = 16 * len("00:")


def say(line: str) -> None:
    """Print a line on stderr."""
    print(line, file=sys.stderr, flush=True)


def url(scheme: str, host: str, port: int) -> str:
    """Return an address for browsers, without a path."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def show_certificate(certificate: Certificate) -> None:
    """Say what the browser will warn of, and how to tell this certificate from another."""
    if certificate.made:
        say(f"Its certificate is new: {certificate.made}.")
    else:
        say("Its certificate is the one of last time.")
    say("Browsers warn of it. Go on if the SHA-256 fingerprint that they show is this one:")
    fingerprint = certificate.fingerprint
    for start in range(0, len(fingerprint), HALF_FINGERPRINT):
        say(f"  {fingerprint[start : start + HALF_FINGERPRINT]}")


class Invitation:
    """The link that lets one device in, and another each time Enter is pressed.

    Args:
        ways: this machine's names or addresses for other devices, the likeliest first.
    """

    def __init__(self, ways: Sequence[str]) -> None:
        self.admission = Admission(on_entry=self._welcome)
        self._ways = ways
        self._port = 0
        self._another = "Start Palote again"

    def show(self, port: int) -> None:
        """Show the first link; from now on Enter shows another."""
        self._port = port
        if when_enter_is_pressed(self._show):
            self._another = "Press Enter"
        self._show()

    def _show(self) -> None:
        link = f"{url('https', self._ways[0], self._port)}/?{PARAMETER}="
        link += self.admission.new_token()
        say(f"\nTo let in your phone, scan this with it, or type the address:\n  {link}\n")
        code = qr_code(link, sys.stderr)
        if code:
            say(code)
        say(f"It lets in one device, once. {self._another} for another code.")
        say("No answer on the phone? It must be in this network, and the firewall must allow it.")
        if self._ways[1:]:
            say(f"Other addresses of this machine, for --host: {', '.join(self._ways[1:])}.")

    def _welcome(self, address: str) -> None:
        say(
            f"The device at {address} was let in, and the code is used up. "
            f"{self._another} for another; Ctrl+C shuts everyone out."
        )

"""The certificate of ``palote serve --https``: made here, kept, used again; home of cryptography.

Nobody vouches for it, so a browser warns the first time, and the person compares its
fingerprint with the one that the terminal shows. Using it again is what makes a second
warning mean something.

Key and certificate lie in one file, so that neither a crash nor a second Palote can leave
two halves that do not belong together. It is readable by its owner only from its first byte
on. (Windows has no such modes: there the user's own folder protects it.) A copy without the
key lies beside it, for ``curl --cacert`` and for browsers that are to know it.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from palote.errors import ServerError

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["ALWAYS", "LIFETIME", "RENEWAL", "Certificate", "local_certificate"]

ALWAYS = ("localhost", "127.0.0.1", "::1")
"""What every certificate is for."""

LIFETIME = datetime.timedelta(days=397)
"""Apple's devices take no certificate that is valid for more than 398 days."""

RENEWAL = datetime.timedelta(days=30)
"""A certificate that ends sooner than this is made anew."""

HEAD_START = datetime.timedelta(days=1)
"""A phone whose clock is behind must not meet a certificate from the future."""

SECRET, PUBLIC = "key-and-certificate.pem", "certificate.pem"
DNS_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?)+", re.IGNORECASE)


@dataclass(frozen=True)
class Certificate:
    """A certificate on the disk.

    Attributes:
        secret: file with the key and the certificate, readable by its owner only.
        public: file with the certificate alone.
        fingerprint: its SHA-256, as browsers show it: ``"0F:A2:..."``, 32 bytes.
        made: why it was made just now; None if it is the one of before.
    """

    secret: Path
    public: Path
    fingerprint: str
    made: str | None


def local_certificate(
    folder: Path,
    names: Iterable[str] = (),
    also: Iterable[str] = (),
    now: datetime.datetime | None = None,
) -> Certificate:
    """Return the certificate that the folder keeps; make it if there is none that will do.

    Args:
        folder: where it is kept; made if it is not there.
        names: names and addresses, besides `ALWAYS`, that it has to be for.
        also: further ones, which a new certificate gets but which call for no new one.
        now: the time, with its zone.

    Raises:
        ServerError: the folder or a file in it cannot be read or written.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    secret, public = folder / SECRET, folder / PUBLIC
    wanted = _subjects((*ALWAYS, *names))
    try:
        reason = _reason_for_another(secret, wanted, now)
        if reason:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key, certificate = _make(list(dict.fromkeys([*wanted, *_subjects(also)])), now)
            _write(secret, key + certificate)
            _write(public, certificate)
        fingerprint = _fingerprint(secret.read_bytes())
    except OSError as error:
        raise ServerError(
            f"The certificate cannot be kept in {folder}: {error.strerror or error}. Make that "
            "folder writable, or name another one in PALOTE_STATE_DIR."
        ) from error
    return Certificate(secret, public, fingerprint, reason)


def _reason_for_another(
    secret: Path, wanted: list[x509.GeneralName], now: datetime.datetime
) -> str | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        mode = stat.S_IMODE(secret.stat().st_mode)
        content = secret.read_bytes()
    except FileNotFoundError:
        return "there was none"
    if sys.platform != "win32" and mode & 0o077:
        return f"others could read the key of the one before (mode {mode:o})"
    try:
        key = load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
        subjects = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return "the one before was damaged"
    if key.public_key() != certificate.public_key():
        return "the one before was damaged"
    if not set(wanted) <= set(subjects.value):
        return "this machine goes by other addresses than before"
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - RENEWAL:
        return f"the one before ends on {certificate.not_valid_after_utc:%Y-%m-%d}"
    return None


def _make(subjects: list[x509.GeneralName], now: datetime.datetime) -> tuple[bytes, bytes]:
    """Return a new key and its certificate, both as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    serial = x509.random_serial_number()
    # Firefox confuses certificates of one name and different keys, so each has its own name.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Palote {serial:x}"[:20])])
    may = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    start = now - HEAD_START
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(may, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(own, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret, certificate.public_bytes(Encoding.PEM)


def _subjects(names: Iterable[str]) -> list[x509.GeneralName]:
    """Return names as a certificate has them; what cannot stand in one is left out."""
    from cryptography import x509

    subjects: list[x509.GeneralName] = []
    for name in names:
        bare = name.strip("[]").partition("%")[0].lower()
        try:
            subjects.append(x509.IPAddress(ipaddress.ip_address(bare)))
        except ValueError:
            if DNS_NAME.fullmatch(bare):
                subjects.append(x509.DNSName(bare))
    return subjects


def _fingerprint(content: bytes) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    certificate = x509.load_pem_x509_certificate(content)
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step; nobody else can read it, not even for a moment."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise

"""Where alerts go: a webhook, a mail server, or whatever `apprise` knows.

Every sending ends within DEADLINE_S, whatever the other end does. Redirects are not followed, and
of an answer only its status is read. Raises: Unreachable where another try may help, InvalidInput
where the other end refuses the alert itself.
"""

import http.client
import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from openline.app.line.alerts import SIGNATURE_HEADER, Alert, body_of, text_of, title_of
from openline.errors import InvalidInput, Unreachable

DEADLINE_S: Final = 10.0
USER_VARIABLE: Final = "OPENLINE_SMTP_USER"
PASSWORD_VARIABLE: Final = "OPENLINE_SMTP_PASSWORD"
_STEP_S: Final = 5.0  # for one step: a connection, a line of an answer
_ADDRESS_MAX: Final = 2_000
_REFUSED: Final = (400, 413, 422)  # what is wrong is the alert, not the day
_MAIL_PORT: Final = 587
_TLS: Final = ("starttls", "implicit", "none")
_MAIL_FORM: Final = "mailto:duty@example.org?server=smtp.example:587"


class AlertSender(Protocol):
    """One receiver. `address` tells it from others; `shown` is what a log may have of it."""

    @property
    def address(self) -> str:
        """As it was given."""
        ...

    @property
    def shown(self) -> str:
        """Without anything secret."""
        ...

    def send(self, alert: Alert, sign: Callable[[bytes], str], now: datetime) -> None:
        """Send one alert; returns when the other end has it. sign: a signature header of a body.

        Raises: Unreachable, InvalidInput.
        """
        ...


def sender_of(address: str, environment: Mapping[str, str] = os.environ) -> AlertSender:
    """The sender for an address. Raises: InvalidInput, saying what can be written."""
    plain = address.isascii() and address.isprintable() and " " not in address
    if not plain or len(address) > _ADDRESS_MAX:
        raise InvalidInput(
            "an address for alerts has plain characters alone, without spaces", field="alerts"
        )
    scheme, _, rest = address.partition(":")
    try:
        if scheme in ("http", "https"):
            return Webhook(address)
        if scheme == "mailto" and not rest.startswith("//"):
            return Mail(address, environment)
        if rest.startswith("//"):
            return ByApprise(address)
    except ValueError as error:  # of urlsplit: brackets, or a port that is none
        raise InvalidInput(f"the address cannot be read: {error}", field="alerts") from None
    raise InvalidInput(
        f"{scheme[:20]!r} is no way to send alerts",
        cure=f"https://…, {_MAIL_FORM}, or an address of apprise",
        field="alerts",
    )


class Webhook:
    """A POST of the alert as JSON, signed by the party."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if not parts.hostname or parts.username is not None or parts.fragment:
            raise InvalidInput(
                "a webhook is http(s)://HOST/PATH, without a user or a fragment",
                cure="the signature says whose it is; a secret can stand in the path",
                field="alerts",
            )
        self.address = address
        self.shown = f"{parts.scheme}://{parts.netloc}"
        self._host, self._port = parts.hostname, parts.port
        self._secure = parts.scheme == "https"
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def send(self, alert: Alert, sign: Callable[[bytes], str], _now: datetime) -> None:
        """Post it; done at any answer of 2xx."""
        body = body_of(alert)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": alert.id,
            SIGNATURE_HEADER: sign(body),
            "User-Agent": "openline",
        }
        link = self._connection()
        try:
            with _deadline(lambda: link.sock):
                link.request("POST", self._path, body, headers)
                status = link.getresponse().status
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"{self.shown} does not answer: {_words(error)}") from None
        finally:
            link.close()
        if status in _REFUSED:
            raise InvalidInput(f"{self.shown} refuses the alert: {status}")
        if not 200 <= status < 300:
            raise Unreachable(f"{self.shown} answered {status}")

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=_STEP_S)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=_STEP_S, context=context)


class Mail:
    """A mail to one or more addresses by a mail server, over TLS unless that is turned off."""

    def __init__(self, address: str, environment: Mapping[str, str]) -> None:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        unknown = sorted(set(options) - {"server", "from", "tls"})
        self._to = unquote(parts.path).split(",")
        self._from = options.get("from", self._to[0])
        server = urlsplit(f"//{options.get('server', '')}")
        wrong = [one for one in (*self._to, self._from) if not _is_mailbox(one)]
        if unknown or wrong or not server.hostname:
            raise InvalidInput(
                f"{(unknown or wrong or ['no server'])[0]!r} in an address for mail",
                cure=f"{_MAIL_FORM}, and &from=… or &tls={'|'.join(_TLS)} if needed",
                field="alerts",
            )
        self._tls = options.get("tls", _TLS[0])
        if self._tls not in _TLS:
            raise InvalidInput(
                f"tls={self._tls!r}", cure=f"one of {', '.join(_TLS)}", field="alerts"
            )
        self._user = environment.get(USER_VARIABLE, "")
        self._password = environment.get(PASSWORD_VARIABLE, "")
        if self._tls == "none" and self._user:
            raise InvalidInput(
                "a password would go over the network in the open",
                cure=f"leave out tls=none, or {USER_VARIABLE}",
                field="alerts",
            )
        self._host, self._port = server.hostname, server.port or _MAIL_PORT
        self.address = address
        self.shown = "mailto:" + ",".join(self._to)

    def send(self, alert: Alert, _sign: Callable[[bytes], str], now: datetime) -> None:
        """Hand it to the mail server; done when that takes it for at least one receiver."""
        server = self._server()
        try:
            with _deadline(lambda: server.sock):
                server.connect(self._host, self._port)
                if self._tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(self._message(alert, now), self._from, self._to)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words_ in error.recipients.values()]
            raise self._failed(error, min(codes, default=0)) from None
        except smtplib.SMTPResponseException as error:
            raise self._failed(error, error.smtp_code) from None
        except (OSError, ValueError) as error:
            raise self._failed(error, 0) from None
        finally:
            server.close()

    def _server(self) -> smtplib.SMTP:
        """Not connected yet, so that the deadline holds from the first byte on."""
        if self._tls == "implicit":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=_STEP_S, context=context)
        else:
            server = smtplib.SMTP(timeout=_STEP_S)
        server._host = self._host  # type: ignore[attr-defined]  # whose certificate it must be
        return server

    def _failed(self, error: Exception, code: int) -> Unreachable | InvalidInput:
        if code in (552, 554):  # too large, or no such content here
            return InvalidInput(f"{self._host} refuses the mail: {_words(error)}")
        return Unreachable(f"{self._host} does not take mail: {_words(error)}")

    def _message(self, alert: Alert, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = title_of(alert)
        message["From"] = self._from
        message["To"] = ", ".join(self._to)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{alert.id}@{self._from.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text_of(alert))
        return message


class ByApprise:
    """Any other service, by the library `apprise`; its alerts are not signed."""

    def __init__(self, address: str) -> None:
        try:
            import apprise
        except ModuleNotFoundError as error:
            raise InvalidInput(
                f"alerts by {address.partition(':')[0]!r} need {error.name}, which is not there",
                cure="pip install 'openline[alerts]'",
                field="alerts",
            ) from None
        self.address = address
        self.shown = f"{address.partition(':')[0]}://…"
        self._service: Any = apprise.Apprise()
        if not self._service.add(address):
            raise InvalidInput(
                f"apprise does not understand the address {self.shown}",
                cure="its documents list what can be written",
                field="alerts",
            )

    def send(self, alert: Alert, _sign: Callable[[bytes], str], _now: datetime) -> None:
        """Hand it to the service."""
        try:
            sent = self._service.notify(title=title_of(alert), body=text_of(alert))
        except Exception as error:  # of one of a hundred services: which, nobody knows
            raise Unreachable(f"{self.shown} failed: {_words(error)}") from None
        if not sent:
            raise Unreachable(f"{self.shown} did not take the alert")


@contextmanager
def _deadline(socket_of: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Cut a connection off when its time is over, however alive it is."""

    def cut() -> None:
        link = socket_of()
        with suppress(OSError):
            if link is not None:
                link.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(DEADLINE_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _is_mailbox(text: str) -> bool:
    name, _, host = text.partition("@")
    plain = text.isascii() and text.isprintable()
    return bool(plain and name and host and not set(text) & set(" <>,;\"'()\\") and "@" not in host)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

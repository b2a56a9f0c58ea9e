"""Alerts out over real sockets: a webhook, a mail server, and other ends that misbehave."""

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from openline.app.line import alert_senders
from openline.app.line.alert_senders import ByApprise, Mail, Webhook, sender_of
from openline.app.line.alerts import Alert, body_of, check_signature, signature_of
from openline.errors import InvalidInput, Unreachable
from tests.line_server import START, signer
from tests.unit.tls_files import write_certificate

ALERT = Alert("ab" * 16, "line.example", "south", 7, START, "URGENT", "t-1", "URGENT from north")


def sign(body: bytes) -> str:
    return signature_of(body, signer("south"))


@contextmanager
def hook(status: int, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    """A server that answers every POST with that status; its address and what it got."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers, body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one connection that does as it is told; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            link, _ = listener.accept()
            with link:
                try:
                    talk(link)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def test_a_webhook_gets_the_alert_signed_and_with_its_id() -> None:
    with hook(204) as (address, seen):
        Webhook(f"{address}/duty/x?room=1").send(ALERT, sign, START)
    ((path, headers, body),) = seen
    assert path == "/duty/x?room=1"
    assert body == body_of(ALERT)
    assert headers["Idempotency-Key"] == ALERT.id
    check_signature(body, headers["Openline-Signature"], signer("south").public_key)


@pytest.mark.parametrize("status", [301, 302, 307, 401, 404, 429, 500, 503])
def test_any_other_answer_is_to_be_tried_again_and_a_redirect_is_not_followed(status: int) -> None:
    with hook(200) as (elsewhere, other), hook(status, Location=elsewhere) as (address, seen):
        with pytest.raises(Unreachable, match=str(status)):
            Webhook(address).send(ALERT, sign, START)
        assert (len(seen), len(other)) == (1, 0)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_alert_that_is_refused(status: int) -> None:
    with hook(status) as (address, _), pytest.raises(InvalidInput, match="refuses"):
        Webhook(address).send(ALERT, sign, START)


def test_a_webhook_that_is_not_there_and_one_that_speaks_otherwise() -> None:
    for scheme, words in (("http", b"220 mail here\r\n"), ("https", b"HTTP/1.1 200\r\n\r\n")):
        with talking(lambda link, words=words: link.sendall(words)) as port:  # type: ignore[misc]
            sender = Webhook(f"{scheme}://127.0.0.1:{port}")
            with pytest.raises(Unreachable, match="does not answer"):
                sender.send(ALERT, sign, START)
        with pytest.raises(Unreachable, match="does not answer"):  # nobody listens any more
            sender.send(ALERT, sign, START)


@pytest.mark.parametrize(
    ("begin", "arrived"), [(b"HTTP", False), (b"HTTP/1.1 200 OK\r\nX: ", True)]
)
def test_an_other_end_that_drips_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, begin: bytes, arrived: bool
) -> None:
    monkeypatch.setattr(alert_senders, "DEADLINE_S", 0.3)

    def drip(link: socket.socket) -> None:
        link.sendall(begin)
        for _ in range(500):
            link.sendall(b"x")
            time.sleep(0.02)

    with talking(drip) as port:
        started = time.monotonic()
        with nullcontext() if arrived else pytest.raises(Unreachable):
            Webhook(f"http://127.0.0.1:{port}").send(ALERT, sign, START)
        assert time.monotonic() - started < 5, "it waited for the whole of it"


class PostOffice:
    """A mail server of one conversation: what was said to it, and the mail."""

    def __init__(
        self, answers: dict[str, str] | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self.said: list[str] = []
        self.mail = b""
        self._answers = answers or {}
        self._context = context

    def talk(self, link: socket.socket) -> None:
        """The conversation, before and after STARTTLS."""
        link.sendall(b"220 here\r\n")
        if self._converse(link) and self._context is not None:
            with self._context.wrap_socket(link, server_side=True) as secure:
                self._converse(secure)

    def _converse(self, link: socket.socket) -> bool:
        """Until the end, or until STARTTLS: then true."""
        with link.makefile("rb") as lines:
            for line in lines:
                word = line.decode().strip()
                self.said.append(word)
                verb = word.partition(" ")[0].upper()
                answer = self._answers.get(verb, "250 yes")
                if verb == "DATA":
                    link.sendall(b"354 go on\r\n")
                    while (part := next(lines)) != b".\r\n":
                        self.mail += part
                link.sendall(answer.encode() + b"\r\n")
                if verb in ("QUIT", "STARTTLS"):
                    return verb == "STARTTLS"
        return False


def test_a_mail_says_what_is_the_matter() -> None:
    office = PostOffice()
    with talking(office.talk) as port:
        address = f"mailto:duty@a.example,chief@a.example?server=127.0.0.1:{port}&tls=none"
        Mail(address, {}).send(ALERT, sign, START)
    assert [one.split()[1] for one in office.said if one.startswith(("mail", "rcpt"))] == [
        *("FROM:<duty@a.example>", "TO:<duty@a.example>", "TO:<chief@a.example>"),
    ]
    mail = message_from_bytes(office.mail, policy=policy.default)
    assert mail["Subject"] == "Openline, south: Urgent"
    assert mail["Message-ID"] == f"<{ALERT.id}@a.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    content = mail.get_body().get_content()  # type: ignore[union-attr]
    assert content.splitlines()[0] == "URGENT from north"
    assert "a receipt is not consent" in content


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"RCPT": "451 later"}, Unreachable),
        ({"RCPT": "550 who"}, Unreachable),
        ({"MAIL": "421 closing"}, Unreachable),
        ({"DATA": "552 too large"}, InvalidInput),
    ],
)
def test_a_mail_server_that_says_no(answers: dict[str, str], kind: type[Exception]) -> None:
    with talking(PostOffice(answers).talk) as port:
        mail = Mail(f"mailto:duty@a.example?server=127.0.0.1:{port}&tls=none", {})
        with pytest.raises(kind):
            mail.send(ALERT, sign, START)


def test_no_mail_goes_out_in_the_open_unless_that_was_said() -> None:
    office = PostOffice()
    with talking(office.talk) as port, pytest.raises(Unreachable):
        Mail(f"mailto:duty@a.example?server=127.0.0.1:{port}", {}).send(ALERT, sign, START)
    assert not any(one.startswith(("mail", "rcpt")) for one in office.said)


def test_tls_is_checked_by_the_hosts_name_and_a_password_goes_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, context = write_certificate(tmp_path, "localhost")
    environment = {"OPENLINE_SMTP_USER": "duty", "OPENLINE_SMTP_PASSWORD": "geheim"}
    answers = {"EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "235 yes"}
    answers["STARTTLS"] = "220 go on"

    def send(host: str, tls: str = "starttls") -> PostOffice:
        office = PostOffice(answers, context)

        def talk(link: socket.socket) -> None:
            if tls == "starttls":
                office.talk(link)
                return
            with context.wrap_socket(link, server_side=True) as secure:
                office.talk(secure)

        with talking(talk) as port:
            address = f"mailto:duty@a.example?server={host}:{port}&tls={tls}"
            Mail(address, environment).send(ALERT, sign, START)
        return office

    with pytest.raises(Unreachable, match="certificate"):
        send("localhost")  # signed by nobody who is trusted
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    with pytest.raises(Unreachable, match="certificate"):
        send("127.0.0.1")  # another name than the certificate's
    office = send("localhost")
    assert b"URGENT from north" in office.mail
    verbs = [one.partition(" ")[0].upper() for one in office.said]
    assert verbs.index("STARTTLS") < verbs.index("AUTH") < verbs.index("MAIL")

    assert b"URGENT from north" in send("localhost", "implicit").mail
    with pytest.raises(Unreachable, match="certificate"):
        send("127.0.0.1", "implicit")

    def answer(link: socket.socket) -> None:
        with context.wrap_socket(link, server_side=True) as secure:
            while not secure.recv(65_536).endswith(b"}"):
                pass
            secure.sendall(b"HTTP/1.1 204 No\r\n\r\n")

    with talking(answer) as port:
        Webhook(f"https://localhost:{port}/x").send(ALERT, sign, START)


@pytest.mark.parametrize(
    ("address", "cure"),
    [
        ("hook.example", "https://"),
        ("ftp:hook", "no way"),
        ("https://", "http(s)://HOST/PATH"),
        ("https://user:hush@hook.example/", "the signature says"),
        ("https://hook.example/#part", "fragment"),
        ("https://hook.example:port/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://hook.example/ a", "plain characters"),
        ("https://hook.example/\r\nX: y", "plain characters"),
        ("https://hook.example/ä", "plain characters"),
        ("https://hook.example/" + "a" * 2_000, "plain characters"),
        ("mailto:duty@a.example", "server=smtp.example"),
        ("mailto:?server=smtp.example", "server=smtp.example"),
        ("mailto:duty?server=smtp.example", "'duty'"),
        ("mailto:a@b@c?server=smtp.example", "a@b@c"),
        ("mailto:duty%0d%0aBcc:x@a.example?server=smtp.example", "Bcc"),
        ("mailto:duty@a.example?server=smtp.example&bcc=x", "'bcc'"),
        ("mailto:duty@a.example?server=smtp.example&tls=maybe", "starttls"),
        ("mailto:duty@a.example?server=smtp.example:99999", "cannot be read"),
        ("mailto:duty@a.example?server", "cannot be read"),
    ],
)
def test_a_wrong_address_is_told_with_its_cure(address: str, cure: str) -> None:
    with pytest.raises(InvalidInput) as told:
        sender_of(address, {})
    assert cure in str(told.value)
    assert "hush" not in str(told.value)


def test_a_password_goes_over_tls_alone() -> None:
    address = "mailto:duty@a.example?server=smtp.example&tls=none"
    with pytest.raises(InvalidInput, match="in the open"):
        sender_of(address, {"OPENLINE_SMTP_USER": "duty", "OPENLINE_SMTP_PASSWORD": "x"})


def test_what_a_log_may_have_of_an_address() -> None:
    assert sender_of("https://hook.example:8443/token/abc?x=1", {}).shown == (
        "https://hook.example:8443"
    )
    two = sender_of("mailto:duty@a.example%2Cchief@a.example?server=smtp.example", {})
    assert two.shown == "mailto:duty@a.example,chief@a.example"
    mail = sender_of("mailto:duty@a.example?server=smtp.example", {})
    assert mail.shown == "mailto:duty@a.example"


def test_other_services_need_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(InvalidInput, match=r"pip install 'openline\[alerts\]'"):
        sender_of("matrix://user:hush@host/room")


class _Service:
    sent: ClassVar[list[dict[str, str]]] = []
    answer = True

    def add(self, address: str) -> bool:
        return address.startswith("matrix:")

    def notify(self, **words: str) -> bool:
        self.sent.append(words)
        return self.answer


def test_other_services_by_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("apprise")
    library.Apprise = _Service  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", library)
    service = sender_of("matrix://user:hush@host/room")
    assert isinstance(service, ByApprise)
    assert service.shown == "matrix://…"
    service.send(ALERT, sign, START)
    assert _Service.sent[-1]["title"] == "Openline, south: Urgent"
    monkeypatch.setattr(_Service, "answer", False)
    with pytest.raises(Unreachable):
        service.send(ALERT, sign, START)
    with pytest.raises(InvalidInput, match="does not understand"):
        sender_of("nonsense://x")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_the_library_itself_takes_an_alert() -> None:
    pytest.importorskip("apprise")
    with hook(200) as (address, seen):
        sender_of(address.replace("http:", "json:")).send(ALERT, sign, START)
    assert b"URGENT from north" in seen[0][2]

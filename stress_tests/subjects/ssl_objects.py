"""ssl: settings that connections are made with, connections, and the bytes in memory that they go over."""

from __future__ import annotations

import ssl
import tempfile
import threading
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, fresh_strings, giving, step


class MemoryBIO(Attributes):
    """Bytes in memory that ssl reads and writes."""

    left_out: ClassVar[dict[str, str]] = {"__new__": "called once, by who makes it"}

    def fresh(self, size: int) -> Any:
        memory = ssl.MemoryBIO()
        memory.write("".join(fresh_strings(size)).encode())
        return memory

    def left(self, o: Any) -> Any:
        text = o.read().decode()
        return [text[at : at + 2] for at in range(0, len(text), 2)]

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(v.encode())

    @step(writes=True)
    def write_more(o: Any, v: str) -> Any:
        return o.write(v.encode() * 3000)

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return len(o.read()) % 2

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return o.read(2).decode()

    @step()
    def pending(o: Any, v: str) -> Any:
        return o.pending % 2, o.eof

    @step(writes=True)
    def write_eof(o: Any, v: str) -> Any:
        o.write_eof()


class SSLContext(Attributes):
    """Settings of connections. They are said to be thread-safe unless they are changed."""

    said = "ssl, class SSLContext"
    most = PROCESS
    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("load_default_certs", "load_dh_params", "load_verify_locations"),
            *("set_default_verify_paths", "keylog_filename", "wrap_socket", "_set_sigalgs"),
        ),
        "it reads or writes files",
    ) | {
        "__new__": "called once, by who makes it",
        "load_cert_chain": "driven by ssl_server",
        "set_client_sigalgs": "since 3.15; set as groups are",
        "set_server_sigalgs": "since 3.15; set as groups are",
        "set_npn_protocols": "deprecated: it warns",
        "set_psk_server_callback": "a server's, set as the client's is",
        "set_servername_callback": "sni_callback by another name",
        "sslobject_class": "the class's",
        "sslsocket_class": "the class's",
    }

    def fresh(self, size: int) -> Any:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def wrap_bio(o: Any, v: str) -> Any:
        return o.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="x0").pending()

    @step()
    def hello(o: Any, v: str) -> Any:
        return o.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="x0").do_handshake()

    @step()
    def get_ciphers(o: Any, v: str) -> Any:
        return len(o.get_ciphers()) > 0

    @step(writes=True)
    def set_ciphers(o: Any, v: str) -> Any:
        o.set_ciphers("DEFAULT" if v[1] == "1" else "HIGH")

    @step(writes=True)
    def groups(o: Any, v: str) -> Any:
        """Since 3.15."""
        o.set_groups("x25519" if v[1] == "1" else "P-256")
        o.set_ciphersuites("TLS_AES_128_GCM_SHA256")
        return len(o.get_groups())

    @step(writes=True)
    def set_alpn_protocols(o: Any, v: str) -> Any:
        o.set_alpn_protocols([v * 9])

    @step(writes=True)
    def options(o: Any, v: str) -> Any:
        o.options |= ssl.OP_NO_TICKET
        return int(o.options) > 0

    @step(writes=True)
    def verify(o: Any, v: str) -> Any:
        o.check_hostname = False
        o.verify_mode = ssl.CERT_NONE
        o.verify_flags |= ssl.VERIFY_X509_STRICT
        return o.check_hostname, int(o.verify_mode)

    @step(writes=True)
    def versions(o: Any, v: str) -> Any:
        o.minimum_version = ssl.TLSVersion.TLSv1_2
        return int(o.minimum_version), int(o.maximum_version), int(o.protocol)

    @step(writes=True)
    def settings(o: Any, v: str) -> Any:
        o.num_tickets = o.num_tickets
        o.post_handshake_auth = True
        o.hostname_checks_common_name = True
        return o.security_level

    @step(writes=True)
    def callbacks(o: Any, v: str) -> Any:
        o.sni_callback = _sni if v[1] == "1" else None
        return o.sni_callback is None

    @step(writes=True)
    def psk(o: Any, v: str) -> Any:
        o.set_psk_client_callback(lambda hint: (v, b"x"))

    @step(writes=True)
    def curve(o: Any, v: str) -> Any:
        o.set_ecdh_curve("prime256v1")

    @step()
    def statistics(o: Any, v: str) -> Any:
        return o.cert_store_stats(), o.session_stats(), o.get_ca_certs()


def _sni(*about: Any) -> None:
    pass


class SSLServer(Attributes):
    """A server's settings while connections are made with them, each over bytes in memory of its own thread's."""

    said = "ssl, class SSLContext"
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def accept(o: Any, v: str) -> Any:
        """Somebody says hello, and names the server."""
        _hello(o).do_handshake()

    @step()
    def accept_alone(o: Any, v: str) -> Any:
        """What the functions that are called would be told of is dead."""
        inner = _hello(o)._sslobj
        return inner.do_handshake()

    @step(writes=True, makes=True)
    def sni_callback(o: Any, v: str) -> Any:
        o.sni_callback = made = giving(None)
        return made

    @step(writes=True, makes=True)
    def sni_callback_meddling(o: Any, v: str) -> Any:
        """It is another one after it was called."""
        o.sni_callback = made = lambda one, name, context: setattr(context, "sni_callback", None)
        return made

    @step(writes=True, makes=True)
    def sni_callback_changes(o: Any, v: str) -> Any:
        """It gives the connection other settings."""
        o.sni_callback = made = lambda one, name, context: setattr(one, "context", SERVER)
        return made

    @step(writes=True)
    def no_callback(o: Any, v: str) -> Any:
        o.sni_callback = None

    @step(writes=True)
    def msg_callback(o: Any, v: str) -> Any:
        o._msg_callback = (lambda *about: None) if v[0] == "a" else None

    @step(writes=True)
    def psk(o: Any, v: str) -> Any:
        o.set_psk_server_callback(lambda identity: v.encode(), v)

    @step(writes=True)
    def load_cert_chain(o: Any, v: str) -> Any:
        o.load_cert_chain(IDENTITY, password="x0")

    @step(writes=True)
    def verify(o: Any, v: str) -> Any:
        o.load_verify_locations(cadata=CERTIFICATE)
        return len(o.get_ca_certs()), o.cert_store_stats()["x509"]

    @step(writes=True)
    def alpn(o: Any, v: str) -> Any:
        o.set_alpn_protocols([v])

    @step(writes=True)
    def ciphers(o: Any, v: str) -> Any:
        o.set_ciphers("DEFAULT")
        return len(o.get_ciphers()) > 0


class SSLChain(Subject):
    """A server's certificate and key are loaded, by each with a password of its own."""

    said = "ssl, method SSLContext.load_cert_chain"

    def fresh(self, size: int) -> Any:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def load(o: Any, v: str) -> Any:
        o.load_cert_chain(IDENTITY, password="x0")

    @step(writes=True)
    def load_asked(o: Any, v: str) -> Any:
        o.load_cert_chain(IDENTITY, password=lambda: "x0")

    @step(writes=True)
    def load_wrong(o: Any, v: str) -> Any:
        try:
            o.load_cert_chain(IDENTITY, password=v)
        except ssl.SSLError:
            return "refused"


SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT.check_hostname = False
CLIENT.verify_mode = ssl.CERT_NONE
CLIENT.set_alpn_protocols(["a1", "b1"])


def _hello(server: ssl.SSLContext) -> Any:
    """A server's end of a connection to which a client has said hello."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        CLIENT.wrap_bio(back, there, server_hostname="x0").do_handshake()
    return server.wrap_bio(there, back, server_side=True)


CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUNA528UCOjJ/wJ6VuUZmpsp2D+ogwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCeDAwIBcNMjYxMTI4MTAxODM5WhgPMjEyNjExMDQxMDE4Mzla
MA0xCzAJBgNVBAMMAngwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEijJ28Pog
0xEaSBuIsULk3vckomspC8ngjZZfRS73P/c8nV9UG7BLDblRQyyfW6ip6+SZvCyW
oQ41KJdnCY1I06NTMFEwHQYDVR0OBBYEFMK5O17uqFNPVmXcDa2TpYE+4nypMB8G
A1UdIwQYMBaAFMK5O17uqFNPVmXcDa2TpYE+4nypMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhAPX9c3qv9BD9Otx3GTudwjYrDzQoKw/A6TRe7XZO
toZxAiEAmVa9vMDAuPd4DX7WabuuHJq/R7p9NYfZ735xZtwIyP0=
-----END CERTIFICATE-----
"""
KEY = """-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,F65EEC2047E9864F1024ABC80F280FA4

3KCrxtJ27btgjeQv7Om0S/BC619s9tQ8ftDjtpIoUVopIkSUYkDnuEQ/SU4fBQs5
NretVc7rP8WCgJHSCogYtY9At8ebig2cag1lKMcbXeeo+526z5FrNWUswEUHv+Gc
1neUIomBWlwlFD4gqbFN7ix9mpaWAdQ0XIbXUH7TWN8=
-----END EC PRIVATE KEY-----
"""
"""Of nobody's, made for this file; its password is x0."""
FILE = tempfile.TemporaryFile("w")  # noqa: SIM115  # as long as the process
FILE.write(KEY + CERTIFICATE)
FILE.flush()
IDENTITY = f"/dev/fd/{FILE.fileno()}"

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class SSLObject(Attributes):
    """A connection over bytes in memory that nobody answers."""

    most = PROCESS
    left_out: ClassVar[dict[str, str]] = {
        "verify_client_post_handshake": "a server's",
        "selected_npn_protocol": "deprecated: it warns",
        "client_sigalg": "since 3.15; asked for as group is",
        "server_sigalg": "since 3.15; asked for as group is",
    }

    def fresh(self, size: int) -> Any:
        bytes_in, bytes_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        return CONTEXT.wrap_bio(bytes_in, bytes_out, server_hostname="x0"), bytes_in, bytes_out

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def do_handshake(o: Any, v: str) -> Any:
        o[0].do_handshake()

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return o[0].read(9)

    @step(writes=True)
    def read_into(o: Any, v: str) -> Any:
        return o[0].read(9, bytearray(9))

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        return o[0].write(v.encode())

    @step(writes=True)
    def unwrap(o: Any, v: str) -> Any:
        o[0].unwrap()

    @step(writes=True)
    def answer(o: Any, v: str) -> Any:
        return o[1].write(v.encode() * 9), len(o[2].read())

    @step(writes=True)
    def context(o: Any, v: str) -> Any:
        o[0].context = CONTEXT
        return o[0].context is CONTEXT

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].version(), o[0].cipher(), o[0].compression(), o[0].pending(), o[0].server_side

    @step()
    def protocols(o: Any, v: str) -> Any:
        return o[0].selected_alpn_protocol(), o[0].shared_ciphers(), o[0].server_hostname

    @step()
    def certificates(o: Any, v: str) -> Any:
        return (
            o[0].get_channel_binding("tls-unique"),
            o[0].get_verified_chain(),
            o[0].get_unverified_chain(),
        )

    @step()
    def getpeercert(o: Any, v: str) -> Any:
        return o[0].getpeercert()

    @step()
    def group(o: Any, v: str) -> Any:
        """Since 3.15."""
        return o[0].group()

    @step()
    def session(o: Any, v: str) -> Any:
        return o[0].session is None, o[0].session_reused


class SSLConnected(SSLObject):
    """A client's end of a connection that is made, with a session, over bytes in memory."""

    left_out: ClassVar[dict[str, str]] = {}

    def fresh(self, size: int) -> Any:
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = CLIENT_12.wrap_bio(back, there, server_hostname="x0")
        server = KNOWN_SERVER.wrap_bio(there, back, server_side=True)
        for end in (client, server, client, server):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
        server.write(b"x0" * 9)
        return client, back, there

    @step()
    def certificate(o: Any, v: str) -> Any:
        return len(o[0].getpeercert(True)), len(o[0].get_unverified_chain())

    @step(writes=True)
    def session_store(o: Any, v: str) -> Any:
        o[0].session = o[0].session
        session = o[0].session
        return session.id, session.time, session.timeout, session.has_ticket, session == session

    @step()
    def binding(o: Any, v: str) -> Any:
        return len(o[0].get_channel_binding()), o[0].pending()


CLIENT_12 = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT_12.check_hostname, CLIENT_12.verify_mode = False, ssl.CERT_NONE
CLIENT_12.maximum_version = ssl.TLSVersion.TLSv1_2
KNOWN_SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
KNOWN_SERVER.load_cert_chain(IDENTITY, password="x0")


def _connected(client: ssl.SSLContext, server: ssl.SSLContext) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Both ends of a connection that is made, over bytes in memory of its own."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(back, there, server_hostname="x0"),
        server.wrap_bio(there, back, server_side=True),
    )
    for end in (*ends, *ends):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    return ends


class SSLKeyLog(Subject):
    """A client's settings, which may have the keys of its connections written to a file. No file stays open."""

    said = "ssl, class SSLContext"
    most = PROCESS

    def fresh(self, size: int) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context, threading.Lock()  # two that open a file at once leave one open for good

    def left(self, o: Any) -> Any:
        o[0].keylog_filename = None
        return None

    @step(writes=True, makes=True)
    def file(o: Any, v: str) -> Any:
        with o[1]:
            for _ in range(9):
                o[0].keylog_filename = made = "".join(("/dev/", "null"))
            o[0].keylog_filename = None
        return made

    @step(writes=True)
    def no_file(o: Any, v: str) -> Any:
        for _ in range(50):
            o[0].keylog_filename = None

    @step()
    def name(o: Any, v: str) -> Any:
        return [o[0].keylog_filename for _ in range(50)][-1]

    @step()
    def handshake(o: Any, v: str) -> Any:
        return _connected(o[0], KNOWN_SERVER)[0].version()

    @step(writes=True)
    def handshake_with_file(o: Any, v: str) -> Any:
        with o[1]:
            o[0].keylog_filename = "".join(("/dev/", "null"))
            try:
                return _connected(o[0], KNOWN_SERVER)[0].version()
            finally:
                o[0].keylog_filename = None


class SSLPreSharedKeys(Subject):
    """A client's and a server's settings, by which each knows the other by a key, and connections with them."""

    said = "ssl, class SSLContext"
    most = PROCESS
    minimum_version = (3, 13)

    def fresh(self, size: int) -> Any:
        client: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.maximum_version = ssl.TLSVersion.TLSv1_2  # later ones do not tell the hint
        server: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client.set_ciphers(BY_KEY)
        server.set_ciphers(BY_KEY)
        client.set_psk_client_callback(giving(("x" + str(size), b"x")))
        server.set_psk_server_callback(giving(b"x"), "x" + str(size))
        return client, server

    def left(self, o: Any) -> Any:
        return None

    @step()
    def handshake(o: Any, v: str) -> Any:
        return _connected(*o)[0].version()

    @step()
    def many_ends(o: Any, v: str) -> Any:
        """Ends of connections that nobody makes: each has the hint that there is."""
        for _ in range(9):
            o[1].wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)

    @step(writes=True, makes=True)
    def server_callback(o: Any, v: str) -> Any:
        made = giving(b"x")
        o[1].set_psk_server_callback(made, v)
        return made

    @step(writes=True)
    def server_callbacks(o: Any, v: str) -> Any:
        for number in range(100):
            o[1].set_psk_server_callback(giving(b"x"), v * (number % 9))

    @step(writes=True)
    def no_server_callback(o: Any, v: str) -> Any:
        o[1].set_psk_server_callback(None)

    @step(writes=True, makes=True)
    def client_callback(o: Any, v: str) -> Any:
        made = giving((v, b"x"))
        o[0].set_psk_client_callback(made)
        return made

    @step(writes=True)
    def client_callbacks(o: Any, v: str) -> Any:
        for _ in range(100):
            o[0].set_psk_client_callback(giving((v, b"x")))

    @step(writes=True)
    def no_client_callback(o: Any, v: str) -> Any:
        o[0].set_psk_client_callback(None)


BY_KEY = "PSK-AES128-GCM-SHA256"


class SSLProtocols(Subject):
    """A server's settings, which say what it speaks. Its clients offer all that it may be told to speak: one is chosen
    of what it was told, or none.
    """

    def fresh(self, size: int) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(IDENTITY, password="x0")
        context.set_alpn_protocols(["x0"])
        return context

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def speaks(o: Any, v: str) -> Any:
        o.set_alpn_protocols([v])

    @step(writes=True)
    def speaks_more(o: Any, v: str) -> Any:
        for many in (30, 1, 60, 9) * 50:
            o.set_alpn_protocols([v] * many)

    @step()
    def chosen(o: Any, v: str) -> Any:
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        with suppress(ssl.SSLWantReadError):
            SPEAKS_ALL.wrap_bio(back, there, server_hostname="x0").do_handshake()
        server = o.wrap_bio(there, back, server_side=True)
        with suppress(ssl.SSLWantReadError):
            server.do_handshake()
        return server.selected_alpn_protocol()


SPEAKS_ALL = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SPEAKS_ALL.check_hostname, SPEAKS_ALL.verify_mode = False, ssl.CERT_NONE
SPEAKS_ALL.set_alpn_protocols(["x0", *(letter + digit for letter in "abcdefgh" for digit in "012")])

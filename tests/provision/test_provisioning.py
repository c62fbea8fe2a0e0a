"""`kiosk provision` against the hub's enrolment: keys made here, certificates for one token, once."""

import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from firmware.__main__ import main as kiosk
from hub.clock import utc_now
from hub.enrolment.__main__ import main as hub
from hub.enrolment.app import EnrolRequest, Refused, enrol
from hub.enrolment.register import Register
from hub.enrolment.signing import Authority
from hub.enrolment.tokens import Tokens
from hub.files import write_new
from hub.setup.tls import TlsAuthority

pytestmark = pytest.mark.timeout(60)
FILES = {"kiosk.key", "clerk.key", "kiosk.pem", "clerk.pem", "tls-ca.pem", "root.pub.pem"}


class Clock:
    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now


def make_data(folder):
    """What the enrolment needs of a hub's data directory."""
    authority = TlsAuthority(folder / "pki", datetime.now(UTC), lambda _line: None)
    authority.server(folder / "pki" / "server")
    write_new(folder / "pki" / "root.pub.pem", b"the root's public key\n")
    return folder


def hub_command(*arguments):
    return [sys.executable, "-m", "hub.enrolment", *map(str, arguments)]


def make_token(data, kiosk_id="kiosk-0042"):
    return Tokens(data, Authority(data / "pki", utc_now).fingerprint, utc_now).make(kiosk_id)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_data(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def url(data):
    """The enrolment as a process of its own, until the module's end."""
    command = hub_command("serve", "--data", data, "--port", 0)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.terminate()


def provision(url, token, out):
    return kiosk(["provision", "--hub", url, "--token", token, "--out", str(out)])


def test_a_kiosk_with_a_token_gets_certificates_for_keys_of_its_own(data, url, tmp_path, capsys):
    assert provision(url, make_token(data), tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert "kiosk-0042: keys and certificates are in" in capsys.readouterr().out
    for who, name in (("kiosk", "kiosk-0042"), ("clerk", "kiosk-0042.clerk")):
        certificate = x509.load_pem_x509_certificate((tmp_path / f"{who}.pem").read_bytes())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate((data / "pki/tls-ca.pem").read_bytes()))
        assert certificate.subject.rfc4514_string() == f"CN={name}"
        assert stat.S_IMODE((tmp_path / f"{who}.key").stat().st_mode) == 0o600
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(tmp_path / f"{who}.pem", tmp_path / f"{who}.key")


def test_a_token_serves_once(data, url, tmp_path, capsys):
    token = make_token(data)
    assert provision(url, token, tmp_path / "first") == 0
    assert provision(url, token, tmp_path / "second") == 1
    assert "the hub refuses: this token is unknown, used, or older than a day" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "second").iterdir()} == {"kiosk.key", "clerk.key"}


def test_a_second_try_asks_for_the_same_keys(data, url, tmp_path):
    token = make_token(data)
    assert provision("https://127.0.0.1:9", token, tmp_path) == 1
    assert provision(url, token, tmp_path) == 0
    before = (tmp_path / "kiosk.key").read_bytes()
    assert provision(url, make_token(data), tmp_path) == 0
    assert (tmp_path / "kiosk.key").read_bytes() == before


def test_another_hub_than_the_tokens_learns_nothing(data, url, tmp_path, capsys):
    stranger = make_token(make_data(tmp_path / "other"))
    assert provision(url, stranger, tmp_path / "out") == 1
    assert "is not the hub that made this token" in capsys.readouterr().err
    assert not any((tmp_path / "out").iterdir())


@pytest.mark.parametrize("token", ["", "kiosk-0042", "kiosk-0042.abc.def", "monitor." + "a" * 40 + "." + "b" * 64])
def test_what_is_no_token_is_refused_in_words(token, tmp_path, capsys):
    assert provision("https://127.0.0.1:9", token, tmp_path) == 1
    assert "this is no token" in capsys.readouterr().err


def test_a_hub_that_does_not_answer_is_named_with_what_to_check(tmp_path, capsys):
    token = f"kiosk-0042.{'a' * 40}.{'b' * 64}"
    assert provision("https://127.0.0.1:9", token, tmp_path) == 1
    assert "https://127.0.0.1:9" in (said := capsys.readouterr().err)
    assert "check address, network and clock" in said


@pytest.fixture
def desk(data):
    clock = Clock()
    authority = Authority(data / "pki", clock)
    return authority, Tokens(data, authority.fingerprint, clock), clock, Register(data, clock)


def request(key=None, name="anything"):
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_the_name_in_a_certificate_is_the_tokens_not_the_requests(desk):
    authority, tokens, _, register = desk
    body = EnrolRequest(
        token=tokens.make("kiosk-0007"), kiosk_csr=request(name="kiosk-0001"), clerk_csr=request(name="monitor")
    )
    answer = enrol(authority, tokens, register, body)
    names = [
        x509.load_pem_x509_certificate(pem.encode()).subject.rfc4514_string()
        for pem in (answer.kiosk_certificate, answer.clerk_certificate)
    ]
    assert names == ["CN=kiosk-0007", "CN=kiosk-0007.clerk"]


def test_a_token_is_of_no_use_after_a_day(desk):
    authority, tokens, clock, register = desk
    token = tokens.make("kiosk-0007")
    clock.now += timedelta(days=1, seconds=1)
    with pytest.raises(Refused, match="older than a day"):
        enrol(authority, tokens, register, EnrolRequest(token=token, kiosk_csr=request(), clerk_csr=request()))


def test_a_token_changed_to_another_kiosk_is_unknown(desk):
    authority, tokens, _, register = desk
    token = tokens.make("kiosk-0007").replace("kiosk-0007", "kiosk-0001")
    with pytest.raises(Refused) as refused:
        enrol(authority, tokens, register, EnrolRequest(token=token, kiosk_csr=request(), clerk_csr=request()))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("csr", "words"),
    [
        ("nonsense", "no certificate request"),
        (request(rsa.generate_private_key(65537, 2048)), "must be EC P-256"),
        (request(ec.generate_private_key(ec.SECP384R1())), "must be EC P-256"),
    ],
    ids=["nonsense", "RSA", "P-384"],  # not made of the values: keys differ between workers
)
def test_a_request_that_cannot_be_signed_uses_no_token(desk, csr, words):
    authority, tokens, _, register = desk
    token = tokens.make("kiosk-0007")
    with pytest.raises(Refused, match=words):
        enrol(authority, tokens, register, EnrolRequest(token=token, kiosk_csr=csr, clerk_csr=request()))
    assert tokens.spend(token) == "kiosk-0007"


def test_the_hub_keeps_no_token_in_clear(data, desk):
    token = desk[1].make("kiosk-0007")
    assert token.split(".")[1].encode() not in Path(data, "enrolment.sqlite").read_bytes()


def test_the_command_prints_a_token_and_nothing_else(data, desk, capsys):
    assert hub(["token", "kiosk-0009", "--data", str(data)]) == 0
    assert desk[1].spend(capsys.readouterr().out.removesuffix("\n")) == "kiosk-0009"


def test_a_bad_kiosk_id_gets_no_token(data, capsys):
    assert hub(["token", "kiosk-1", "--data", str(data)]) == 1
    assert "no kiosk id" in capsys.readouterr().err

"""Renewal and revocation over real mutual TLS: no gap for a kiosk that is good, no way for one that is revoked."""

import asyncio
import contextlib
import shutil
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from firmware.app.hub_client import HubClient
from firmware.app.hub_errors import HubError, HubRefused, HubUnreachable
from firmware.app.provision.enrolment import NotEnrolled, ask
from firmware.app.provision.identity import IdentityError
from firmware.app.provision.renewal import Identity
from firmware.roles import renew
from hub.clock import utc_now
from hub.enrolment.__main__ import main as hub
from hub.enrolment.app import make_app
from hub.enrolment.register import Register
from hub.enrolment.signing import Authority
from hub.enrolment.tokens import Tokens
from hub.files import write_new
from hub.setup.tls import TlsAuthority
from hub.web.admission import LIST, Admission, RevokedCertificates
from hub.web.server import Listener, mutual_tls

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
KIOSK = "kiosk-0042"
BRIEF_S = 3


@pytest.fixture
def anyio_backend():
    return "asyncio"


def issued(data, folder, *, ends_in, began_ago=timedelta(hours=1)):
    """Let the authority of `data` issue for a kiosk as long ago, and for as long, as the test needs."""
    now = datetime.now(UTC)
    authority = TlsAuthority(data / "pki", now - began_ago + timedelta(days=1), lambda _line: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.setup.tls.VALIDITY", ends_in + began_ago - timedelta(days=1))
        authority.kiosk(folder, KIOSK, data / "pki" / "root.pub.pem")
    return folder


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "hub"
    authority = TlsAuthority(folder / "pki", datetime.now(UTC), lambda _line: None)
    authority.server(folder / "pki" / "server")
    write_new(folder / "pki" / "root.pub.pem", b"the root's public key\n")
    return folder


@contextlib.asynccontextmanager
async def listening(app, tls):
    listener = Listener(app, "127.0.0.1", 0, tls)
    await listener.start()
    try:
        yield f"https://127.0.0.1:{listener.port}"
    finally:
        await listener.stop()


@contextlib.asynccontextmanager
async def enrolment(data):
    """The enrolment as `python -m hub.enrolment serve` serves it."""
    authority = Authority(data / "pki", utc_now)
    app = make_app(authority, Tokens(data, authority.fingerprint, utc_now), Register(data, utc_now))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(data / "pki" / "server.pem", data / "pki" / "server.key")
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(data / "pki" / "tls-ca.pem")
    async with listening(app, context) as url:
        yield url


@contextlib.asynccontextmanager
async def centre(data):
    """Something that is served to kiosks as the centre is."""

    async def good(_request):
        return PlainTextResponse('{"good": true}', media_type="application/json")

    pki = data / "pki"
    tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
    async with listening(Admission(Starlette(routes=[Route("/", good)]), RevokedCertificates(pki)), tls) as url:
        yield url


@contextlib.contextmanager
def asking(url, folder, who="kiosk"):
    client = HubClient(url, folder / "tls-ca.pem", folder / f"{who}.pem", folder / f"{who}.key")
    try:
        yield client
    finally:
        client.close()


async def asked(client):
    return (await client.request("GET", "/", deadline_s=10.0)).status


def ends(path):
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc


async def refused(url, folder):
    """Wait until this identity is not let in any more."""
    while True:
        with asking(url, folder) as client:
            try:
                await asked(client)
            except HubError:
                return


async def test_a_certificate_that_is_renewed_before_it_ends_leaves_no_gap(data, tmp_path):
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(seconds=BRIEF_S))
    stale = shutil.copytree(folder, tmp_path / "stale")
    async with centre(data) as url, enrolment(data) as enrolment_url:
        with asking(url, folder) as kept:
            assert await asked(kept) == 200
            first_key = (folder / "kiosk.key").read_bytes()
            await asyncio.to_thread(
                Identity(folder / "kiosk.pem", folder / "kiosk.key").renew, enrolment_url, folder / "tls-ca.pem"
            )
            assert (folder / "kiosk.key").read_bytes() == first_key
            waiting = asyncio.create_task(refused(url, stale))
            served = 0
            while not waiting.done():  # each on a connection of its own, and one that was there before
                with asking(url, folder) as fresh:
                    served += await asked(fresh) == 200
                assert await asked(kept) == 200
            assert served > 0
            assert ends(stale / "kiosk.pem") <= datetime.now(UTC)
            with asking(url, folder) as fresh:
                assert await asked(fresh) == 200
            assert await asked(kept) == 200


async def test_a_running_client_begins_to_show_the_renewed_certificate_by_itself(data, tmp_path):
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(days=5))
    shown = []

    async def which(request):
        shown.append(request.scope["extensions"]["tls"]["client_cert_serial"])
        return PlainTextResponse("{}", media_type="application/json")

    pki = data / "pki"
    tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
    async with listening(Starlette(routes=[Route("/", which)]), tls) as url, enrolment(data) as enrolment_url:
        with asking(url, folder) as client:
            await asked(client)
            renewal = Identity(folder / "kiosk.pem", folder / "kiosk.key").renew
            await asyncio.to_thread(renewal, enrolment_url, folder / "tls-ca.pem")
            await asked(client)
            (folder / "kiosk.pem").write_text("cut short")  # what cannot be used changes nothing
            await asked(client)
    assert shown[0] != shown[1] == shown[2]


async def test_the_renewed_certificate_has_the_name_and_key_of_the_one_that_asked(data, tmp_path):
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(days=5))
    for who, name in (("kiosk", KIOSK), ("clerk", f"{KIOSK}.clerk")):
        before = x509.load_pem_x509_certificate((folder / f"{who}.pem").read_bytes())
        async with enrolment(data) as url:
            renewal = Identity(folder / f"{who}.pem", folder / f"{who}.key").renew
            await asyncio.to_thread(renewal, url, folder / "tls-ca.pem")
        after = x509.load_pem_x509_certificate((folder / f"{who}.pem").read_bytes())
        assert after.subject.rfc4514_string() == f"CN={name}"
        assert after.public_key() == before.public_key()
        assert after.not_valid_after_utc - datetime.now(UTC) > timedelta(days=396)


async def test_who_shows_no_certificate_or_one_of_no_kiosk_gets_none(data, tmp_path):
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(days=5))
    TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None).client(tmp_path / "monitor", "monitor")
    async with enrolment(data) as url:
        monitor = Identity(tmp_path / "monitor.pem", tmp_path / "monitor.key")
        with pytest.raises(NotEnrolled, match="neither a kiosk's nor a clerk's"):
            await asyncio.to_thread(monitor.renew, url, folder / "tls-ca.pem")
        nobody = ssl.create_default_context(cafile=data / "pki" / "tls-ca.pem")
        with pytest.raises(NotEnrolled, match="over a connection that shows it"):
            await asyncio.to_thread(ask, url, nobody, "POST", "/v1/renew", None)
        stranger = tmp_path / "stranger"
        TlsAuthority(tmp_path / "other", datetime.now(UTC), lambda _line: None).client(stranger, KIOSK)
        with pytest.raises(NotEnrolled):
            await asyncio.to_thread(
                Identity(tmp_path / "stranger.pem", tmp_path / "stranger.key").renew, url, folder / "tls-ca.pem"
            )


async def test_a_revoked_kiosk_is_refused_in_words_on_a_kept_connection_too(data, tmp_path, capsys):
    folder = issued(data, data / "kiosks" / KIOSK, ends_in=timedelta(days=100))
    other = tmp_path / "other"
    TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None).kiosk(
        other, "kiosk-0001", data / "pki" / "root.pub.pem"
    )
    async with centre(data) as url, enrolment(data) as enrolment_url:
        with asking(url, folder) as kept, asking(url, folder, "clerk") as clerk, asking(url, other) as neighbour:
            assert [await asked(each) for each in (kept, clerk, neighbour)] == [200, 200, 200]
            renewal = Identity(folder / "kiosk.pem", folder / "kiosk.key").renew
            await asyncio.to_thread(renewal, enrolment_url, folder / "tls-ca.pem")
            assert await asyncio.to_thread(hub, ["revoke", KIOSK, "--data", str(data)]) == 0
            for each in (kept, clerk):
                with pytest.raises(HubRefused) as told:
                    await asked(each)
                assert (told.value.status, told.value.code) == (403, "certificate-revoked")
            assert await asked(neighbour) == 200
        with pytest.raises(NotEnrolled, match="this certificate is revoked; a new token"):
            await asyncio.to_thread(renewal, enrolment_url, folder / "tls-ca.pem")
    assert "certificates revoked: 2" in capsys.readouterr().out


@pytest.fixture
def revocation(data):
    issued(data, data / "kiosks" / KIOSK, ends_in=timedelta(days=100))
    assert hub(["revoke", KIOSK, "--data", str(data)]) == 0
    return data / "pki" / LIST


def serial(path):
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def test_revoking_an_unknown_kiosk_says_so(data, capsys):
    assert hub(["revoke", "kiosk-0099", "--data", str(data)]) == 1
    assert "no certificate of `kiosk-0099` was issued here" in capsys.readouterr().err


def test_a_list_that_the_authority_did_not_sign_is_not_believed(data, revocation, tmp_path):
    revoked = serial(data / "kiosks" / KIOSK / "kiosk.pem")
    known = RevokedCertificates(data / "pki")
    assert revoked in known
    other = tmp_path / "other"
    TlsAuthority(other / "pki", datetime.now(UTC), lambda _line: None)
    shutil.copytree(data / "kiosks", other / "kiosks")
    assert hub_of(other, "revoke", KIOSK) == 0
    (other / "pki" / LIST).rename(revocation)
    assert revoked in known  # a running hub keeps what it knew
    with pytest.raises(ValueError, match="was not signed by tls-ca"):
        RevokedCertificates(data / "pki")


def hub_of(data, *arguments):
    write_new(data / "pki" / "root.pub.pem", b"")
    return hub([*arguments, "--data", str(data)])


async def test_openssl_shuts_revoked_ones_out_by_the_list_as_the_broker_does(data, revocation, tmp_path):
    pki = data / "pki"
    other = tmp_path / "other"
    TlsAuthority(pki, datetime.now(UTC), lambda _line: None).kiosk(other, "kiosk-0001", pki / "root.pub.pem")
    tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
    tls.load_verify_locations(revocation)
    tls.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF

    async def good(_request):
        return PlainTextResponse("{}", media_type="application/json")

    async with listening(Starlette(routes=[Route("/", good)]), tls) as url:
        with asking(url, other) as neighbour, asking(url, data / "kiosks" / KIOSK) as revoked:
            assert await asked(neighbour) == 200
            with pytest.raises(HubUnreachable):
                await asked(revoked)


class Config:
    """As much of a configuration as renewal needs."""

    def __init__(self, folder, enrolment_url):
        names = {f"{who}_{kind}": folder / f"{who}.{end}" for who in ("kiosk", "clerk") for kind, end in ENDS}
        self.hub = type("Hub", (), {"ca": folder / "tls-ca.pem", "enrolment_url": enrolment_url, **names})
        self.mqtt = type("Mqtt", (), {"certificate": folder / "kiosk.pem", "key": folder / "kiosk.key"})


ENDS = (("certificate", "pem"), ("key", "key"))


@pytest.mark.parametrize(("days_left", "due"), [(41, False), (39, True)])
async def test_kiosk_renew_asks_when_a_third_of_the_time_is_left(data, tmp_path, capsys, days_left, due):
    began_ago = timedelta(days=120 - days_left)
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(days=days_left), began_ago=began_ago)
    before = ends(folder / "kiosk.pem")
    async with enrolment(data) as url:
        assert await asyncio.to_thread(lambda: renew.run(Config(folder, url), now=False)) == 0
    assert (ends(folder / "kiosk.pem") > before) is due
    assert capsys.readouterr().out.count("renewed, good for 39") == 2 * due  # the broker's is the kiosk's


def test_kiosk_renew_without_an_address_or_an_answer_fails_in_words_and_keeps_the_files(data, tmp_path, capsys):
    folder = issued(data, tmp_path / "kiosk", ends_in=timedelta(days=5), began_ago=timedelta(days=300))
    before = (folder / "kiosk.pem").read_bytes()
    assert renew.run(Config(folder, ""), now=False) == 1
    assert "kiosk.pem is due, and hub.enrolment_url says nobody to ask" in capsys.readouterr().err
    assert renew.run(Config(folder, "https://127.0.0.1:9"), now=False) == 1
    assert "check address, network and clock" in capsys.readouterr().err
    assert (folder / "kiosk.pem").read_bytes() == before
    (folder / "kiosk.pem").write_text("nonsense")
    assert renew.run(Config(folder, ""), now=False) == 1
    assert "cannot be used" in capsys.readouterr().err
    with pytest.raises(IdentityError):
        Identity(folder / "kiosk.pem", folder / "kiosk.key").left(datetime.now(UTC))

"""`hub init`: what it makes, that it makes nothing twice, and what it says about a bad wish."""

import json
import subprocess
from dataclasses import replace

import pytest
from card_holder import Holder
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fake_municipality import seed
from hub_bench import SETTINGS

from hub.centre.keys import KeysError, load_keys
from hub.clock import utc_now
from hub.cose import peek_kid, verify1
from hub.settings import Settings, SettingsError, load, to_toml
from hub.setup.data_directory import Plan, initialise

SEEN_FROM_AFAR = ("monitor", "exporter", "fleet", "operator", "home-assistant", "buttons")


def plan(data, kiosks=("kiosk-0001", "kiosk-0002"), settings=SETTINGS) -> Plan:
    return Plan(data, list(kiosks), settings, [Holder("hanako"), Holder("revoked"), Holder("expired")], seed)


def contents(data) -> dict:
    return {path.relative_to(data): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_everything_of_the_reference_page_is_there(made_data):
    names = {str(path.relative_to(made_data)) for path in made_data.rglob("*") if path.is_file()}
    pki = {f"pki/{stem}.{end}" for stem in ("server", "broker", *SEEN_FROM_AFAR) for end in ("pem", "key")}
    pki |= {"pki/tls-ca.pem", "pki/root.pub.pem", "pki/keys.cose", "pki/jpki/auth-ca.pem", "pki/jpki/sign-ca.pem"}
    kiosk = {"kiosk.pem", "kiosk.key", "clerk.pem", "clerk.key", "tls-ca.pem", "root.pub.pem"}
    kinds = ("auth", "sign")
    card = {f"{kind}_{part}" for kind in kinds for part in ("cert.der", "ca.der", "key.pem")} | {"card.json"}
    kiosks = {f"kiosks/kiosk-0002/{name}" for name in kiosk}
    cards = {f"citizens/hanako/{name}" for name in card}
    assert pki | kiosks | cards | {"centre.sqlite", "jpki.sqlite", "hub.toml"} <= names
    described = json.loads((made_data / "citizens" / "hanako" / "card.json").read_text())
    assert set(described) == {"name", "label", "auth_pin", "sign_pin"}


def test_private_keys_are_for_their_owner_only(made_data):
    keys = [*made_data.rglob("*.key"), *made_data.rglob("*_key.pem")]
    assert len(keys) > 15
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_a_second_run_changes_nothing_and_says_what_exists(data):
    before = contents(data)
    said = []
    initialise(plan(data), utc_now, said.append)
    after = contents(data)
    assert {path for path in before if before[path] != after.get(path) and path.suffix != ".sqlite"} == set()
    assert any(line.startswith("exists") for line in said)
    assert not any(line.startswith("made") for line in said)


def test_a_kiosk_can_be_added_later_and_a_lost_certificate_is_made_again(data):
    before = contents(data)
    (data / "kiosks" / "kiosk-0001" / "clerk.pem").unlink()
    initialise(plan(data, ["kiosk-0001", "kiosk-0003"]), utc_now, lambda _: None)
    after = contents(data)
    changed = {str(path) for path in after if after[path] != before.get(path) and path.suffix != ".sqlite"}
    assert {name for name in changed if "kiosk-0003" not in name} == {"kiosks/kiosk-0001/clerk.pem"}
    assert len(changed) == 7


def test_a_bad_kiosk_id_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ValueError, match="kiosk- and four to six digits"):
        initialise(plan(tmp_path, ["../kiosk"]), utc_now, lambda _: None)


def test_options_that_differ_from_the_kept_file_are_pointed_out(data):
    said = []
    initialise(plan(data, settings=replace(SETTINGS, port=9000)), utc_now, said.append)
    assert any("keeps port = 0, not 9000" in line for line in said)


@pytest.mark.parametrize("name", ["server", "broker"])
def test_openssl_accepts_the_tls_certificates(made_data, name):
    pki = made_data / "pki"
    purposes = {pki / f"{name}.pem": "sslserver", made_data / "kiosks" / "kiosk-0001" / "clerk.pem": "sslclient"}
    for path, purpose in purposes.items():
        command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", pki / "tls-ca.pem", path]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    certificate = x509.load_pem_x509_certificate((pki / f"{name}.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_openssl_accepts_the_cards_certificates(made_data, kind):
    card = made_data / "citizens" / "hanako"
    der = card / f"{kind}_cert.der"
    ca = made_data / "pki" / "jpki" / f"{kind}-ca.pem"
    command = ["openssl", "verify", "-x509_strict", "-CAfile", ca, der]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    certificate = x509.load_der_x509_certificate(der.read_bytes())
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 2048
    assert "hanako" not in certificate.subject.rfc4514_string().lower()


def test_the_key_list_is_signed_by_the_root(made_data):
    root = load_pem_public_key((made_data / "pki" / "root.pub.pem").read_bytes())
    data = (made_data / "pki" / "keys.cose").read_bytes()
    assert peek_kid(data) == b"root"
    record = verify1(data, root)
    assert set(record) == {"v", "issued_at", "expires_at", "centre", "municipalities"}
    assert list(record["municipalities"]) == ["402231"]


def test_a_key_list_that_does_not_fit_is_refused_with_a_remedy(data):
    listed = bytearray((data / "pki" / "keys.cose").read_bytes())
    now_s = int(utc_now().timestamp())
    with pytest.raises(KeysError, match="expired"):
        load_keys(data / "pki", now_s + 11 * 365 * 86400)
    listed[-1] ^= 1
    (data / "pki" / "keys.cose").write_bytes(listed)
    with pytest.raises(KeysError, match="sign it again"):
        load_keys(data / "pki", now_s)
    (data / "pki" / "keys.cose").unlink()
    with pytest.raises(KeysError, match="hub init"):
        load_keys(data / "pki", now_s)


def test_options_survive_writing_and_reading(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(to_toml(replace(Settings(), port=1234, always_open=True)))
    assert load(path) == replace(Settings(), port=1234, always_open=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "unknown key `prot`"),
        ('port = "1"', "`port` = '1' should be like 8443"),
        ("port = 70000", "is no port"),
        ("port = -1", "out of range"),
        ('municipality_opens = "6:30"', "no time of day"),
        ('municipality_opens = "23:30"', "earlier"),
        ("always_open = 1", "should be like false"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_wrong_option_is_named_with_its_reason(tmp_path, text, told):
    path = tmp_path / "hub.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=told):
        load(path)


def test_a_missing_file_says_what_to_run(tmp_path):
    with pytest.raises(SettingsError, match="python -m hub init"):
        load(tmp_path / "hub.toml")

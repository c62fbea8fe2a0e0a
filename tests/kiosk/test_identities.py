"""Keys, certificates and names that are not the right ones: honestly out of service or a clear end, never a visit.

Each test switches the same kiosk off, changes its configuration, and switches it on.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from hil_tests import visit
from tests.kiosk import ledger, processes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("identities")]

DAY = dt.timedelta(days=1)


@pytest.fixture
async def off(bench: SimBench) -> AsyncGenerator[SimBench]:
    """Give a kiosk that is switched off; its configuration is put right afterwards."""
    right = bench.world.config.read_text(encoding="utf-8")
    await bench.kill_firmware()
    yield bench
    await bench.kill_firmware()
    bench.world.config.write_text(right, encoding="utf-8")
    await bench.remove_card()
    await switch_on(bench)
    await bench.expect_idle()


async def switch_on(bench: SimBench) -> None:
    await bench.world.machine.start()
    bench.world.powered = True
    await bench.world.firmware_up()


def configure(bench: SimBench, section: str, key: str, value: object) -> None:
    """Write `key = value` into this section of kiosk.toml, in place of what stands there."""
    head, title, rest = bench.world.config.read_text(encoding="utf-8").partition(f"[{section}]\n")
    assert title, f"no section {section}"
    body, blank, tail = rest.partition("\n\n")
    kept = [line for line in body.splitlines() if not line.startswith(f"{key} =")]
    text = f'"{value}"' if not isinstance(value, (int, float)) else str(value)
    lines = "\n".join([*kept, f"{key} = {text}"])
    bench.world.config.write_text(f"{head}{title}{lines}{blank}{tail}", encoding="utf-8")


def stranger_ca(folder: Path) -> Path:
    """Make a CA that signed nobody here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody else")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - DAY).not_valid_after(now + DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    path = folder / "stranger.pem"
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def expired(bench: SimBench, name: str, folder: Path) -> Path:
    """Sign this certificate of the kiosk's again, with the right CA, for the day before yesterday."""
    data = bench.world.hub.data
    old = x509.load_pem_x509_certificate((data / "kiosks" / "kiosk-0001" / name).read_bytes())
    ca = x509.load_pem_x509_certificate((data / "pki" / "tls-ca.pem").read_bytes())
    key = serialization.load_pem_private_key((data / "pki" / "tls-ca.key").read_bytes(), None)
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(old.subject).issuer_name(ca.subject)
    builder = builder.public_key(old.public_key()).serial_number(77)
    builder = builder.not_valid_before(now - 9 * DAY).not_valid_after(now - DAY)
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    path = folder / name
    path.write_bytes(builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM))
    return path


async def expect_out_of_service(bench: SimBench, reason: str) -> None:
    def told() -> bool:
        state = bench.world.subscriber.states.get("kiosk/v1/kiosk-0001/state", {})
        return state.get("reasons") == [reason]

    await bench.expect_screen("out_of_service")
    await bench.world.events.until(told, 15.0, lambda: f"{reason} alone is not told: {bench.world.subscriber.states}")


def log(bench: SimBench) -> str:
    return (bench.world.out / "logs" / "firmware.log").read_text(encoding="utf-8")


async def test_a_hub_of_another_authority_is_no_hub(off: SimBench, tmp_path: Path) -> None:
    configure(off, "hub", "ca", stranger_ca(tmp_path))
    await switch_on(off)
    await expect_out_of_service(off, "hub_down")
    assert "HubUnreachable certificate" in log(off)


async def test_a_kiosk_whose_certificate_has_expired_is_out_of_service(off: SimBench, tmp_path: Path) -> None:
    configure(off, "hub", "kiosk_certificate", expired(off, "kiosk.pem", tmp_path))
    await switch_on(off)
    await expect_out_of_service(off, "certificate_expired")


async def test_a_kiosk_whose_clerk_has_an_expired_certificate_is_out_of_service(off: SimBench, tmp_path: Path) -> None:
    configure(off, "hub", "clerk_certificate", expired(off, "clerk.pem", tmp_path))
    await switch_on(off)
    await expect_out_of_service(off, "certificate_expired")


async def test_keys_of_municipalities_under_another_root_end_the_visit_before_the_fee(
    off: SimBench, tmp_path: Path
) -> None:
    before = await ledger.books(off)
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "root.pem").write_bytes(key.public_bytes(serialization.Encoding.PEM, form))
    configure(off, "hub", "root_key", tmp_path / "root.pem")
    await switch_on(off)
    await off.expect_idle()
    await visit.to_the_reader(off)
    await off.insert_card("hanako")
    await off.expect_screen("sorry")
    await off.remove_card()
    change = await ledger.settled(off, before, 0)
    assert change.orders == {}
    assert change.rows == ()


async def test_an_operator_that_the_centre_does_not_know_sells_nothing(off: SimBench) -> None:
    configure(off, "kiosk", "operator", "lawson2")
    await switch_on(off)
    await off.expect_screen("out_of_service")
    await off.world.events.until(
        lambda: (
            off.world.subscriber.states.get("kiosk/v1/kiosk-0001/state", {}).get("reasons")
            in (["closed"], ["hub_down"])
        ),
        15.0,
        lambda: f"no reason is told: {off.world.subscriber.states}",
    )


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("printer", "head_dots", 600, r"printer\.head_dots = 600: invalid enum value"),
        ("printer", "port", 70_000, r"printer\.port = 70000: expected .int. <= 65535"),
        ("screen", "prot", 8080, r"screen\.prot = 8080: no such key"),
        ("hub", "url", "http://127.0.0.1", r"hub\.url = 'http://127\.0\.0\.1': expected .str. matching"),
        ("kiosk", "id", "../../etc", r"kiosk\.id = '\.\./\.\./etc': expected .str. matching"),
    ],
)
async def test_a_wrong_configuration_names_key_value_and_reason_and_exits_78(
    off: SimBench, section: str, key: str, value: object, told: str
) -> None:
    configure(off, section, key, value)
    await off.world.machine.start()
    assert await off.world.machine.ended() == 78
    last = log(off).splitlines()[-1]
    assert re.search(told, last), last
    assert processes.of_folders(off.world.config) == []

"""OpenSC, an independent JPKI client, agrees with the simulated card, and its signature with the firmware's."""

import asyncio
from pathlib import Path

import pytest
from card_watched import Watched

from firmware.app.clerk.jpki import Authenticated, authenticate
from firmware.devices import CardInserted
from firmware.drivers.card_reader import CardReader
from sim_hw.card.session import CardSession

pytestmark = pytest.mark.anyio
MODULE = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), Path("/usr/lib/opensc-pkcs11.so"))


async def run(*command: str, cwd: Path) -> str:
    """Run a tool in a folder; its failure is the test's."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, f"{command}: {err.decode()}{out.decode()}"
    return out.decode()


async def test_opensc_sees_a_jpki_card(bench: CardSession, watch: Watched, hanako: Path, tmp_path: Path) -> None:
    await bench.insert(hanako)
    await watch.until(CardInserted)
    assert (await run("opensc-tool", "-n", cwd=tmp_path)).strip().lower() == "jpki"


async def test_the_chain_that_opensc_reads_verifies(
    bench: CardSession, watch: Watched, hanako: Path, tmp_path: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    for number, name in (("01", "own.pem"), ("03", "ca.pem")):
        (tmp_path / name).write_text(await run("pkcs15-tool", "--read-certificate", number, cwd=tmp_path))
    assert "own.pem: OK" in await run("openssl", "verify", "-CAfile", "ca.pem", "own.pem", cwd=tmp_path)
    for pem, der in (("own.pem", "auth_cert.der"), ("ca.pem", "auth_ca.der")):
        await run("openssl", "x509", "-in", pem, "-outform", "DER", "-out", "read.der", cwd=tmp_path)
        assert (tmp_path / "read.der").read_bytes() == (hanako / der).read_bytes()


async def test_opensc_and_the_firmware_get_the_same_signature(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path, tmp_path: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    message = b"PKCS#1 v1.5 is deterministic"
    (tmp_path / "message").write_bytes(message)
    await run(
        "pkcs11-tool", "--module", str(MODULE), "--token-label", "JPKI (User Authentication PIN)",
        "--login", "--pin", "1234", "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01",
        "--input-file", "message", "--output-file", "signature", cwd=tmp_path,
    )  # fmt: skip
    certificate = str(hanako / "auth_cert.der")
    key = await run("openssl", "x509", "-inform", "DER", "-in", certificate, "-pubkey", "-noout", cwd=tmp_path)
    (tmp_path / "key.pem").write_text(key)
    verdict = await run(
        "openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message", cwd=tmp_path,
    )  # fmt: skip
    assert "Verified OK" in verdict

    own = await authenticate(reader, bytearray(b"1234"), lambda: message)

    assert isinstance(own, Authenticated)
    assert own.signature == (tmp_path / "signature").read_bytes()

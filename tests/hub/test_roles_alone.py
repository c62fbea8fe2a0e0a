"""Each role by itself, with its own files only; the line between centre and issuing server when it goes wrong."""

import asyncio
import json
import shutil
import signal
import ssl
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import cbor2
import httpx
import pytest
from fake_municipality import FakeMunicipality
from hub_bench import OPEN, SETTINGS, client_tls, code_of, hub_bench
from starlette.responses import Response

from hub.centre.issuing_line import centre_tls
from hub.centre.role import centre_role
from hub.clock import utc_now
from hub.jpki.role import jpki_role
from hub.municipality.app import IssuingServer
from hub.municipality.role import issuing_role
from hub.neighbours import Neighbours, neighbours_of
from hub.settings import SettingsError
from hub.web.server import Listener, mutual_tls

pytestmark = pytest.mark.anyio
NETWORK = ["pki/tls-ca.pem"]
FILES = {
    "jpki": ["jpki.sqlite", "pki/jpki"],
    "municipality": [*NETWORK, "pki/issuing.pem", "pki/issuing.key", "pki/municipality-402231.key"],
    "centre": [
        *(*NETWORK, "centre.sqlite", "pki/server.pem", "pki/server.key", "pki/centre-client.pem"),
        *("pki/centre-client.key", "pki/root.pub.pem", "pki/keys.cose", "pki/centre.key", "pki/background.key"),
        *("pki/panel-1.key", "pki/jpki/auth-ca.pem"),
    ],
}


def only(made_data, place, role):
    """A data directory with the role's own files."""
    for name in FILES[role]:
        source, target = made_data / name, place / role / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    return place / role


async def test_each_role_needs_its_own_files_only(made_data, tmp_path):
    homes = {role: only(made_data, tmp_path, role) for role in FILES}
    koga = FakeMunicipality(homes["municipality"])
    async with AsyncExitStack() as stack:
        ocsp_url = await stack.enter_async_context(jpki_role(homes["jpki"], SETTINGS, utc_now))
        issuing = issuing_role(homes["municipality"], SETTINGS, [koga], utc_now)
        near = Neighbours(f"{ocsp_url}/", [await stack.enter_async_context(issuing)])
        served = await stack.enter_async_context(centre_role(homes["centre"], SETTINGS, near, utc_now))
        tls = client_tls(made_data / "kiosks" / "kiosk-0001", "clerk")
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=served.url, verify=tls, trust_env=False))
        shown = (await http.get("/v1/availability?operator=seven_eleven")).json()["municipalities"]
        assert [(each["code"], each["status"]) for each in shown] == [("402231", "open")]


@pytest.mark.timeout(300)
async def test_the_command_line_starts_each_role_as_a_process_of_its_own(data):
    (data / "hub.toml").write_text("port = 0\nocsp_port = 0\nalways_open = true\n")
    started = []
    try:
        for role in ("jpki", "municipality", "centre"):
            started.append(await asyncio.create_subprocess_exec(sys.executable, "-m", "hub", role, "--data", str(data)))
            url = await told(data / "run" / f"{role}.json", started[-1])
        tls = client_tls(data / "kiosks" / "kiosk-0001", "kiosk")
        async with httpx.AsyncClient(base_url=url, verify=tls, trust_env=False) as http:
            assert (await http.get("/v1/health")).json()["status"] == "ok"
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    assert not list((data / "run").glob("*.json"))


async def told(place, process) -> str:
    async with asyncio.timeout(90):  # the program alone takes seconds to load on a busy machine
        while not place.exists():
            assert process.returncode is None, f"{place.stem} ended"
            await asyncio.sleep(0.05)
    assert json.loads(place.read_text())["pid"] == process.pid
    return json.loads(place.read_text())["url"]


async def test_a_centre_alone_says_who_is_missing(data):
    with pytest.raises(SettingsError, match="python -m hub jpki"):
        neighbours_of(data, SETTINGS)
    near = neighbours_of(data, replace(SETTINGS, ocsp_url="http://ocsp", issuing_servers="https://a https://b"))
    assert near == Neighbours("http://ocsp/", ["https://a", "https://b"])


@pytest.mark.parametrize("name", ["kiosk", "clerk"])
async def test_an_issuing_server_answers_nobody_but_the_centre(bench, name):
    tls = client_tls(bench.data / "kiosks" / "kiosk-0001", name)
    async with httpx.AsyncClient(base_url=bench.hub.issuing_url, verify=tls, trust_env=False) as http:
        for method, path in (("GET", "/v1/state"), ("GET", "/v1/402231/state"), ("POST", "/v1/402231/issue")):
            answer = await http.request(method, path, extensions={"sni_hostname": "issuing-server"})
            assert code_of(answer) == (403, "wrong-role")
    async with httpx.AsyncClient(base_url=bench.hub.issuing_url, verify=tls, trust_env=False) as http:
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await http.get("/v1/state")  # its certificate is for the name issuing-server, not for an address


async def test_a_client_without_a_certificate_does_not_reach_an_issuing_server(bench):
    tls = ssl.create_default_context(cafile=str(bench.data / "pki" / "tls-ca.pem"))
    async with httpx.AsyncClient(base_url=bench.hub.issuing_url, verify=tls, trust_env=False) as http:
        with pytest.raises(httpx.TransportError):
            await http.get("/v1/state", extensions={"sni_hostname": "issuing-server"})


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"\xff", 422), (cbor2.dumps({"v": 1}), 422), (cbor2.dumps("x" * 200_000), 413)],
)
async def test_a_request_that_is_no_record_is_refused_by_the_issuing_server(bench, body, status):
    async with as_the_centre(bench) as http:
        for step in ("issue", "answer"):
            answer = await http.post(f"/v1/402231/{step}", content=body, extensions={"sni_hostname": "issuing-server"})
            assert code_of(answer)[0] == status


async def test_an_issuing_server_does_not_know_other_towns_paths_or_operators(bench):
    async with as_the_centre(bench) as http:
        for path, status in (("/v1/999999/state?operator=x", 404), ("/v1/state", 422), ("/v2", 404)):
            assert code_of(await http.get(path, extensions={"sni_hostname": "issuing-server"}))[0] == status


@asynccontextmanager
async def as_the_centre(bench):
    tls = centre_tls(bench.data / "pki")
    async with httpx.AsyncClient(base_url=bench.hub.issuing_url, verify=tls, trust_env=False) as http:
        yield http


async def test_a_centre_that_gives_up_ends_the_work_at_the_municipality(data):
    async with hub_bench(data, replace(SETTINGS, municipality_timeout_s=0.3)) as bench:
        bench.municipality.let_go = asyncio.Event()
        person = await bench.checked()
        answer = await bench.clerk.post(f"{person.path}/order", person.order())
        assert code_of(answer) == (504, "municipality-timeout")
        async with asyncio.timeout(5):
            await bench.municipality.cancelled.wait()


async def test_a_full_issuing_server_is_busy_and_the_person_may_try_again(data):
    async with hub_bench(data, replace(SETTINGS, issuing_at_once=1)) as bench:
        bench.municipality.let_go = asyncio.Event()
        first, second = await bench.checked(), await bench.checked()
        waiting = asyncio.create_task(bench.clerk.post(f"{first.path}/order", first.order()))
        await bench.municipality.asked.wait()
        assert code_of(await bench.clerk.post(f"{second.path}/order", second.order())) == (503, "busy")
        bench.municipality.let_go.set()
        assert (await waiting).status_code == 200
        assert (await bench.clerk.post(f"{second.path}/order", second.order())).status_code == 200


async def test_a_server_that_is_gone_leaves_its_municipalities_down(made_data, tmp_path):
    async with AsyncExitStack() as stack:
        koga = FakeMunicipality(made_data)
        gone = await stack.enter_async_context(AsyncExitStack())
        url = await gone.enter_async_context(issuing_role(made_data, SETTINGS, [koga], utc_now))
        home = only(made_data, tmp_path, "centre")
        served = await stack.enter_async_context(
            centre_role(home, SETTINGS, Neighbours("http://127.0.0.1:1/", [url]), utc_now)
        )
        tls = client_tls(made_data / "kiosks" / "kiosk-0001", "clerk")
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=served.url, verify=tls, trust_env=False))
        headers = {"Idempotency-Key": "0" * 32}
        assert (await http.post("/v1/transactions", json=OPEN, headers=headers)).status_code == 201
        await gone.aclose()
        [shown] = (await http.get("/v1/availability?operator=seven_eleven")).json()["municipalities"]
        assert (shown["status"], {it["reason"] for it in shown["types"]}) == ("down", {"down"})
        answer = await http.post("/v1/transactions", json=OPEN, headers={"Idempotency-Key": "1" * 32})
        assert code_of(answer) == (503, "municipality-down")


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xff", cbor2.dumps({"statement": "text", "pages": [], "document_id": "0"})]
)
async def test_a_garbled_answer_counts_as_a_server_that_is_down(bench, monkeypatch, body):
    garbling(monkeypatch, body)
    person = await bench.checked()
    answer = await bench.clerk.post(f"{person.path}/order", person.order())
    assert code_of(answer) == (503, "municipality-down")
    assert bench.hub.centre.transactions.find(person.opened["transaction_id"], "kiosk-0001").state == "cancelled"


def garbling(monkeypatch, body):
    """The issuing server answers every order with these bytes."""

    async def nonsense(_self, _request, work):
        work.close()
        return bytes_of(body)

    monkeypatch.setattr(IssuingServer, "_answered", nonsense)


def bytes_of(body):
    return Response(body, media_type="application/cbor")


async def test_two_processes_can_listen_at_one_address(made_data):
    pki = made_data / "pki"
    tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
    first = Listener(bytes_of(b"1"), "127.0.0.1", 0, tls, shared=True)
    second = Listener(bytes_of(b"2"), "127.0.0.1", first.port, tls, shared=True)
    await first.start()
    await second.start()
    url = f"https://127.0.0.1:{first.port}"
    client = client_tls(made_data / "kiosks" / "kiosk-0001", "clerk")
    seen = set()
    for _ in range(60):  # each connection anew, dealt out by the kernel
        async with httpx.AsyncClient(base_url=url, verify=client, trust_env=False) as http:
            seen.add((await http.get("/")).content)
        if len(seen) > 1:
            break
    await second.stop()
    await first.stop()
    assert seen == {b"1", b"2"}

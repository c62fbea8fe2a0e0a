"""`python -m hub` as a person runs it, with the real sample municipality."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import cbor2
import httpx
import pytest
from hub_bench import OPEN, Client, Person, client_tls, code_of

from hub.__main__ import main
from hub.centre.records import open_records
from hub.centre.stops import Stops
from hub.clock import utc_now
from hub.commands.table import MODULES
from hub.ledger.posting import tokyo_day
from hub.ledger.reconcile import reconcile
from hub.ledger.store import centre_records
from hub.seal import unseal

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "hub", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def real_data(tmp_path_factory):
    data = tmp_path_factory.mktemp("real") / "data"
    made = run("init", "--data", data, "--always-open", "--port", 0, "--ocsp-port", 0)
    assert made.returncode == 0, made.stderr
    assert f"python -m hub serve --data {data}" in made.stdout
    return data


@pytest.fixture
async def served(real_data, tmp_path, anyio_backend):
    """Serve in a process of its own; yields where, and afterwards checks that it ended cleanly."""
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "hub", "serve", "--data", str(real_data)]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=log)
        place = real_data / "run" / "hub.json"
        async with asyncio.timeout(30):
            while not place.exists():
                assert process.returncode is None, (tmp_path / "log").read_text()
                await asyncio.sleep(0.05)
        yield json.loads(place.read_text())
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0
    assert not place.exists()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert lines[-1]["event"] == "stopped_serving"
    assert not [line for line in lines if "error" in line]


@pytest.mark.anyio
async def test_a_resident_record_from_the_real_municipality(real_data, served):
    clerk_tls = client_tls(real_data / "kiosks" / "kiosk-0001", "clerk")
    async with httpx.AsyncClient(base_url=served["url"], verify=clerk_tls, trust_env=False, timeout=30) as http:
        clerk, person = Client(http), Person(real_data / "citizens" / "hanako")
        person.opened = (await clerk.post("/v1/transactions", OPEN)).json()
        assert (await clerk.post(f"{person.path}/card", person.proof())).status_code == 200
        answer = await clerk.post(f"{person.path}/order", person.order())
        assert answer.status_code == 200, answer.text
        sealed = (await clerk.get(f"{person.path}/document")).content
        whole = cbor2.loads(unseal(sealed, person.encryption, person.opened["transaction_id"]))
        assert len(whole["pages"]) == answer.json()["sheets"]
        assert all(any(page) for page in whole["pages"])

        await asyncio.to_thread(revoke_and_report, real_data, answer.json()["document_id"])
        later = Person(real_data / "citizens" / "hanako")
        later.opened = (await clerk.post("/v1/transactions", OPEN)).json()
        assert code_of(await clerk.post(f"{later.path}/card", later.proof())) == (403, "card-revoked")


def revoke_and_report(data, document_id) -> None:
    """The other commands, while the hub serves."""
    assert "auth certificate revoked" in run("revoke", "--data", data, "--citizen", "hanako").stdout
    report = run("report", "--data", data)
    assert report.returncode == 0
    assert "requested 1 = issued 0 + voided 0 + cancelled 0 + open 1  adds up" in report.stdout
    assert document_id in run("orders", "--data", data).stdout
    with centre_records(data) as engine:  # in this process: starting one more takes seconds
        (day,) = reconcile(engine, data, tokyo_day(int(utc_now().timestamp())), utc_now())
    assert day.documents == "requested 1 = issued 0 + voided 0 + cancelled 0 + open 1"
    assert day.differences == []  # the municipality's real archive knows the document


@pytest.mark.parametrize("command", sorted(MODULES))
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"python -m hub {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "foreign"),
    [
        ("hub.__main__", ("sqlalchemy", "fastapi", "numpy", "httpx")),
        ("hub.commands.jpki", ("fastapi", "httpx", "numpy", "PIL", "hub.centre.app", "hub.municipality")),
        ("hub.commands.municipality", ("fastapi", "httpx", "cv2", "numba", "hub.centre.app")),
        ("hub.commands.codes", ("sqlalchemy", "fastapi", "cv2")),
    ],
)
def test_a_command_loads_no_library_of_another_role(module, foreign):
    told = f"import sys, {module}; print([it for it in {foreign!r} if it in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_mistakes_are_told_with_a_remedy(tmp_path, capsys):
    assert main(["serve", "--data", str(tmp_path)]) == 78
    assert "python -m hub init" in capsys.readouterr().err
    assert main(["report", "--data", str(tmp_path)]) == 1
    assert "python -m hub init" in capsys.readouterr().err
    assert main(["init", "--data", str(tmp_path), "--municipality-hours", "early-late"]) == 78
    assert "no time of day" in capsys.readouterr().err
    assert main(["init", "--data", str(tmp_path / "x"), "--kiosk", "shop"]) == 1
    assert "kiosk-0001" in capsys.readouterr().err


def test_an_unknown_citizen_is_told_with_those_there_are(data, capsys):
    assert main(["revoke", "--data", str(data), "--citizen", "nobody"]) == 1
    assert "expired, hanako, revoked" in capsys.readouterr().err


def test_a_stop_is_lifted_once_with_a_reason(data, capsys):
    engine = open_records(data / "centre.sqlite")
    Stops(engine, utc_now).stop_kiosk("kiosk-0001", "unconfirmed:pages")
    engine.dispose()
    main(["report", "--data", str(data)])
    assert "kiosk kiosk-0001 since" in capsys.readouterr().out
    arguments = ["resume", "--data", str(data), "--subject", "kiosk-0001", "--reason", "checked", "--by", "Ito"]
    assert [main(arguments), main(arguments)] == [0, 1]


def test_openapi_describes_every_path_and_problem(capsys):
    assert main(["openapi"]) == 0
    described = json.loads(capsys.readouterr().out)
    paths = described["paths"]
    assert set(paths["/v1/transactions/{transaction_id}/order"]["post"]["responses"]) >= {"200", "403", "409", "504"}
    document = paths["/v1/transactions/{transaction_id}/document"]["get"]["responses"]
    assert "application/octet-stream" in document["200"]["content"]
    assert "application/problem+json" in document["410"]["content"]
    assert "application/cbor" in paths["/v1/keys"]["get"]["responses"]["200"]["content"]
    page = (ROOT / "docs" / "reference" / "hub-protocol.md").read_text(encoding="utf-8")
    resources = page.split("## Resources of the centre")[1].split("\n## ")[0]
    listed = set(re.findall(r"\| `(?:GET|POST|PUT) (/v1/[^`?]*)", resources))
    assert {path.replace("transaction_id", "id") for path in paths} == listed
    references = json.dumps(described).split('"#/components/schemas/')[1:]
    assert {each.split('"')[0] for each in references} <= set(described["components"]["schemas"])

"""Every request of the OpenAPI description against a running centre: whatever comes, the answer is a described one.

Requests are made by schemathesis from the description alone, over mutual TLS, with ids of living transactions mixed in.
"""

import asyncio
import shutil
import threading

import pytest
import requests
import schemathesis
from hub_bench import hub_bench
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub.centre.app import openapi

EXAMPLES = 12
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
DESCRIBED = openapi()
OPERATIONS = [(method.upper(), path) for path, each in DESCRIBED["paths"].items() for method in each]
GOOD, BAD = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
NOTHING_TO_GET_WRONG = {("GET", "/v1/health"), ("GET", "/v1/keys"), ("GET", "/v1/audit")}
ASKED = [(*each, GOOD) for each in OPERATIONS] + [
    (*each, BAD) for each in OPERATIONS if each not in NOTHING_TO_GET_WRONG
]
load_all_checks()


class Served:
    """A hub on a loop of its own thread, and what a fuzzer needs of it."""

    def __init__(self, data) -> None:
        self.data = data
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))
        self.ready = threading.Event()

    async def _serve(self) -> None:
        self.stop = asyncio.Event()
        async with hub_bench(self.data) as self.bench:
            self.living = [(await each()).opened["transaction_id"] for each in (self.bench.person, self.bench.checked)]
            _, self.document_id = await self.bench.ordered()
            self.ready.set()
            await self.stop.wait()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(30)
        self.loop.close()

    def tls(self, role: str) -> dict:
        """How `requests` says who asks and whom to trust."""
        kiosk = self.data / "kiosks" / "kiosk-0001"
        pair = (str(kiosk / f"{role}.pem"), str(kiosk / f"{role}.key"))
        return {"verify": str(kiosk / "tls-ca.pem"), "cert": pair}


@pytest.fixture(scope="module")
def served(made_data, tmp_path_factory):
    data = tmp_path_factory.mktemp("fuzzed") / "data"
    shutil.copytree(made_data, data)
    with Served(data) as hub:
        yield hub


@pytest.mark.parametrize(("method", "path", "mode"), ASKED, ids=lambda it: getattr(it, "name", it))
def test_every_answer_is_a_described_one(served, method, path, mode):
    schema = schemathesis.openapi.from_dict(DESCRIBED)
    operation = schema[path][method]
    role = "kiosk" if "kiosk" in operation.tags else "clerk"
    ids = {"transaction_id": st.sampled_from(served.living), "document_id": st.just(served.document_id)}
    seen = []
    with requests.Session() as session:
        session.trust_env = False

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def ask(case, data) -> None:
            for name, living in ids.items():
                if name in (case.path_parameters or {}) and data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(living)
            answer = case.call(base_url=served.bench.hub.url, session=session, timeout=20, **served.tls(role))
            assert answer.status_code != 500
            case.validate_response(answer, checks=CHECKS)
            seen.append(answer.status_code)

        ask()
    assert len(seen) >= 1

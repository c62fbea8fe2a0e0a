"""Who gets in: a person with a token, on loopback, from the desk's own pages, until removed or eight hours are over."""

import httpx
import pytest

from hub.__main__ import main
from hub.desk.gate import SESSION_S, Gate
from hub.desk.people import add_person, person_with, remove_person

pytestmark = pytest.mark.anyio


def http(desk):
    return httpx.AsyncClient(base_url=desk.url, trust_env=False)


async def seated(client, desk):
    origin = {"origin": desk.url.rstrip("/")}
    answer = await client.post("/login", data={"token": desk.token}, headers=origin)
    assert answer.status_code == 303
    return origin


async def test_without_a_token_every_page_leads_to_the_door(centre_desk):
    async with http(centre_desk) as client:
        for path in ("/", "/decisions", "/notices", "/reconciliation", "/resume", "/nothing"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), path


async def test_a_wrong_token_or_another_desks_opens_nothing(centre_desk):
    other = add_person(centre_desk.data, "402231", "別の人")
    async with http(centre_desk) as client:
        for token in ("", "x" * 43, other):
            headers = {"origin": centre_desk.url.rstrip("/")}
            answer = await client.post("/login", data={"token": token}, headers=headers)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


async def test_the_cookie_is_kept_from_scripts_and_other_sites(centre_desk):
    async with http(centre_desk) as client:
        headers = {"origin": centre_desk.url.rstrip("/")}
        answer = await client.post("/login", data={"token": centre_desk.token}, headers=headers)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        page = await client.get("/")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
async def test_a_decision_sent_from_another_page_is_refused(centre_desk, origin):
    async with http(centre_desk) as client:
        await seated(client, centre_desk)
        headers = {} if origin is None else {"origin": origin}
        form = {"subject": "402231/resident_record", "reason": "x"}
        assert (await client.post("/resume", data=form, headers=headers)).status_code == 403
        assert "402231/resident_record" in (await client.get("/")).text


async def test_another_host_name_is_refused(centre_desk):
    async with http(centre_desk) as client:
        assert (await client.get("/login", headers={"host": "kiosk.example"})).status_code == 421


async def test_a_removed_persons_session_ends_at_once(centre_desk):
    async with http(centre_desk) as client:
        await seated(client, centre_desk)
        assert (await client.get("/")).status_code == 200
        remove_person(centre_desk.data, "centre", "見本 太郎")
        assert (await client.get("/")).status_code == 303


async def test_leaving_the_seat_ends_the_session(centre_desk):
    async with http(centre_desk) as client:
        origin = await seated(client, centre_desk)
        kept = {"cookie": f"desk={client.cookies['desk']}"}
        assert (await client.get("/", headers=kept)).status_code == 200
        assert (await client.post("/logout", headers=origin)).status_code == 303
        assert (await client.get("/", headers=kept)).status_code == 303


async def test_a_session_ends_after_eight_hours(tmp_path):
    token, now = add_person(tmp_path, "centre", "見本 太郎"), [0.0]

    async def inside(scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["state"]["person"].encode()})

    gate = Gate(inside, tmp_path, "centre", "試験", clock=lambda: now[0])
    gate.port = 80
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"host": "127.0.0.1:80"}
    ) as it:
        await it.post("/login", data={"token": token}, headers={"origin": "http://127.0.0.1:80"})
        now[0] = SESSION_S - 1
        assert (await it.get("/")).text == "見本 太郎"
        now[0] = SESSION_S + 1
        assert (await it.get("/")).status_code == 303


async def test_an_endless_body_or_form_is_refused(centre_desk):
    async with http(centre_desk) as client:
        headers = {"origin": centre_desk.url.rstrip("/")}
        assert (await client.post("/login", content=b"t" * 70_000, headers=headers)).status_code == 413
        many = "&".join(f"a{it}=1" for it in range(40))
        assert (await client.post("/login", content=many, headers=headers)).status_code == 422


def test_tokens_are_kept_as_digests_in_a_private_file(tmp_path):
    token = add_person(tmp_path, "centre", "見本 太郎")
    path = tmp_path / "desks.json"
    assert token not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert person_with(tmp_path, "centre", token) == "見本 太郎"
    assert person_with(tmp_path, "402231", token) is None
    with pytest.raises(ValueError, match="already"):
        add_person(tmp_path, "centre", "見本 太郎")


def test_people_are_added_listed_and_removed_at_the_command_line(tmp_path, capsys):
    desk = ["desk-person", "--data", str(tmp_path)]
    assert main([*desk, "--add", "見本 太郎"]) == 0
    token = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    assert person_with(tmp_path, "centre", token) == "見本 太郎"
    assert main([*desk, "--remove", "見本 太郎"]) == 0
    assert main([*desk, "--remove", "見本 太郎"]) == 1
    assert main([*desk, "--desk", "111111"]) == 1
    assert "no desk 111111" in capsys.readouterr().err

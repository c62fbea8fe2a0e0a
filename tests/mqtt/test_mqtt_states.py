"""States at a real mosquitto, as a subscriber sees them that is not ours."""

import time

import pytest
from mosquitto_subscriber import Subscriber, becomes_true

from firmware.devices import BrokerConnected, BrokerLost

pytestmark = pytest.mark.anyio
BRANCH = "kiosk/v1/kiosk-0001/"


async def test_birth_then_states_retained(mosquitto, monitor, make_kiosk):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.broker.publish_state("state", '{"state":"in_service"}')
    kiosk.start()
    await kiosk.told(BrokerConnected())
    kiosk.broker.publish_state("state/printer", '{"device":"online"}')
    await monitor.until(
        (BRANCH + "avail", "online"),
        (BRANCH + "state", '{"state":"in_service"}'),
        (BRANCH + "state/printer", '{"device":"online"}'),
    )


async def test_a_late_subscriber_sees_the_present_states(mosquitto, monitor, make_kiosk, authority):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    for number in range(200):
        kiosk.broker.publish_state("state", f'{{"sequence":{number}}}')
    await monitor.until((BRANCH + "state", '{"sequence":199}'))
    monitor.seen.clear()
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")) as late:
        await late.until((BRANCH + "state", '{"sequence":199}'))
        assert (True, BRANCH + "state", '{"sequence":199}') in late.seen
        assert (True, BRANCH + "avail", "online") in late.seen


async def test_only_the_newest_of_a_state_is_kept_while_one_is_on_its_way(mosquitto, monitor, make_kiosk):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    for number in range(100):
        kiosk.broker.publish_state("state", str(number))
    await monitor.until((BRANCH + "state", "99"))
    seen = [int(payload) for _, topic, payload in monitor.seen if topic == BRANCH + "state"]
    assert seen == sorted(seen)
    assert len(seen) <= 3


async def test_an_alarm_is_raised_and_cleared(mosquitto, monitor, make_kiosk, authority):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    kiosk.broker.publish_state("alarm/left_behind_paper", '{"since":"now"}')
    await monitor.until((BRANCH + "alarm/left_behind_paper", '{"since":"now"}'))
    kiosk.broker.publish_state("alarm/left_behind_paper", "")
    await monitor.until((BRANCH + "alarm/left_behind_paper", ""))
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")) as late:
        await late.until((BRANCH + "avail", "online"))
        assert [topic for _, topic, _ in late.seen] == [BRANCH + "avail"]


async def test_closing_says_offline(mosquitto, monitor, make_kiosk):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await monitor.until((BRANCH + "avail", "online"))
    await kiosk.broker.close()
    await monitor.until((BRANCH + "avail", "online"), (BRANCH + "avail", "offline"))


async def test_a_kiosk_that_dies_is_offline_by_its_last_will(mosquitto, monitor, make_kiosk):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    await monitor.until((BRANCH + "avail", "online"))
    kiosk.broker._drop()  # the socket closes without a word, as when the process dies
    await monitor.until((BRANCH + "avail", "online"), (BRANCH + "avail", "offline"))


async def test_a_broker_killed_and_restarted_gets_the_newest_states_again(
    mosquitto, make_mosquitto, make_kiosk, authority
):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    kiosk.broker.publish_state("state", "before")
    await kiosk.told(BrokerConnected())
    await mosquitto.kill()
    events = await kiosk.told_count(2)
    assert isinstance(events[1], BrokerLost)
    kiosk.broker.publish_state("state", "stale")
    kiosk.broker.publish_state("state", "newest")
    again = await make_mosquitto("that has forgotten all", mosquitto.port)
    restarted = time.monotonic()
    await kiosk.told_count(3)
    assert time.monotonic() - restarted < 8
    assert kiosk.events[2] == BrokerConnected()
    async with Subscriber(again.port, authority.ca, *authority.issue("monitor")) as late:
        await late.until((BRANCH + "state", "newest"))
        assert "stale" not in [payload for _, _, payload in late.seen]


async def test_a_kiosk_can_write_its_own_branch_only(mosquitto, monitor, make_kiosk, caplog):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    kiosk.broker._prefix = "kiosk/v1/kiosk-0002/"
    kiosk.broker.publish_state("state", "forged")
    await becomes_true(lambda: "refused" in caplog.text)
    assert "ACL" in caplog.text
    kiosk.broker._prefix = BRANCH
    kiosk.broker.publish_state("state", "own")
    await monitor.until((BRANCH + "state", "own"))
    assert "forged" not in [payload for _, _, payload in monitor.seen]


async def test_two_kiosks_do_not_throw_one_another_out(mosquitto, monitor, make_kiosk):
    one, two = make_kiosk(mosquitto.port), make_kiosk(mosquitto.port, "kiosk-0002")
    one.start()
    two.start()
    await one.told(BrokerConnected())
    await two.told(BrokerConnected())
    # A certificate decides the client id: a kiosk that asks for another's id gets its own.
    forger = make_kiosk(mosquitto.port, "kiosk-0003")
    forger.broker._kiosk_id = "kiosk-0001"
    forger.start()
    await forger.told(BrokerConnected())
    one.broker.publish_state("state", "still here")
    await monitor.until((BRANCH + "state", "still here"))
    await one.told(BrokerConnected())


async def test_the_monitor_may_write_nothing(mosquitto, monitor, make_kiosk, caplog):
    intruder = make_kiosk(mosquitto.port, "monitor-2")
    intruder.broker._prefix = BRANCH
    intruder.start()
    await becomes_true(lambda: "refused" in caplog.text)
    assert not [topic for _, topic, _ in monitor.seen if topic.startswith(BRANCH)]

"""The vendor library's surface, as its documentation lists it; what holds here must hold on a Raspberry Pi, too."""

import os
import subprocess
import sys
import threading
import time

import pytest
from pins_backend_sim import STANDINS, until

IN, OUT = 5, 6


def test_a_level_is_known_as_soon_as_an_input_is_set_up(gpio, pins_backend):
    pins_backend.drive(IN, 1)
    gpio.setup(IN, gpio.IN)
    assert gpio.input(IN) == gpio.HIGH


@pytest.mark.parametrize(("pull", "level"), [("PUD_UP", 1), ("PUD_DOWN", 0)])
def test_an_open_input_follows_its_pull_resistor(gpio, pull, level):
    gpio.setup(IN, gpio.IN, pull_up_down=getattr(gpio, pull))
    assert gpio.input(IN) == level


def test_outputs_reach_the_board_and_read_back(gpio, pins_backend):
    gpio.setup([OUT, 13], gpio.OUT, initial=gpio.HIGH)
    until(lambda: pins_backend.output(OUT) == pins_backend.output(13) == 1)
    gpio.output([OUT, 13], (gpio.LOW, gpio.HIGH))
    until(lambda: pins_backend.output(OUT) == 0)
    assert (gpio.input(OUT), gpio.input(13), pins_backend.output(13)) == (0, 1, 1)


def test_one_level_goes_to_all_channels_of_a_list(gpio, pins_backend):
    gpio.setup([OUT, 13], gpio.OUT, initial=gpio.LOW)
    gpio.output([OUT, 13], gpio.HIGH)
    until(lambda: pins_backend.output(OUT) == pins_backend.output(13) == 1)


def test_callbacks_come_in_order_on_a_thread_of_the_library(gpio, pins_backend):
    calls = []
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.FALLING, callback=lambda channel: calls.append(("first", channel)))
    gpio.add_event_callback(IN, lambda _channel: calls.append(("second", threading.current_thread())))
    pins_backend.drive(IN, 0)
    until(lambda: len(calls) == 2)
    assert calls[0] == ("first", IN)
    assert calls[1][1] is not threading.main_thread()


def test_only_the_edges_asked_for_count(gpio, pins_backend):
    rising = []
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.RISING, callback=rising.append)
    for level in (0, 1, 0, 1, 0):
        pins_backend.drive(IN, level)
    until(lambda: len(rising) == 2)
    assert gpio.event_detected(IN)
    assert not gpio.event_detected(IN)


def test_a_failing_callback_does_not_stop_the_others(gpio, pins_backend, capsys):
    seen = []
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.BOTH, callback=lambda _channel: 1 / 0)
    gpio.add_event_callback(IN, seen.append)
    pins_backend.drive(IN, 0)
    until(lambda: seen == [IN])
    assert "division by zero" in capsys.readouterr().err


def test_bouncing_is_one_edge_and_a_spike_is_none(gpio, pins_backend):
    seen = []
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.BOTH, callback=seen.append, bouncetime=50)
    for level in (0, 1, 0, 1, 0):
        pins_backend.drive(IN, level)
    until(lambda: seen == [IN])
    pins_backend.drive(IN, 1)
    pins_backend.drive(IN, 0)
    time.sleep(0.12)  # that nothing comes can only be waited for
    assert seen == [IN]


def test_no_callback_after_edge_detection_was_removed(gpio, pins_backend):
    seen, other = [], []
    gpio.setup([IN, 13], gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.BOTH, callback=seen.append)
    gpio.add_event_detect(13, gpio.BOTH, callback=other.append)
    gpio.remove_event_detect(IN)
    pins_backend.drive(IN, 0)
    pins_backend.drive(13, 0)
    until(lambda: other == [13])
    assert seen == []
    assert not gpio.event_detected(IN)


def test_waiting_for_an_edge_ends_with_the_edge_or_its_timeout(gpio, pins_backend):
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    assert gpio.wait_for_edge(IN, gpio.FALLING, timeout=30) is None
    timer = threading.Timer(0.05, pins_backend.drive, (IN, 0))
    timer.start()
    assert gpio.wait_for_edge(IN, gpio.FALLING, timeout=5000) == IN
    timer.join()


def test_a_callback_may_set_up_another_input(gpio, pins_backend):
    levels = []

    def look(_channel):
        gpio.setup(13, gpio.IN, pull_up_down=gpio.PUD_UP)
        levels.append(gpio.input(13))

    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.FALLING, callback=look)
    pins_backend.drive(IN, 0)
    until(lambda: levels == [1])


def test_pwm_sounds_changes_and_ends(gpio, pins_backend):
    gpio.setup(18, gpio.OUT)
    pwm = gpio.PWM(18, 1000)
    pwm.ChangeDutyCycle(20)
    pwm.start(50)
    pwm.ChangeFrequency(2000)
    pwm.ChangeDutyCycle(10)
    pwm.stop()
    tones = []
    until(lambda: tones.extend(pins_backend.tones()) or len(tones) == 4)
    assert [(tone.hz, tone.duty) for tone in tones] == [(1000, 50), (2000, 50), (2000, 10), (2000, 0)]


def test_board_numbers_name_the_same_pins(gpio, pins_backend):
    gpio.cleanup()
    gpio.setmode(gpio.BOARD)
    gpio.setup(29, gpio.IN, pull_up_down=gpio.PUD_UP)  # BCM 5
    seen = []
    gpio.add_event_detect(29, gpio.FALLING, callback=seen.append)
    pins_backend.drive(IN, 0)
    until(lambda: seen == [29])


def test_cleaning_up_releases_outputs_and_forgets_the_numbering(gpio, pins_backend):
    gpio.setup(OUT, gpio.OUT, initial=gpio.HIGH)
    until(lambda: pins_backend.output(OUT) == 1)
    gpio.cleanup()
    until(lambda: pins_backend.output(OUT) == 0)
    assert gpio.getmode() is None


def test_functions_and_facts_of_the_board(gpio):
    gpio.setup(OUT, gpio.OUT)
    assert (gpio.gpio_function(OUT), gpio.gpio_function(IN)) == (gpio.OUT, gpio.IN)
    assert gpio.getmode() == gpio.BCM
    assert gpio.VERSION.startswith("0.7")
    assert {"P1_REVISION", "REVISION", "TYPE", "MANUFACTURER", "PROCESSOR", "RAM"} <= set(gpio.RPI_INFO)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda g: g.setmode(g.BOARD), ValueError, "different mode"),
        (lambda g: g.setup(99, g.IN), ValueError, "invalid"),
        (lambda g: g.setup(IN, 7), ValueError, "direction"),
        (lambda g: g.setup(IN, g.IN, initial=1), ValueError, "initial"),
        (lambda g: g.setup(IN, g.OUT, pull_up_down=g.PUD_UP), ValueError, "pull_up_down"),
        (lambda g: g.input(IN), RuntimeError, r"setup\(\)"),
        (lambda g: g.output(OUT, 1), RuntimeError, "OUTPUT"),
        (lambda g: g.add_event_detect(IN, g.BOTH), RuntimeError, "as an input first"),
        (lambda g: g.PWM(OUT, 100), RuntimeError, "as an output first"),
        (lambda g: g.setup(object(), g.IN), ValueError, "Channel must be an integer"),
    ],
)
def test_misuse_is_an_error_in_the_same_place(gpio, call, error, words):
    with pytest.raises(error, match=words):
        call(gpio)


def test_conflicts_are_errors(gpio):
    gpio.setup(IN, gpio.IN, pull_up_down=gpio.PUD_UP)
    gpio.add_event_detect(IN, gpio.FALLING)
    with pytest.raises(RuntimeError, match="Conflicting"):
        gpio.add_event_detect(IN, gpio.RISING)
    with pytest.raises(ValueError, match="Bouncetime"):
        gpio.add_event_detect(IN, gpio.FALLING, bouncetime=0)
    with pytest.raises(ValueError, match="edge"):
        gpio.wait_for_edge(IN, 99)
    with pytest.raises(RuntimeError, match="add_event_detect first"):
        gpio.setup(13, gpio.IN) or gpio.add_event_callback(13, print)
    gpio.setup(18, gpio.OUT)
    pwm = gpio.PWM(18, 100)
    with pytest.raises(RuntimeError, match="already exists"):
        gpio.PWM(18, 100)
    with pytest.raises(ValueError, match="dutycycle"):
        pwm.start(101)
    with pytest.raises(ValueError, match="frequency"):
        pwm.ChangeFrequency(0)


def test_cleaning_up_nothing_warns(gpio):
    gpio.setwarnings(True)
    with pytest.warns(UserWarning, match="No channels"):
        gpio.cleanup()


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(STANDINS), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_without_a_board_the_import_fails_as_off_a_raspberry_pi():
    done = python("import RPi.GPIO")
    assert done.returncode == 1
    assert "RuntimeError: This module can only be run on a Raspberry Pi!" in done.stderr


def test_without_a_bench_the_error_names_the_socket(tmp_path):
    done = python("import RPi.GPIO as g; g.setmode(g.BCM)", SIM_HW_PINS=str(tmp_path / "none.sock"))
    assert done.returncode == 1
    assert "none.sock" in done.stderr


def test_the_stand_in_needs_the_standard_library_only(pins_backend):
    code = (
        "import sys, RPi.GPIO as g; g.setmode(g.BCM); g.setup(5, g.IN);"
        "print(sorted(n for n in sys.modules if n.split('.')[0] in ('sim_hw', 'firmware', 'numpy')))"
    )
    done = python(code, SIM_HW_PINS=os.environ["SIM_HW_PINS"])
    assert (done.returncode, done.stdout) == (0, "[]\n")

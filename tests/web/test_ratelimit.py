"""The rate limit: by client, whatever a client says of itself, over all workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from palote import Settings
from palote.errors import UsageError
from palote.surfaces.web import create_app
from palote.surfaces.web.proxies import TrustedProxies
from palote.surfaces.web.ratelimit import SETS, WAYS, Allowance

from .learning import BLANK, ELSEWHERE, Asker, Body

PROXY = "10.0.0.2"


class Clock:
    """Stands until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_stream() -> None:
    clock = Clock()
    allowance = Allowance(60, clock=clock)
    assert allowance.burst == 10
    assert [allowance.take("1.2.3.4") for _ in range(10)] == [0] * 10
    assert allowance.take("1.2.3.4") == pytest.approx(1)
    assert allowance.take("1.2.3.5") == 0
    clock.now += 1
    assert [allowance.take("1.2.3.4") == 0 for _ in range(2)] == [True, False]
    clock.now += 1000
    assert sum(allowance.take("1.2.3.4") == 0 for _ in range(20)) == 10


def test_a_batch_costs_what_it_holds_and_passes_at_all() -> None:
    allowance = Allowance(60, clock=Clock())
    assert allowance.take("1.2.3.4", 8) == 0
    assert allowance.take("1.2.3.4", 8) == pytest.approx(6)
    assert allowance.take("1.2.3.5", 500) == 0


def test_one_customer_of_ipv6_is_one_client() -> None:
    allowance = Allowance(6, clock=Clock())
    assert allowance.take("2001:db8:1:2::1") == 0
    assert allowance.take("2001:db8:1:2:ffff::9") > 0
    assert allowance.take("2001:db8:1:3::1") == 0
    assert allowance.take("::ffff:1.2.3.4") == 0
    assert allowance.take("1.2.3.4") > 0


def test_a_crowd_takes_no_memory_and_does_not_wash_out_the_greedy() -> None:
    clock = Clock()
    allowance = Allowance(600, clock=clock)
    while not allowance.take("1.2.3.4"):
        pass
    for number in range(WAYS * SETS * 2):
        assert allowance.take(f"client {number}") == 0
    assert allowance.take("1.2.3.4") > 0


def test_a_table_from_before_the_machine_started_anew_locks_nobody_out(tmp_path: Path) -> None:
    late, early = Clock(), Clock()
    late.now = 1e6
    old = Allowance(60, tmp_path, late)
    while not old.take("1.2.3.4"):
        pass
    new = Allowance(60, tmp_path, early)
    assert new.take("1.2.3.4") == 0


WORKER = """
import sys
from pathlib import Path
from palote.surfaces.web.ratelimit import Allowance
allowance = Allowance(1, Path(sys.argv[1]))
allowance.burst = 1000
print(sum(allowance.take("1.2.3.4") == 0 for _ in range(800)))
"""


def test_workers_share_what_a_client_has(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    taken = [int(worker.communicate(timeout=50)[0]) for worker in workers]
    assert sum(taken) == 1000


def refusals(app: FastAPI, times: int, **headers: str) -> list[int]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asker = Asker(app, PROXY, "palote.example", headers=named)
    return [asker.ask("POST", "/api/read", Body(BLANK)).status_code for _ in range(times)]


def test_too_much_is_a_problem_and_pages_are_not_counted() -> None:
    app = create_app(Settings(rate_limit=6, hosts=("palote.example",)))
    elsewhere = Asker(app, ELSEWHERE, "palote.example")
    assert elsewhere.ask("POST", "/api/read", Body(BLANK)).status_code == 200
    held = elsewhere.ask("POST", "/api/read", Body(BLANK))
    assert (held.status_code, held.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(held.headers["retry-after"]) <= 10
    assert held.headers["retry-after"] in held.json()["detail"]
    assert held.headers["x-content-type-options"] == "nosniff"
    assert all(elsewhere.ask("GET", "/healthz").status_code == 200 for _ in range(3))
    here = Asker(app)
    assert [here.ask("POST", "/api/read", Body(BLANK)).status_code for _ in range(3)] == [200] * 3
    assert "palote_rate_limited_total 1.0" in here.ask("GET", "/metrics").text


def test_no_limit_where_none_is_wanted() -> None:
    app = create_app(Settings(rate_limit=0, hosts=("palote.example",)))
    assert refusals(app, 3) == [200] * 3


def test_only_a_proxy_that_is_trusted_says_who_asks() -> None:
    plain = Settings(rate_limit=6, hosts=("palote.example",))
    unknown = create_app(plain)
    assert refusals(unknown, 1, X_Forwarded_For="1.2.3.4") == [200]
    assert refusals(unknown, 1, X_Forwarded_For="1.2.3.5") == [429]

    known = create_app(
        Settings(rate_limit=6, hosts=("palote.example",), trusted_proxies=("10.0.0.0/8", "unix"))
    )
    assert refusals(known, 2, X_Forwarded_For="1.2.3.4") == [200, 429]
    assert refusals(known, 2, X_Forwarded_For="1.2.3.5") == [200, 429]
    # What the client has written itself stands to the left of what the proxy adds.
    assert refusals(known, 1, X_Forwarded_For="9.9.9.9, 1.2.3.5") == [429]


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.0/99", "unix:"])
def test_a_proxy_is_named_by_its_address(wrong: str) -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError("not to be called")

    with pytest.raises(UsageError, match="PALOTE_TRUSTED_PROXIES has"):
        TrustedProxies(nothing, [wrong])

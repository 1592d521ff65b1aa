"""Two doors: the public one limits and looks at where a page stands, the staff one asks for a key."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import engines
import httpx
import pytest
from conftest import Built
from limits import parse
from limits.strategies import SlidingWindowCounterRateLimiter
from serving import serving

from assistant.errors import BadSetting
from assistant.web import create_app
from assistant.web.doors import _Counts, _counts
from assistant.wiring import House

QUESTION = {"question": "Can I get a break from looking after my mum?"}
Opens = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def opens(house: House, built: Built) -> Opens:
    """Serves the house with other settings."""

    @contextmanager
    def opened(**settings: Any) -> Iterator[httpx.Client]:
        app = create_app(house, built.settings.model_copy(update=settings))
        with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            yield client

    return opened


def test_past_the_limit_a_person_is_told_kindly_how_long_to_wait(opens: Opens) -> None:
    with opens(rate="3/hour") as client:
        assert [client.post("/api/ask", json=QUESTION).status_code for _ in range(3)] == [200] * 3
        refused = client.post("/api/ask", json=QUESTION)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert "nothing is wrong" in refused.json()["detail"]
        assert "999" in refused.json()["detail"]
        assert client.post("/", data=QUESTION).status_code == 429  # the form counts too
        assert client.get("/healthz").status_code == 200
        assert 'care_act_refused_total{why="limit"} 2.0' in client.get("/metrics").text


def test_people_behind_a_trusted_proxy_are_counted_apart(opens: Opens) -> None:
    with opens(rate="1/hour") as client:
        for address in ("203.0.113.1", "203.0.113.2", "2001:db8:1::1", "2001:db8:2::1"):
            header = {"X-Forwarded-For": address}
            assert client.post("/api/ask", json=QUESTION, headers=header).status_code == 200
        for same in ("203.0.113.1", "2001:db8:1::2"):  # one household's IPv6 addresses share their first half
            header = {"X-Forwarded-For": same}
            assert client.post("/api/ask", json=QUESTION, headers=header).status_code == 429


def test_one_conversation_is_limited_wherever_it_comes_from(opens: Opens) -> None:
    with opens(rate="2/hour;100/day") as client:
        conversation = client.post("/api/conversation", headers={"X-Forwarded-For": "203.0.113.9"}).json()[
            "conversation"
        ]
        body = {**QUESTION, "conversation": conversation}
        asked = [client.post("/api/ask", json=body, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
        assert [response.status_code for response in asked] == [200, 200, 429]


def test_several_servers_count_together_and_a_redis_that_is_away_keeps_nobody_from_an_answer(
    opens: Opens, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with engines.redis(tmp_path) as redis:
        shared = {"rate": "2/hour", "limits_url": f"redis://127.0.0.1:{redis.port}"}
        with opens(**shared) as one, opens(**shared) as other:
            asked = [client.post("/api/ask", json=QUESTION).status_code for client in (one, other, one, other)]
            assert asked == [200, 200, 429, 429]
            redis.kill()
            assert [one.post("/api/ask", json=QUESTION).status_code for _ in range(3)] == [200] * 3
            assert caplog.text.count("nobody is limited until they are back") == 1  # and then left alone a while


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://council.example", 200),
        ("https://COUNCIL.example", 200),
        ("https://elsewhere.example", 403),
        ("http://council.example", 403),
        ("null", 403),
    ],
)
def test_only_pages_on_the_list_may_use_the_api(opens: Opens, origin: str, status: int) -> None:
    with opens(origins="https://council.example, https://charity.example/") as client:
        response = client.post("/api/ask", json=QUESTION, headers={"Origin": origin})
        assert response.status_code == status
        allowed = response.headers.get("access-control-allow-origin")
        assert allowed == (origin if origin == "https://council.example" else None)


def test_our_own_page_and_a_browsers_question_before_are_let_through(opens: Opens) -> None:
    with opens(origins="https://council.example") as client:
        own = str(client.base_url).rstrip("/")
        assert client.post("/api/ask", json=QUESTION, headers={"Origin": own}).status_code == 200
        asked = {"Origin": "https://council.example", "Access-Control-Request-Method": "POST"}
        before = client.options("/api/ask", headers={**asked, "Access-Control-Request-Headers": "content-type"})
        assert before.status_code == 200
        assert before.headers["access-control-allow-origin"] == "https://council.example"
        other = client.options("/api/ask", headers={**asked, "Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in other.headers


def test_old_counts_are_looked_for_now_and_then_not_at_every_question() -> None:
    counts = _counts("memory://")
    assert isinstance(counts, _Counts)
    limiter, hourly = SlidingWindowCounterRateLimiter(counts), parse("1/hour")
    first = counts.timer
    counts._looked = math.inf  # a moment ago, for ever
    first.join()
    assert all(limiter.hit(hourly, f"address {n}") for n in range(50))
    assert counts.timer is first  # no thread was started
    assert len(counts.storage) == 50
    for key in counts.expirations:
        counts.expirations[key] = 0.0  # as if their time had passed
    counts._looked = -math.inf  # long ago
    limiter.hit(hourly, "one more")
    counts.timer.join()
    assert len(counts.storage) == 1


def test_a_staff_key_is_limited_by_itself_and_ends_when_it_is_revoked(opens: Opens, house: House) -> None:
    key, text = house.keys.make("intranet")
    with opens(rate="1/hour", staff_rate="3/hour") as client:
        bearer = {"Authorization": f"Bearer {text}"}
        asked = [client.post("/api/ask", json=QUESTION, headers=bearer).status_code for _ in range(4)]
        assert asked == [200, 200, 200, 429]
        house.keys.revoke(key.id)
        refused = client.post("/api/ask", json=QUESTION, headers=bearer)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert text not in refused.text


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer careact_000000000000_x", "Bearer \xe9"]
)
def test_a_key_that_is_none_of_ours_opens_nothing(opens: Opens, header: str) -> None:
    with opens() as client:
        for path in ("/api/ask", "/v1/chat/completions", "/mcp"):
            response = client.post(path, json=QUESTION, headers={"Authorization": header.encode("latin-1")})
            assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
        for path in ("/v1/chat/completions", "/mcp"):
            assert client.post(path, json=QUESTION).status_code == 401


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"rate": "many"}, "CARE_ACT_RATE"),
        ({"limits_url": "nowhere://"}, "CARE_ACT_LIMITS_URL"),
        ({"limits_url": "async+redis://127.0.0.1"}, "CARE_ACT_LIMITS_URL"),
    ],
)
def test_limits_that_cannot_be_used_name_their_setting(
    house: House, built: Built, settings: dict[str, str], name: str
) -> None:
    with pytest.raises(BadSetting, match=name):
        create_app(house, built.settings.model_copy(update=settings))

"""Fetching from a server that behaves as the official ones do, faults included: polite, whole, and never worse than before."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore
import pytest
from test_readers import CLML, GUIDANCE, PAGE

from assistant.domain import Authority, Place, Source
from assistant.errors import BadSource, CareActError
from ingest.fetch.client import Away, Client
from ingest.fetch.guard import Guarded, is_public
from ingest.fetch.recipes import Recipe, recipes
from ingest.fetch.rounds import Fetched, Outcome, fetch_all
from ingest.holdings import Holdings
from ingest.limited import Limited

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Peer:
    """A server on loopback: each path has answers that are given one after another, the last one for ever."""

    limited: Limited
    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def client(self, slept: list[float] | None = None) -> Client:
        sleep = (slept if slept is not None else []).append
        return Client("library@example.org", [f"127.0.0.1:{self.port}"], 0.0, sleep)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked if path != "/robots.txt"]


@pytest.fixture(scope="module")
def limited() -> Iterator[Limited]:
    with Limited() as reading:
        yield reading


@pytest.fixture
def peer(limited: Limited) -> Iterator[Peer]:
    made = Peer(limited)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answers = made.answers.get(self.path) or [status(404)]
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def status(code: int, **headers: str) -> Answer:
    return lambda handler: send(handler, code, b"", headers)


def body(raw: str | bytes, kind: str = "application/xml", **headers: str) -> Answer:
    data = raw.encode() if isinstance(raw, str) else raw
    return lambda handler: send(handler, 200, data, {"Content-Type": kind, **headers})


def send(handler: BaseHTTPRequestHandler, code: int, data: bytes, headers: dict[str, str]) -> None:
    handler.send_response(code)
    for name, value in ({"Content-Length": str(len(data))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)
    handler.close_connection = headers.get("Connection") == "close"


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promises more than it sends."""
    send(handler, 200, CLML.encode()[:800], {"Content-Length": str(len(CLML)), "Connection": "close"})


def conditional(raw: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("If-None-Match") == '"one"':
            send(handler, 304, b"", {})
        else:
            body(raw, ETag='"one"')(handler)

    return answer


def fetch(peer: Peer, folder: Path, *paths: str, slept: list[float] | None = None) -> list[Fetched]:
    wanted = [Recipe(path.strip("/").partition(".")[0], "care-act-2014", peer.url(path)) for path in paths]
    with peer.client(slept) as client:
        return list(fetch_all(wanted, Holdings(folder), client, peer.limited))


def test_a_text_is_fetched_whole_with_its_checksum_and_date(peer: Peer, tmp_path: Path) -> None:
    peer.answers["/act.xml"] = [body(CLML)]
    [fetched] = fetch(peer, tmp_path, "/act.xml")
    assert fetched.outcome is Outcome.NEW
    [held] = Holdings(tmp_path).all()
    assert Holdings(tmp_path).path(held).read_bytes() == CLML.encode()
    assert (held.copy.size, len(held.copy.sha256), held.format) == (len(CLML.encode()), 64, "clml")
    agent = peer.asked[-1][1]["user-agent"]
    assert agent.startswith("care-act-assistant/") and "library@example.org" in agent


def test_what_has_not_changed_is_not_sent_again(peer: Peer, tmp_path: Path) -> None:
    peer.answers["/act.xml"] = [conditional(CLML)]
    fetch(peer, tmp_path, "/act.xml")
    [again] = fetch(peer, tmp_path, "/act.xml")
    assert again.outcome is Outcome.UNCHANGED
    assert peer.asked[-1][1]["if-none-match"] == '"one"'


def test_a_server_that_is_still_making_the_text_is_asked_again(peer: Peer, tmp_path: Path) -> None:
    slept: list[float] = []
    peer.answers["/act.xml"] = [status(202), status(202, Retry_After="7"), body(""), cut_off, status(503), body(CLML)][
        1:
    ]
    [fetched] = fetch(peer, tmp_path, "/act.xml", slept=slept)
    assert fetched.outcome is Outcome.NEW
    assert slept[0] == 7 and len(slept) == 4


@pytest.mark.parametrize(
    "fault", [status(202), body(""), cut_off, status(500), status(429)], ids=["202", "empty", "cut off", "500", "429"]
)
def test_nothing_empty_or_cut_off_is_ever_kept(peer: Peer, tmp_path: Path, fault: Answer) -> None:
    peer.answers["/act.xml"] = [body(CLML), fault]
    fetch(peer, tmp_path, "/act.xml")
    [refused] = fetch(peer, tmp_path, "/act.xml")
    assert refused.outcome is Outcome.REFUSED and "in 5 tries" in refused.told
    [held] = Holdings(tmp_path).all()
    assert Holdings(tmp_path).path(held).read_bytes() == CLML.encode()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (body(CLML.encode()[:900]), "not well-formed"),
        (body(PAGE[:-30], "text/html"), "broke off"),
        (body(b"%PDF-1.7 half", "application/pdf"), "broke off"),
        (status(404), "no such page"),
        (status(403), "does not let us in"),
        (status(301, Location="file:///etc/passwd"), "not a web address"),
        (status(302, Location="http://10.0.0.1/secret"), "private address"),
        (status(302, Location="http://[::ffff:169.254.169.254]/"), "private address"),
        (status(301, Location="/act.xml"), "sends on more than 5 times"),
        (status(301, Location="http://[brackets"), "no address"),
        (status(301, Location="http://127.0.0.1:99999/"), "not a web address"),
        (status(301, Location="/caf\u00e9"), "has no such page"),
        (body(gzip.compress(b" " * 200_000_000), Content_Encoding="gzip"), "larger than 64 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_whole_document_is_refused_and_the_next_is_fetched(
    peer: Peer, tmp_path: Path, answer: Answer, told: str
) -> None:
    peer.answers |= {"/act.xml": [answer], "/guidance.json": [body(json.dumps(GUIDANCE), "application/json")]}
    refused, fetched = fetch(peer, tmp_path, "/act.xml", "/guidance.json")
    assert refused.outcome is Outcome.REFUSED and told in refused.told
    assert fetched.outcome is Outcome.NEW
    assert [held.key for held in Holdings(tmp_path).all()] == ["guidance"]


def test_a_packed_answer_is_unpacked(peer: Peer, tmp_path: Path) -> None:
    peer.answers["/act.xml"] = [body(gzip.compress(CLML.encode()), Content_Encoding="gzip")]
    assert fetch(peer, tmp_path, "/act.xml")[0].outcome is Outcome.NEW


def test_robots_txt_is_asked_once_and_kept_to(peer: Peer, tmp_path: Path) -> None:
    peer.answers |= {
        "/robots.txt": [body("User-agent: *\nDisallow: /*.xml$\n", "text/plain")],
        "/a.html": [body(PAGE, "text/html")],
    }
    refused, fetched = fetch(peer, tmp_path, "/act.xml", "/a.html")
    assert refused.outcome is Outcome.REFUSED and "robots.txt asks programs not to" in refused.told
    assert fetched.outcome is Outcome.NEW
    assert [path for path, _ in peer.asked] == ["/robots.txt", "/a.html"]


def test_requests_to_one_server_keep_their_distance(peer: Peer) -> None:
    peer.answers["/a.html"] = [body(PAGE, "text/html")]
    now, slept = [0.0], list[float]()
    with Client("", [f"127.0.0.1:{peer.port}"], 2.0, slept.append, lambda: now[0]) as client:
        client.get(peer.url("/a.html"))
        client.get(peer.url("/a.html"))
    assert slept == [2.0, 2.0]


def test_offline_says_so_once_a_server_and_goes_on(peer: Peer, tmp_path: Path) -> None:
    peer.answers["/act.xml"] = [body(CLML)]
    away = "http://127.0.0.1:1"
    wanted = [Recipe(f"s{n}", "care-act-2014", f"{away}/{n}") for n in range(3)]
    wanted.append(Recipe("act", "care-act-2014", peer.url("/act.xml")))
    private = ["127.0.0.1:1", f"127.0.0.1:{peer.port}"]
    with Client("", private, 0.0, [].append) as client:
        done = list(fetch_all(wanted, Holdings(tmp_path), client, peer.limited))
    assert [fetched.outcome for fetched in done] == [Outcome.AWAY] * 3 + [Outcome.NEW]


@pytest.mark.parametrize(
    "address", ["http://localhost/", "http://127.0.0.1:80/", "http://[::1]/", "http://0.0.0.0/", "http://2130706433/"]
)
def test_a_private_address_is_never_asked(address: str) -> None:
    with Client("", (), 0.0, [].append) as client, pytest.raises(BadSource, match="private address"):
        client.get(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("151.101.0.144", True),
        ("2a04:4e42::144", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
    ],
)
def test_public_and_private_addresses_are_told_apart(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_is_looked_up_once_and_connected_to_as_looked_up(peer: Peer) -> None:
    stream = Guarded(["localhost"]).connect_tcp("localhost", peer.port, 5.0)
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    stream.close()
    with pytest.raises(BadSource):
        Guarded().connect_unix_socket("/run/docker.sock")
    with pytest.raises(httpcore.ConnectError):
        Guarded().connect_tcp("no-such-name.invalid", 80)


def test_two_commands_do_not_write_at_once(peer: Peer, tmp_path: Path) -> None:
    with Holdings(tmp_path).writing(), pytest.raises(CareActError, match="Another command is writing"):
        fetch(peer, tmp_path, "/act.xml")


def source(name: str, page: str, publisher: str = "", **more: object) -> Source:
    return Source(name, name, publisher, Authority.ACT, page, **more)


def test_addresses_follow_from_the_page() -> None:
    sources = [
        source("act", "https://www.legislation.gov.uk/ukpga/2014/23", "legislation.gov.uk"),
        source("other", "https://www.legislation.gov.uk/ukpga/1996/52", "legislation.gov.uk", cited_only=True),
        source("guidance", "https://www.gov.uk/government/publications/x/y"),
        source("scie", "https://www.scie.org.uk/assessment/"),
        source("own", "https://x.example/", fetch=("https://a.example/1.pdf", "https://a.example/2.pdf")),
    ]
    found = recipes(
        {s.id: s for s in sources}, [Place("other", "s.213B(1)(a)"), Place("other", "s.1-2"), Place("act", "s.9")]
    )
    assert [(recipe.key, recipe.url) for recipe in found] == [
        ("act", "https://www.legislation.gov.uk/ukpga/2014/23/data.xml"),
        ("other.s.1", "https://www.legislation.gov.uk/ukpga/1996/52/section/1/data.xml"),
        ("other.s.2", "https://www.legislation.gov.uk/ukpga/1996/52/section/2/data.xml"),
        ("other.s.213b", "https://www.legislation.gov.uk/ukpga/1996/52/section/213B/data.xml"),
        ("guidance", "https://www.gov.uk/api/content/government/publications/x/y"),
        ("scie", "https://www.scie.org.uk/assessment/"),
        ("own", "https://a.example/1.pdf"),
        ("own.2", "https://a.example/2.pdf"),
    ]


def test_a_server_that_is_not_there_is_away() -> None:
    with Client("", ["127.0.0.1:1"], 0.0, [].append) as client, pytest.raises(Away):
        client.get("http://127.0.0.1:1/x")

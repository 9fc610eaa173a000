"""The check of links, against a server of our own; and the links inside the repository."""

from __future__ import annotations

import asyncio
import re
import threading
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.weekly import links
from tests.weekly.links import Answer, LinkException, addresses, judge, load_exceptions

STATUSES = {"/ok": 200, "/gone": 404, "/forbidden": 403, "/broken": 500}
REDIRECTS = {"/moved": (301, "/ok"), "/found": (302, "/ok"), "/loop": (302, "/loop")}
REDIRECTS["/moved-to-login"] = (301, "/found")


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        if self.path == "/slow":
            server.end.wait(30)
            return
        if self.path == "/busy":
            status = 503 if server.asked.count("/busy") == 1 else 200
            self.send_response(status)
            self.send_header("Retry-After", "0")
        elif self.path in REDIRECTS:
            status, where = REDIRECTS[self.path]
            self.send_response(status)
            self.send_header("Location", where)
        else:
            self.send_response(STATUSES[self.path])
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.asked, served.end = [], threading.Event()
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.end.set()
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture
def ask(server, monkeypatch):
    """Make a function that asks one path of the server, or one whole address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(links, "TRIES", 2)
    server.asked.clear()

    def one(path, scheme="http"):
        address = f"{scheme}://127.0.0.1:{server.server_port}{path}"
        (answer,) = asyncio.run(links.ask([address, address], timeout=0.5, pause=0.0))
        assert answer.address == address
        return answer

    return one


@pytest.mark.parametrize(
    ("path", "said", "good"),
    [
        ("/ok", "200", True),
        ("/gone", "404", False),
        ("/forbidden", "403", False),
        ("/broken", "500", False),
        ("/slow", "timeout", False),
        ("/loop", "redirects without end", False),
        ("/moved", "200", True),
        ("/found", "200", True),
    ],
)
def test_what_an_address_says(ask, path, said, good):
    answer = ask(path)
    assert (answer.said, answer.good) == (said, good)


def test_only_what_moved_for_good_has_a_new_address(ask, server):
    assert ask("/moved").moved == f"http://127.0.0.1:{server.server_port}/ok"
    assert ask("/found").moved is None
    assert ask("/moved-to-login").moved is None


def test_a_server_that_is_busy_is_asked_again_and_a_missing_page_is_not(ask, server):
    assert ask("/busy").said == "200"
    assert ask("/gone").said == "404"
    assert server.asked == ["/busy", "/busy", "/gone"]


def test_a_certificate_or_a_connection_that_fails_is_told_apart(ask, server):
    assert ask("/ok", scheme="https").said == "TLS"  # it speaks no TLS at all
    (answer,) = asyncio.run(links.ask(["http://127.0.0.1:1/"], timeout=0.5, pause=0.0))
    assert answer.said == "no connection"
    (answer,) = asyncio.run(links.ask(["http://[half/"], timeout=0.5, pause=0.0))
    assert answer.said == "not an address"


def test_a_doi_is_asked_of_its_registry():
    asked = links.to_ask("https://doi.org/10.1016/S0304-3959%2899%2900308-5")
    assert asked == "https://doi.org/api/handles/10.1016/S0304-3959%2899%2900308-5"
    assert (
        links.to_ask("https://www.doi.org/the-identifier") == "https://www.doi.org/the-identifier"
    )


def verdict(*answers):
    exceptions = [
        LinkException("a.org", frozenset({"403"}), "It turns programs away."),
        LinkException("https://b.org/page", frozenset({"timeout"}), "It is slow to wake."),
    ]
    return judge(answers, exceptions, {answer.address: ["here"] for answer in answers})


def test_an_exception_excuses_its_answer_and_no_other():
    found = verdict(Answer("https://a.org/1", "403"), Answer("https://b.org/page", "timeout"))
    assert len(found.excused) == 2
    assert "turns programs away" in found.excused[0]
    assert found.broken == found.needless == []
    found = verdict(
        Answer("https://a.org/1", "404"),
        Answer("https://b.org/other", "timeout"),
        Answer("https://xa.org/", "403"),
    )
    assert [line.partition(">")[0] for line in found.broken] == [
        "<https://a.org/1",
        "<https://b.org/other",
        "<https://xa.org/",
    ]


def test_an_exception_that_is_needed_no_more_is_reported():
    found = verdict(Answer("https://a.org/1", "200"), Answer("https://b.org/page", "timeout"))
    assert found.needless == ["a.org: no address of it answers 403"]
    assert "### Exceptions that are needed no more\n\n- a.org" in found.text(2)


def test_what_moved_is_reported_and_is_no_fault():
    found = verdict(
        Answer("http://c.org/x", "200", moved="https://c.org/y"),
        Answer("http://c.org/z", "200", moved="http://c.org/z/"),
    )
    assert found.moved == ["<http://c.org/x>: 200 (here) → <https://c.org/y>"]
    assert not found.broken


@pytest.mark.parametrize(("said", "status"), [("200", 0), ("404", 1), ("403", 0)])
def test_the_exit_status_says_whether_something_is_broken(monkeypatch, capsys, said, status):
    monkeypatch.setattr(links, "addresses", lambda: {"https://pubs.asahq.org/1": ["source x"]})

    async def ask(asked):
        return [Answer(address, said) for address in asked]

    monkeypatch.setattr(links, "ask", ask)
    assert links.main([]) == status
    assert capsys.readouterr().out.startswith("## Links\n\n1 addresses asked.")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("- place: a.org\n  answers: [403]\n", "expected place, answers and reason"),
        ("- {place: a.org, answers: 403, reason: It says no.}\n", "answers is the list"),
        ("- {place: a.org, answers: [], reason: It says no.}\n", "answers is the list"),
        ("- {place: a.org, answers: [403], reason: because}\n", "the reason says nothing"),
        ("- {place: a.org, answers: [403], reason: It says no.}\n" * 2, "a.org stands there twice"),
    ],
)
def test_an_exception_must_be_whole(tmp_path, entry, message):
    path = tmp_path / "exceptions.yaml"
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^exceptions.yaml, entry [12]: .*{message}"):
        load_exceptions(path)


def test_every_exception_speaks_of_an_address_that_is_shown():
    shown = addresses()
    assert len(shown) > 300
    useless = [
        exception.place
        for exception in load_exceptions()
        if not any(exception.covers(address) for address in shown)
    ]
    assert not useless


def test_addresses_are_found_where_they_are_written(tmp_path):
    (tmp_path / "README.md").write_text(
        "See [it](https://a.org/x_(y)), <https://b.org/>, `https://c.org/d`. Or https://e.org/f.\n"
        "([g](https://g.org/x)) https://example.org/made-up http://127.0.0.1:8888/lab https://www.example.com\n",
        encoding="utf-8",
    )
    written = {a: p for a, p in addresses(tmp_path).items() if p == ["README.md:1"]}
    assert set(written) == {
        "https://a.org/x_(y)",
        "https://b.org/",
        "https://c.org/d",
        "https://e.org/f",
    }
    assert addresses(tmp_path)["https://g.org/x"] == ["README.md:2"]
    assert not any("example" in a or "127" in a for a in addresses(tmp_path))


# --- Inside the repository ---------------------------------------------------------------------

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def anchors(markdown):
    """The anchors that a code host gives the headings."""
    titles = re.findall(r"^#+ (.*)$", _FENCE.sub("", markdown), re.MULTILINE)
    names = (re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)
    return {unicodedata.normalize("NFC", name) for name in names}


def lost(root, documents):
    """Links of the documents that lead to no file or no heading."""
    found = []
    for document in documents:
        text = _FENCE.sub("", document.read_text(encoding="utf-8"))
        for link in _LINK.findall(text):
            path, _, anchor = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            whole = target.exists() and (
                not anchor
                or target.suffix != ".md"
                or anchor in anchors(target.read_text(encoding="utf-8"))
            )
            if not whole:
                found.append(f"{document.relative_to(root).as_posix()}: {link}")
    return found


def documents(root):
    names = ("*.md", ".github/*.md", "content/*.md", "exports/README.md", "tests/**/README.md")
    return [path for name in names for path in sorted(root.glob(name))]


def test_links_inside_the_repository_lead_somewhere(repository):
    checked = documents(repository)
    assert repository / "CONTRIBUTING.md" in checked
    assert lost(repository, checked) == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    text = "# One two\n\n[a](#one-two) [b](README.md#one-two) [c](no.md) [d](#three)\n"
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert lost(tmp_path, documents(tmp_path)) == ["README.md: no.md", "README.md: #three"]

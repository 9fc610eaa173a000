"""Ask every address that the course shows a reader whether it still answers.

`python tests/weekly/links.py` asks them all and prints, in Markdown, which do not answer, which
have moved, and which exceptions are needed no more. The exit status is 1 when an address that is
no exception does not answer. `--list` prints the addresses and asks none.

Not asked are the addresses that a record keeps but no page shows: where a person once read a
number is a fact about the past.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import yaml

from ketalab.evidence.citable import citable

ROOT = Path(__file__).resolve().parents[2]
EXCEPTIONS = Path(__file__).with_name("link_exceptions.yaml")
# What people write; what is built shows these and the sources.
WRITTEN = (
    "*.md",
    ".github/**/*.md",
    ".github/**/*.yml",
    "content/*.md",
    "content/lessons/*.md",
    "content/lessons/*.yaml",
    "content/ketalab/activities/questions/*.yaml",
    "content/ketalab/publish/**/*.j2",
    "exports/README.md",
    "tests/**/README.md",
)
# An address ends where Markdown, HTML or a sentence ends it. Made-up ones are in examples.
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\\]}{|]+")
_MADE_UP = re.compile(r"https?://(?:[^/]*\.)?(?:example\.(?:org|com|net)|localhost|127\.0\.0\.1)")
_DOI = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/(?P<doi>10\..+)")

AGENT = "ketalab-link-check/1.0 (weekly; a course in reading evidence)"
TRIES = 3
LONGEST_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Answer:
    """What an address answered: a status such as "200", or "timeout", "TLS", "no connection".

    `moved` is where it has moved for good, if it says so; `wait` for how many seconds it asks to be
    left alone.
    """

    address: str
    said: str
    moved: str | None = None
    wait: float = 0.0

    @property
    def good(self) -> bool:
        """Whether a reader would find the page."""
        return self.said.isdecimal() and 200 <= int(self.said) < 300


@dataclass(frozen=True)
class LinkException:
    """Why an answer of a host, or of one address, is no fault."""

    place: str
    answers: frozenset[str]
    reason: str

    def covers(self, address: str) -> bool:
        """Whether it speaks of this address: it names the address itself or its host."""
        return self.place in (address, _host(address))


@dataclass(frozen=True)
class Verdict:
    """The answers, judged. Each list holds lines to print."""

    broken: list[str]
    excused: list[str]
    needless: list[str]
    moved: list[str]

    def text(self, asked: int) -> str:
        """The whole as Markdown."""
        parts = [f"## Links\n\n{asked} addresses asked."]
        for title, lines in (
            ("Do not answer", self.broken),
            ("Exceptions that are needed no more", self.needless),
            ("Moved for good: write the new address", self.moved),
            ("Do not answer, as `link_exceptions.yaml` expects", self.excused),
        ):
            if lines:
                parts.append(f"### {title}\n\n" + "\n".join(f"- {line}" for line in lines))
        return "\n\n".join(parts)


def addresses(root: Path = ROOT) -> dict[str, list[str]]:
    """Return every address that a reader is shown, with the places that show it."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, source in citable().items():
        for _, address in source.links:
            found[address].append(f"source {key}")
    for pattern in WRITTEN:
        for path in sorted(root.glob(pattern)):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                for match in _ADDRESS.finditer(line):
                    address = _trimmed(match[0])
                    if not _MADE_UP.match(address):
                        place = f"{path.relative_to(root).as_posix()}:{number}"
                        found[address].append(place)
    return dict(found)


def _trimmed(address: str) -> str:
    """The address without what ends the link or the sentence: `(see https://a.org/x_(y)).`"""
    while True:
        shorter = address.rstrip(".,;:!?*_")
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter


def load_exceptions(path: Path = EXCEPTIONS) -> list[LinkException]:
    """Read the list of exceptions.

    Raises:
        ValueError: an entry without place, answers or reason, or one place twice; names the entry.
    """
    found: list[LinkException] = []
    for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")) or [], 1):
        where = f"{path.name}, entry {number}"
        if not isinstance(entry, dict) or set(entry) != {"place", "answers", "reason"}:
            raise ValueError(f"{where}: expected place, answers and reason, and nothing else")
        if not entry["answers"] or not isinstance(entry["answers"], list):
            raise ValueError(f"{where}: answers is the list of what may be answered: [403]")
        if len(str(entry["reason"] or "").split()) < 3:
            raise ValueError(f"{where}: the reason says nothing")
        if any(entry["place"] == other.place for other in found):
            raise ValueError(f"{where}: {entry['place']} stands there twice")
        answers = frozenset(map(str, entry["answers"]))
        found.append(LinkException(entry["place"], answers, entry["reason"]))
    return found


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # [half an IPv6 address
        return None


def to_ask(address: str) -> str:
    """Return what is asked in the place of an address.

    For a DOI that is its registry: it knows whether the DOI exists, and a publisher's page, to
    which the DOI leads, often turns robots away.
    """
    doi = _DOI.fullmatch(address)
    return f"https://doi.org/api/handles/{doi['doi']}" if doi else address


async def ask(
    asked: Sequence[str],
    *,
    timeout: float = 30.0,
    pause: float = 1.0,
    at_once: int = 12,
) -> list[Answer]:
    """Ask every address once, or again where the answer may be a passing one.

    `timeout` and `pause` in seconds; a host is asked one question at a time, with a pause between,
    and `at_once` hosts beside each other. A page's text is not fetched.
    """
    hosts: dict[str | None, list[str]] = defaultdict(list)
    for address in dict.fromkeys(asked):
        hosts[_host(to_ask(address))].append(address)
    places = asyncio.Semaphore(at_once)
    # verify: certificates that the system trusts, as a reader's browser does.
    async with httpx.AsyncClient(
        follow_redirects=True,
        timeout=timeout,
        headers={"User-Agent": AGENT, "Accept": "text/html,application/json;q=0.9,*/*;q=0.8"},
        verify=ssl.create_default_context(),
    ) as client:

        async def ask_host(of_host: list[str]) -> list[Answer]:
            async with places:
                answers = []
                for address in of_host:
                    answers.append(await _ask_one(client, address, pause))
                    await asyncio.sleep(pause)
                return answers

        parts = await asyncio.gather(*map(ask_host, hosts.values()))
    return [answer for part in parts for answer in part]


async def _ask_one(client: httpx.AsyncClient, address: str, pause: float) -> Answer:
    for left in range(TRIES, 0, -1):
        answer = await _once(client, address)
        passing = answer.said in ("timeout", "no connection", "429") or answer.said[:1] == "5"
        if not passing or left == 1:
            break
        await asyncio.sleep(max(pause * 5, answer.wait))
    return answer


async def _once(client: httpx.AsyncClient, address: str) -> Answer:
    if _host(address) is None:
        return Answer(address, "not an address")
    try:
        async with client.stream("GET", to_ask(address)) as response:
            moves = [step.status_code for step in response.history]
            # Only where every step says that it is for good: a login page is no new address.
            for_good = bool(moves) and set(moves) <= {301, 308}
            moved = str(response.url) if for_good else None
            wait = response.headers.get("Retry-After", "")
            seconds = min(float(wait), LONGEST_WAIT) if wait.isdecimal() else 0.0
            return Answer(address, str(response.status_code), moved, seconds)
    except httpx.TimeoutException:
        return Answer(address, "timeout")
    except httpx.TooManyRedirects:
        return Answer(address, "redirects without end")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return Answer(address, "not an address")
    except httpx.HTTPError as error:
        tls = any(isinstance(cause, ssl.SSLError) for cause in _causes(error))
        return Answer(address, "TLS" if tls else "no connection")


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def judge(
    answers: Sequence[Answer],
    exceptions: Sequence[LinkException],
    shown: Mapping[str, Sequence[str]],
) -> Verdict:
    """Hold the answers against the exceptions; `shown` says where each address stands."""
    verdict = Verdict([], [], [], [])
    needed = set()
    for answer in sorted(answers, key=lambda answer: answer.address):
        places = list(shown[answer.address])
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        line = f"<{answer.address}>: {answer.said} ({', '.join(places[:3])}{more})"
        if answer.good:
            if answer.moved and answer.moved.rstrip("/") != answer.address.rstrip("/"):
                verdict.moved.append(f"{line} → <{answer.moved}>")
            continue
        excuse = next(
            (e for e in exceptions if e.covers(answer.address) and answer.said in e.answers), None
        )
        if excuse:
            needed.add(excuse)
            verdict.excused.append(f"{line}: {excuse.reason}")
        else:
            verdict.broken.append(line)
    verdict.needless.extend(
        f"{exception.place}: no address of it answers {' or '.join(sorted(exception.answers))}"
        for exception in exceptions
        if exception not in needed
    )
    return verdict


def main(arguments: Sequence[str]) -> int:
    """Ask all, print the verdict, and return the exit status."""
    shown = addresses()
    if "--list" in arguments:
        for address, places in shown.items():
            print(address, ", ".join(places), sep="\t")
        return 0
    exceptions = load_exceptions()
    answers = asyncio.run(ask(list(shown)))
    verdict = judge(answers, exceptions, shown)
    print(verdict.text(len(answers)))
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

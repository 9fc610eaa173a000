"""What pages log, throw and request while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError


@dataclass
class Watch:
    """Collects what no page of the course may do; `check` fails if there was any.

    `excused` are parts of console messages that are somebody else's, each with its reason.
    """

    excused: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seen_excused: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext, allowed: Callable[[str], bool]) -> None:
        """Watch every page of a context, also those that open later.

        Args:
            context: the context whose pages are watched.
            allowed: tells whether a page may request a URL.
        """

        def on_request(request: Request) -> None:
            if not allowed(request.url):
                self.problems.append(f"request: {request.url[:200]}")

        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", on_request)

    def check(self) -> None:
        """Fail with everything that was seen.

        Raises:
            AssertionError: a page logged a warning or an error, threw, or made a request.
        """
        assert not self.problems, "\n".join(self.problems)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._add(f"console {message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._add(f"thrown: {error.error}")

    def _add(self, text: str) -> None:
        for part in self.excused:
            if part in text:
                self.seen_excused.append(text)
                return
        self.problems.append(text)

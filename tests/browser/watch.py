"""What pages log, throw, request and fail to load while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError


@dataclass
class Watch:
    """Collects what no page of the course may do; `check` fails if there was any.

    `excused` are parts of what is told that are meant to happen, each with its reason.
    """

    excused: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext, allowed: Callable[[str], bool]) -> None:
        """Watch every page of a context, also those that open later.

        Args:
            context: the context whose pages are watched.
            allowed: tells whether a page may request a URL.
        """

        def on_request(request: Request) -> None:
            if not allowed(request.url):
                self._add(f"request: {request.url[:200]}")

        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)

    def check(self) -> None:
        """Fail with everything that was seen since the last check.

        Raises:
            AssertionError: a page logged a warning or an error, threw, made a request that is not
                allowed, or had one that failed.
        """
        problems, self.problems = self.problems, []
        assert not problems, "\n".join(problems)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._add(f"console {message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self._add(f"thrown: {error.error}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left stops what it was still fetching.
        if request.failure != "net::ERR_ABORTED":
            self._add(f"failed: {request.url[:200]}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._add(f"failed: {response.url[:200]}: status {response.status}")

    def _add(self, text: str) -> None:
        if not any(part in text for part in self.excused):
            self.problems.append(text)

"""Firefox without a network, which remembers what its pages log, throw and request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium.webdriver import Firefox, FirefoxOptions
from selenium.webdriver.firefox.service import Service

from tests.firefox.find_firefox import find_driver, find_firefox

T = TypeVar("T")

SIZE = (1280, 900)
PATIENCE = 20  # seconds until a page that does not get on has failed

# Nobody listens there: whatever asks for the network fails.
_NOWHERE = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "",
    "network.proxy.allow_hijacking_localhost": True,
}
_OWN = ("file:", "blob:", "data:", "about:")


class OfflineFirefox:
    """One browser; `problems` lists what its pages did that no page of the course may do."""

    def __init__(self, driver: Firefox) -> None:
        self.driver = driver
        self.problems: list[str] = []
        self._marks: set[str] = set()
        self._count = 0
        driver.script.add_console_message_handler(self._on_console)
        driver.script.add_javascript_error_handler(self._on_error)
        driver.network.add_event_handler("before_request", self._on_request)

    def open(self, path: Path) -> None:
        """Open a file in the present window, with nothing kept from earlier pages."""
        # Files share what they keep. The page that is left clears it: the new one would have to be
        # loaded a second time, in the middle of its imports.
        if self.driver.current_url.startswith("file:"):
            self.driver.execute_script("localStorage.clear()")
        self.driver.get(path.as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the present page; its policy does not hold for the driver."""
        return self.driver.execute_script(script, *arguments)

    def until(self, condition: Callable[[], T], message: Callable[[], str] | str) -> T:
        """Wait until a condition holds, and give back what it gave.

        Raises:
            AssertionError: it does not hold in time; with what was logged meanwhile.
        """
        end = time.monotonic() + PATIENCE
        while not (result := condition()):
            if time.monotonic() > end:
                said = message if isinstance(message, str) else message()
                raise AssertionError("\n".join([said, *self.problems]))
            time.sleep(0.02)
        return result

    def check(self) -> None:
        """Fail with everything that the pages did since the last check.

        Raises:
            AssertionError: a page logged a warning or an error, threw, or made a request.
        """
        self._catch_up()
        problems, self.problems = self.problems, []
        assert not problems, "\n".join(problems)

    def _catch_up(self) -> None:
        """Wait until all that happened until now has been told."""
        self._count += 1
        mark = f"mark {self._count}"
        self.run("console.debug(arguments[0])", mark)
        self.until(lambda: mark in self._marks, "Firefox does not tell what its pages log")
        time.sleep(0.05)  # selenium hears each event in a thread of its own; the last may overtake

    def _on_console(self, entry: Any) -> None:
        if entry.level == "debug":
            self._marks.add(entry.text)
        elif entry.level in {"error", "warn"}:
            self.problems.append(f"console {entry.level}: {entry.text}")

    def _on_error(self, entry: Any) -> None:
        self.problems.append(f"thrown: {entry.text}")

    def _on_request(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if not url.startswith(_OWN):
            self.problems.append(f"request: {url[:200]}")


@contextmanager
def offline_firefox() -> Iterator[OfflineFirefox]:
    """Start a Firefox with a new profile and no window; it ends with the block.

    Raises:
        FirefoxNotFoundError: there is no Firefox or no driver; says what to install.
    """
    options = FirefoxOptions()
    options.binary_location = str(find_firefox())
    options.enable_bidi = True  # the channel that tells of logs and requests
    for argument in ("-headless", f"--width={SIZE[0]}", f"--height={SIZE[1]}"):
        options.add_argument(argument)
    for name, value in _NOWHERE.items():
        options.set_preference(name, value)
    driver = Firefox(options=options, service=Service(str(find_driver())))
    try:
        yield OfflineFirefox(driver)
    finally:
        driver.quit()

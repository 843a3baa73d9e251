"""A walk through the pages: what holds on every page is checked on every page."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, StorageState, ViewportSize

from journeys.palette import small

Size = ViewportSize

PHONE: Size = {"width": 390, "height": 844}
DESKTOP: Size = {"width": 1280, "height": 900}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DEPEND_ON_SIZE = ["scrollable-region-focusable", "target-size", "meta-viewport"]
SMALLEST, SMALLEST_LARGE = 48, 60
VARIABLE = re.compile(
    r"(?<=[/=])(?:[0-9a-f-]{36}|[0-9-]+|[0-9A-Z_]{2,20}|(?<=standards/)[a-z]+|(?<=terms/)[a-z_]+)(?=[/.&]|$)"
)
"""What differs between two addresses of one kind of page: ids, numbers, days, codes, names of registers and terms."""
LINK = re.compile(r'<a [^>]*?href="([^"]+)"')
ANSWERED = "the server responded with a status of"
"""What a browser says of an answer that is an error."""
PATIENCE = 120.0
"""Seconds that what follows may take on a loaded machine; a step of the browser half of them."""
WIDEST, HIGHEST = 1000, 1100
"""Of a picture for the documents, in pixels."""
ENOUGH = 5
"""Pages of one kind that a crawl opens: a city has hundreds of letters, items and fields."""
TARGETS = "main button, .btn, .tools a, .tools button, .nav a, .row, .more, .back, .choice, .foot ul a"


@dataclass
class Walk:
    """A context and its one page. `problems` fills with whatever a page must never do."""

    context: BrowserContext
    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    story: str = ""
    shots: Path | None = None
    pictures: Path | None = None
    axe: bool = True
    large: bool = False
    shot: int = 0

    @classmethod
    def open(
        cls, browser: Browser, url: str, size: Size, *, state: StorageState | None = None, scripts: bool = True
    ) -> Walk:
        context = browser.new_context(
            viewport=size, storage_state=state, java_script_enabled=scripts, locale="zh-CN", base_url=url
        )
        context.set_default_timeout(PATIENCE / 2 * 1000)
        walk = cls(context, context.new_page(), url)
        host = urlsplit(url).netloc
        # A broken policy is a console message of its own, so the strict policy is proved on every page. That an answer
        # was an error is told by the answer itself, below: its message comes whenever it comes.
        walk.page.on(
            "console",
            lambda message: None if ANSWERED in message.text else walk.problems.append(f"console: {message.text}"),
        )
        walk.page.on("pageerror", lambda error: walk.problems.append(f"script: {error}"))
        walk.page.on(
            "request",
            lambda request: None if urlsplit(request.url).netloc == host else walk.problems.append(request.url),
        )
        walk.page.on(
            "response",
            lambda response: (
                walk.problems.append(f"{response.status} {response.url}") if response.status >= 400 else None
            ),
        )
        return walk

    def go(self, address: str) -> None:
        self.page.goto(address)

    def named(self, name: str) -> Locator:
        """The button or link of this name inside the page."""
        main = self.page.locator("main")
        return (
            main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True)).first
        )

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name inside the page."""
        self.named(name).click()

    def unfold(self) -> None:
        """Open whatever can be opened on the page, so that all of it is checked."""
        self.page.eval_on_selector_all("details", "nodes => nodes.forEach(node => { node.open = true })")

    def download(self, target: Locator, folder: Path) -> Path:
        """Press what hands out a file, and keep the file."""
        with self.page.expect_download() as found:
            target.click()
        file = folder / found.value.suggested_filename
        found.value.save_as(file)
        return file

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """What is done inside is answered with this status, as it should be; a browser reports that as a problem."""
        yield
        self.page.wait_for_load_state()
        told = [said for said in self.problems if said.startswith(f"{status} ")]
        assert told, f"{self.page.url} was not answered with {status}"
        self.problems = [said for said in self.problems if said not in told]

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus stands on this; it must be seen there."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                ring = target.evaluate("node => getComputedStyle(node).outlineStyle")
                assert ring != "none", "the focus has no ring"
                return
        raise AssertionError(f"Tab never reached {target}")

    def row(self, text: str) -> None:
        """Follow the row that says this."""
        self.page.locator("main a.row", has_text=text).first.click()

    def wait_for(self, address: str, text: str, *, link: bool = False) -> None:
        """Open a page again until it says something, or has a link that does: the worker hands on what follows within
        a second or two.
        """
        main, until = self.page.locator("main"), time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.go(address)
            if (main.get_by_role("link", name=text) if link else main.get_by_text(text)).count():
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"{address} never said {text}")

    def _said(self) -> str:
        """The words of the whole page: one that has begun to come may lack its end."""
        self.page.wait_for_load_state()
        return self.page.locator("main").inner_text()

    def says(self, *texts: str) -> None:
        said = self._said()
        for text in texts:
            assert text in said, f"{text!r} is not on {self.page.url}:\n{said}"

    def says_not(self, *texts: str) -> None:
        said = self._said()
        for text in texts:
            assert text not in said, f"{text!r} is on {self.page.url}"

    def crawl(self, start: str, *, seen: set[str], kinds: set[str]) -> None:
        """Open what links lead to: the first page of each kind in the browser with all checks, a few more of it only
        for their answer, one heading and a title. Files only have to come.

        Args:
            start: the first page.
            seen: addresses not to open; those that were opened are added.
            kinds: kinds of pages that were checked in full.
        """
        waiting, met = [start], Counter[str]()
        for address in waiting:
            like = VARIABLE.sub("*", urlsplit(address).path)
            met[like] += 1
            if met[like] > ENOUGH:
                continue
            answer = self.context.request.get(address)
            assert answer.ok, f"{answer.status} {address}"
            if not answer.headers["content-type"].startswith("text/html"):
                assert answer.body(), address
                continue
            kind, text = VARIABLE.sub("*", urlsplit(answer.url).path), answer.text()
            assert text.count("<h1") == 1, address
            title = unescape(text.partition("<title>")[2].partition("</title>")[0])
            assert self.titles.setdefault(title, kind) == kind, f"{title!r} is the title of two pages"
            if kind not in kinds:
                kinds.add(kind)
                self.go(address)
                self.check_at_every_size(kind)
            for link in LINK.findall(text):
                parts = urlsplit(urljoin(answer.url, unescape(link)))
                target = parts._replace(scheme="", netloc="", fragment="").geturl()
                if parts.scheme == "http" and target not in seen:
                    seen.add(target)
                    waiting.append(target)

    def check(self, label: str) -> None:
        """What must hold everywhere, then a picture. `label` names the page: one title belongs to one page."""
        page = self.page
        page.wait_for_load_state()
        title = page.title()
        assert title
        assert self.titles.setdefault(title, label) == label, f"{title!r} is the title of two pages"
        assert page.locator("h1").count() == 1, page.url
        assert (page.locator("html").get_attribute("data-size") == "large") is self.large
        self._fits(label)
        self._skip_link(label)
        if self.axe:
            found = Axe().run(page, options={"runOnly": STANDARDS})
            assert found.violations_count == 0, f"{label}: {found.generate_report()}"
        if self.shots:
            self.shot += 1
            page.screenshot(
                path=self.shots / f"{self.story}-{self.shot:02d}-{label.replace('/', '_')}.png", full_page=True
            )
        assert not self.problems, f"{label}: {self.problems}"

    def picture(self, name: str, *, high: int = HIGHEST) -> None:
        """The top of this page as the documents show it, where a run is told to make pictures (CHENGXIN_PICTURES).

        Nothing of the machine that makes them may be on it, such as a folder.
        """
        if self.pictures is None:
            return
        self.page.wait_for_load_state()
        size = self.page.viewport_size or DESKTOP
        width = min(size["width"], WIDEST)
        self.page.set_viewport_size({"width": width, "height": size["height"]})
        high = min(self.page.evaluate("document.documentElement.scrollHeight"), high)
        self.page.evaluate("scrollTo(0, 0)")
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": high}
        file = self.pictures / f"{name}.png"
        file.write_bytes(small(self.page.screenshot(full_page=True, clip=clip)))
        self.page.set_viewport_size(size)

    def check_at_every_size(self, label: str) -> None:
        """All checks at this size; on a phone, in both sizes of type, what size can break."""
        self.check(label)
        self.unfold()
        normal = self.page.viewport_size or DESKTOP
        self.page.set_viewport_size(PHONE)
        self._fits(label)
        self.context.add_cookies([{"name": "size", "value": "large", "url": self.url}])
        self.large = True
        self.page.reload()
        self.unfold()
        self._fits(label)
        if self.axe:
            found = Axe().run(self.page, options={"runOnly": {"type": "rule", "values": DEPEND_ON_SIZE}})
            assert found.violations_count == 0, f"{label}, large: {found.generate_report()}"
        self.context.clear_cookies(name="size")
        self.large = False
        self.page.set_viewport_size(normal)
        assert not self.problems, f"{label}: {self.problems}"

    def _fits(self, label: str) -> None:
        wide = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide[0] <= wide[1], f"{label} scrolls sideways: {wide}"
        self._targets(label)

    def _targets(self, label: str) -> None:
        least = SMALLEST_LARGE if self.large else SMALLEST
        heights = self.page.eval_on_selector_all(
            TARGETS, "nodes => nodes.map(node => [node.textContent.trim(), node.getBoundingClientRect().height])"
        )
        small = [(text, height) for text, height in heights if 0 < height < least - 0.5]
        assert not small, f"{label}: targets below {least} px: {small}"

    def _skip_link(self, label: str) -> None:
        # From the very start of the page: a summary of errors takes the focus, and Tab would go on from there.
        self.page.evaluate(
            "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
        )
        self.page.keyboard.press("Tab")
        assert self.page.evaluate("document.activeElement.className") == "skip", f"{label}: first Tab"
        self.page.evaluate("document.activeElement.blur()")

    def close(self) -> None:
        assert not self.problems, self.problems
        self.context.close()

"""A person downloads the proof of a line and verifies it on the own device; one flipped byte, and it is refused."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from chengxin.cli.tests.test_log_verify import spoilt
from chengxin.ledger.log.words import VOUCHES
from chengxin.ledger.proving import trust_in_words
from chengxin.ledger.tests.log.test_proofs import PROOF, edges, policy
from journeys.walk import DESKTOP, PATIENCE, PHONE, STANDARDS, Size, Walk

Open = Callable[..., Walk]
REFUSED = "证明无效"


def seen(reader: Walk, label: str) -> None:
    """As :meth:`Walk.check` without its first Tab: choosing a file has moved where Tab begins."""
    wide = reader.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"{label} scrolls sideways: {wide}"
    found = Axe().run(reader.page, options={"runOnly": STANDARDS})
    assert found.violations_count == 0, f"{label}: {found.generate_report()}"
    if reader.shots:
        reader.page.screenshot(path=reader.shots / f"{reader.story}-{label}.png", full_page=True)
    assert not reader.problems, f"{label}: {reader.problems}"


def give(reader: Walk, data: bytes, name: str = "line.tlog-proof") -> str:
    """Choose a file on the page; what the page then says about it."""
    reader.page.locator("#result").evaluate("node => node.replaceChildren()")
    reader.page.locator("input[type=file]").set_input_files([])
    reader.page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data}]
    )
    reader.page.locator("#result h2").wait_for()
    return reader.page.locator("#result").inner_text()


@pytest.mark.parametrize(
    ("size", "large"), [(DESKTOP, False), (PHONE, False), (PHONE, True)], ids=["desktop", "phone", "large"]
)
def test_the_script_takes_what_is_whole_and_nothing_else(walk: Open, size: Size, large: bool) -> None:
    """The very proof that Python verifies, under the very policy, without a connection; then mutants of it."""
    reader = walk("", size, story=f"log-{size['width']}{'-large' if large else ''}", large=large)
    reader.go("/log/verify")
    reader.check("核验证明")
    reader.page.locator("#verify").evaluate(
        "(node, policy) => { node.dataset.policy = policy }", json.dumps(trust_in_words(policy()))
    )
    reader.context.set_offline(True)
    said = give(reader, PROOF)
    for words in ("证明有效", "第 7 条", "300 条", "见证人 witness.test.invalid/2", "盐〔2026〕1号"):
        assert words in said
    assert "没有核对" not in said
    third = VOUCHES["absent"].format(name="witness.test.invalid/3")
    for sentence in (VOUCHES["reached"].format(all=3, good=2), third):  # as the command line says it
        assert sentence in said
    seen(reader, "good")
    said = give(reader, spoilt(PROOF, 2))
    assert REFUSED in said
    for sentence in (
        VOUCHES["missed"].format(all=3, good=1),
        VOUCHES["wrong"].format(name="witness.test.invalid/2"),
        third,
    ):
        assert sentence in said
    seen(reader, "wrong")
    if size is PHONE:
        return  # what the script refuses does not depend on the size
    draw = random.Random(7)
    for _ in range(60):
        at = draw.randrange(len(PROOF))
        mutant = PROOF[:at] + bytes([PROOF[at] ^ 1 << draw.randrange(8)]) + PROOF[at + 1 :]
        assert REFUSED in give(reader, mutant), at
    for mutant in (b"", PROOF[:-1], PROOF[: len(PROOF) // 2], PROOF + PROOF, b"%PDF-1.7"):
        assert REFUSED in give(reader, mutant)
    for name, edge, good in edges():  # the same answers as Python's
        assert (REFUSED not in give(reader, edge)) is good, name
    seen(reader, "bad")
    assert "证明有效" in give(reader, PROOF)
    reader.context.set_offline(False)


def test_without_scripts_the_page_says_what_else_to_do(walk: Open) -> None:
    reader = walk("", PHONE, story="log-plain", scripts=False)
    reader.go("/log/verify")
    reader.says("没有启用脚本", "chengxin log verify", "政务服务中心窗口")
    assert not reader.page.locator("#verify").is_visible()


def test_a_person_verifies_the_proof_of_an_own_line(walk: Open, tmp_path: Path) -> None:
    citizen = walk("citizen1", PHONE, story="log-own")
    citizen.wait_for("/me/traces/", "下载证明", link=True)  # the log of a city that has just begun is on its way
    citizen.check("谁查看过我")
    link = citizen.page.get_by_role("link", name="下载证明").first
    address = link.get_attribute("href")
    assert address
    until = time.monotonic() + PATIENCE
    while not citizen.context.request.get(address).ok and time.monotonic() < until:
        citizen.page.wait_for_timeout(500)
    file = citizen.download(link, tmp_path)
    assert file.name.endswith(".tlog-proof")
    data = file.read_bytes()
    citizen.go("/log/verify")
    assert "证明有效" in give(citizen, data)
    seen(citizen, "own")
    citizen.picture("proof")
    flipped = data[:300] + bytes([data[300] ^ 1]) + data[301:]
    assert REFUSED in give(citizen, flipped)

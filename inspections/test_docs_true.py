"""What the documents name exists: commands and their options, addresses of pages, files of the repository."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import click

from chengxin.cli import house as package
from chengxin.cli import main
from journeys import palette
from tools import house, make_docs

CALL = re.compile(r"(?:^|(?<=[\s`;(/\"]))chengxin ([a-z][a-z-]*\b(?!\.)[^\n`;#>&]*)")
"""A call of the program: after ``chengxin`` a lower-case word, to the end of the command."""
ADDRESS = re.compile(r"`(/[a-z][^`\s?]*)[^`]*`")
FOLDERS = {"backup", "dev", "etc", "keys", "opt", "srv", "tmp", "usr", "var"}
"""First parts of addresses that are folders of a machine."""
MACHINE = {"x", "v2"}
"""First parts of addresses of the machine interface."""
FILE = re.compile(r"`((?:src|tools|inspections|journeys|bench|docs)/[\w./-]*\w)`")


def documents() -> list[Path]:
    """Hand-written pages; history (decisions, performance) may name what was."""
    written = [*house.ROOT.glob("*.md"), *house.ROOT.glob("docs/**/*.md"), *house.SRC.rglob("README.md")]
    made = {house.ROOT / name for name in make_docs.DOCUMENTS}
    return [
        path
        for path in sorted(written)
        if path not in made and path.parent.name != "adr" and path.name != "performance.md"
    ]


def code_of(text: str) -> str:
    """Only what stands in code: blocks with their continued lines joined, and spans."""
    blocks = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, re.M | re.S)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S))
    return re.sub(r"\\\n\s*", " ", "\n".join([*blocks, *spans]))


def calls(text: str) -> Iterator[list[str]]:
    """Words of each call of the program in code."""
    for match in CALL.finditer(code_of(text)):
        yield match[1].split()


def wrong_call(words: list[str]) -> str:
    """What is wrong with a call; empty where commands and options exist."""
    command: click.Command = main
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0].rstrip(",.。，)")
            known = {opt for one in command.params for opt in one.opts} | {"-h", "--help"}
            if command is not main and name.startswith("--") and name not in known:
                return f"{command.name} has no option {name}"
        elif isinstance(command, click.Group):
            found = [command.get_command(click.Context(command), one) for one in word.split("|")]
            if None in found:
                return f"no command {word}"
            command = next(filter(None, found))
    return ""


def test_every_command_exists() -> None:
    told = {
        f"{page.relative_to(house.ROOT)}: {' '.join(words)}": wrong
        for page in documents()
        for words in calls(page.read_text("utf-8"))
        if (wrong := wrong_call(words))
    }
    assert told == {}


def test_the_reading_of_commands_finds_what_is_wrong() -> None:
    text = "`./chengxin wher x`\n```sh\nchengxin user lst --as x; ./chengxin up \\\n  --ini DIR  # more\n```\n"
    found = [wrong_call(words) for words in calls(text)]
    assert found == ["no command lst", "up has no option --ini", "no command wher"]
    right = (
        "`chengxin user add|grant --as LOGIN`\n```sh\ncd chengxin && ./chengxin doctor\nsystemctl stop chengxin\n```"
    )
    assert [wrong_call(words) for words in calls(right)] == ["", ""]
    assert len(list(calls((house.ROOT / "README.md").read_text("utf-8")))) > 5


def patterns() -> list[list[str]]:
    """Addresses of the pages, part by part; a part in braces is whatever stands there."""
    return [address.strip("`").split("/") for address, _, _ in make_docs._pages()]


def is_page(address: str, known: list[list[str]]) -> bool:
    """Whether a page has this address; ``<id>`` is one part of any kind, a final ``…`` whatever follows."""
    begun = address.endswith("…")
    parts = address.rstrip("…").rstrip("/").split("/") if begun else address.split("/")
    return any(
        (len(parts) <= len(pattern) if begun else len(parts) == len(pattern))
        and all("{" in want or want == part or "<" in part for want, part in zip(pattern, parts, strict=False))
        for pattern in known
    )


def test_every_address_is_a_page() -> None:
    known = patterns()
    wrong = {
        f"{page.relative_to(house.ROOT)}: {address}"
        for page in documents()
        for address in ADDRESS.findall(page.read_text("utf-8"))
        if address.split("/")[1] not in FOLDERS | MACHINE and not is_page(address, known)
    }
    assert wrong == set(), "name the page as it is, or the folder of a machine in FOLDERS"


def test_the_reading_of_addresses_finds_what_is_wrong() -> None:
    known = [["", "me", "records", "{record}"], ["", "catalog", ""]]
    assert is_page("/me/records/<record>", known)
    assert is_page("/catalog/", known)
    assert is_page("/me/records/…", known)
    assert not is_page("/me/recordz/…", known)
    assert not is_page("/me/recordz/1", known)
    assert not is_page("/catalog", known)


def test_every_file_that_is_named_exists() -> None:
    wrong = {
        f"{page.relative_to(house.ROOT)}: {name}"
        for page in documents()
        for name in FILE.findall(page.read_text("utf-8"))
        if not next(house.ROOT.glob(f"{name}-*" if re.fullmatch(r"docs/adr/\d{4}", name) else name), None)
    }
    assert wrong == set()


def unknown_names(glossary: str, source: str) -> list[str]:
    """Names that the glossary gives in code and that the source does not use; of a dotted one, its last part."""
    words = set(re.findall(r"\w+", source))
    return [name for name in re.findall(r"`([^`]+)`", glossary) if name.split(".")[-1] not in words]


def test_every_name_of_the_glossary_is_in_the_source() -> None:
    files = [*house.python_files(tests=False), *house.sql_files()]
    source = "\n".join([*(path.read_text("utf-8") for path in files), *(str(path.with_suffix("")) for path in files)])
    assert unknown_names((house.ROOT / "docs/glossary.md").read_text("utf-8"), source) == []
    assert unknown_names("`here`, `room.gone`", "here") == ["room.gone"]


def gone(text: str) -> list[str]:
    """Database objects and tests that a text names and that are not there."""
    made = {one.name for path in house.sql_files() for one in package.sql_objects(path)}
    tests = [*package.test_files(), *house.ROOT.glob("inspections/test_*.py")]
    proved = {name for path in tests for name in re.findall(r"\bdef (test_\w+)", path.read_text("utf-8"))}
    objects = (name for name in re.findall(r"`cx\.(\w+)`", text) if name not in made)
    return [*objects, *(name for name in re.findall(r"`(test_\w+)`", text) if name not in proved)]


def test_every_database_object_and_test_that_is_named_exists() -> None:
    wrong = {str(page.relative_to(house.ROOT)): lost for page in documents() if (lost := gone(page.read_text("utf-8")))}
    assert wrong == {}
    assert gone("`cx.records_gate_v1`, `cx.records_gate_v0`, `test_gone`") == ["records_gate_v0", "test_gone"]


GUIDES = [*house.ROOT.glob("docs/how-to/*.md"), *house.ROOT.glob("docs/tutorial/*.md")]
PUT_TOGETHER = {"用演示身份服务登录", "有 1 件事需要您处理"}
"""Words of pages that hold a name or a number, so that no source has them in one piece."""


def words_of_pages() -> str:
    """Whatever a page can say: templates with and without their tags, and the Python that hands them words."""
    files = [*house.SRC.rglob("*.html"), *house.SRC.rglob("*.js"), *house.SRC.glob("*/seed/*.toml")]
    files += house.python_files(tests=False)
    raw = "\n".join(path.read_text("utf-8") for path in files)
    return raw + re.sub(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}", "", raw)


def unsaid(text: str, said: str) -> list[str]:
    """What a guide quotes and no page says; an ellipsis stands for what varies."""
    quotes = set(re.findall("“([^”]+)”", text)) - PUT_TOGETHER
    return sorted(quote for quote in quotes if not all(part in said for part in re.split("…+", quote)))


def test_every_word_that_a_guide_quotes_is_on_a_page() -> None:
    said = words_of_pages()
    wrong = {page.name: missing for page in GUIDES if (missing := unsaid(page.read_text("utf-8"), said))}
    assert wrong == {}, "name the button as the page does; put nothing else into quotation marks"
    assert unsaid("点“删除全世界”，再点“作出决定：……”", said) == ["删除全世界"]


SCREENS = house.ROOT / "docs/pictures/screens"
LARGEST = 100_000
"""Of a picture of a screen, in bytes: they are read on phones and kept in the repository."""


def screens_shown(pages: list[Path]) -> dict[str, list[str]]:
    """Pictures of screens by name, each with its alternative texts."""
    found: dict[str, list[str]] = {}
    for page in pages:
        for alt, name in re.findall(r"!\[([^\]]*)\]\([^)]*screens/([\w-]+)\.png\)", page.read_text("utf-8")):
            found.setdefault(name, []).append(alt)
    return found


def screens_taken() -> set[str]:
    """Pictures that the journeys take: ``walk.picture("name")``, or a table named PICTURES."""
    text = "\n".join(path.read_text("utf-8") for path in house.ROOT.glob("journeys/*.py"))
    tables = "".join(re.findall(r"^PICTURES = \{[^}]*\}", text, re.M))
    return {*re.findall(r"\.picture\(\"([\w-]+)\"", text), *re.findall(r": \"([\w-]+)\"", tables)}


def test_every_picture_of_a_screen_is_taken_by_a_journey_and_shown() -> None:
    lying = {path.stem for path in SCREENS.iterdir()}
    shown = screens_shown(documents())
    assert set(shown) == lying == screens_taken(), "CHENGXIN_PICTURES=docs/pictures/screens makes them"
    assert [
        name for name, texts in shown.items() if not all(re.search("[\u4e00-\u9fff]{4}", one) for one in texts)
    ] == []
    assert [path.name for path in SCREENS.iterdir() if path.stat().st_size > LARGEST] == []


PART = re.compile(r"`([\w./*-]+\.(?:py|sql|toml|typ|css|js|html)|(?:sql|seed|templates|static|data)/[\w./*-]*)`")
"""A file or folder as the README of a room names it."""


def missing_parts(readme: Path) -> list[str]:
    """Files that a room's README names and that are neither in the room, nor another room's, nor the repository's."""
    room = readme.parent
    return [
        name
        for name in PART.findall(readme.read_text("utf-8"))
        if not any(
            next(base.glob(name.rstrip("/")), None) for base in (room, room / "sql/objects", house.SRC, house.ROOT)
        )
    ]


def test_every_part_that_a_room_names_exists() -> None:
    wrong = {
        str(readme.relative_to(house.ROOT)): missing
        for readme in sorted(house.SRC.glob("*/README.md"))
        if (missing := missing_parts(readme))
    }
    assert wrong == {}, "the README of a room says what is in it now"


def png(rows: list[bytes], *filters: int) -> bytes:
    """A picture of three bytes a pixel, each row under a filter of its own (PNG 9.2): none, left, up, mean, Paeth."""
    above, body = bytes(len(rows[0])), b""
    for row, how in zip(rows, filters, strict=True):
        left, corner = b"\0\0\0" + row[:-3], b"\0\0\0" + above[:-3]
        guesses = (palette._guess(how, *sides) for sides in zip(left, above, corner, strict=True))
        body += bytes([how]) + bytes((byte - guess) & 255 for byte, guess in zip(row, guesses, strict=True))
        above = row
    head = struct.pack(">II", len(rows[0]) // 3, len(rows)) + palette.RGB8
    return palette.START + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b""))
    )


def test_a_small_picture_shows_the_same() -> None:
    rows = [bytes((x * y * 7 + part) & 255 for x in range(8) for part in (0, 90, 180)) for y in range(5)]
    chunks = dict(palette._chunks(palette.small(png(rows, 0, 1, 2, 3, 4))))
    colours, lines = chunks[b"PLTE"], zlib.decompress(chunks[b"IDAT"])
    shown = [b"".join(colours[3 * at : 3 * at + 3] for at in lines[9 * y + 1 : 9 * y + 9]) for y in range(5)]
    assert shown == rows
    many = [bytes((x * 9 + y * part) & 255 for x in range(40) for part in (3, 5, 11)) for y in range(40)]
    grounds = bytes((243, 246, 249)), bytes((255, 255, 255))  # so near that any step would take them for one
    many += [grounds[y % 2] * 40 for y in range(4)]
    colours = dict(palette._chunks(palette.small(png(many, *[1] * 44))))[b"PLTE"]
    assert len(colours) <= 3 * 256
    assert {colours[at : at + 3] for at in range(0, len(colours), 3)} > {*grounds}


FURNITURE = {"__init__", "__main__", "api", "apps", "commands", "errors", "forms", "jobs", "models", "queries"}
FURNITURE |= {"retention", "rules", "states", "urls", "views", "words"}
"""Files that every room may have, and that the house explains once."""


def unnamed_parts(room: Path) -> list[str]:
    """Files and folders of Python in a room that its README leaves out."""
    said = set(re.findall(r"\w+", (room / "README.md").read_text("utf-8")))
    files = [path.stem for path in room.glob("*.py") if path.stem not in FURNITURE]
    folders = [path.parent.name for path in room.glob("*/__init__.py")]
    return sorted({*files, *folders} - said - {"tests", "migrations", "templatetags"})


def test_a_room_names_all_its_parts() -> None:
    rooms = [readme.parent for readme in house.SRC.glob("*/README.md")]
    assert {room.name: left for room in rooms if (left := unnamed_parts(room))} == {}, "a newcomer looks there first"


def test_the_reading_of_a_room_finds_what_is_left_out(tmp_path: Path) -> None:
    for name in ("told.py", "left.py", "api.py"):
        (tmp_path / name).touch()
    (tmp_path / "README.md").write_text("`told.py`", "utf-8")
    assert unnamed_parts(tmp_path) == ["left"]


def test_the_reading_of_a_room_finds_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "here.py").touch()
    (tmp_path / "README.md").write_text("`here.py`, `gone.py`, `sql/objects/gone_v1.sql`", "utf-8")
    assert missing_parts(tmp_path / "README.md") == ["gone.py", "sql/objects/gone_v1.sql"]

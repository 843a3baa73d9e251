"""src/chengxin/cli/terms.json: what ``chengxin where`` knows of the hand-written pages."""

from __future__ import annotations

import json
import re

from tools import house


def terms() -> str:
    """What `chengxin where` knows of the hand-written pages, so that an installed package knows it too."""
    cells = {
        page: [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
        for page in ("glossary.md", "explanation/law.md", "explanation/rights.md")
        if (lines := (house.ROOT / "docs" / page).read_text("utf-8").splitlines())
    }
    glossary = [
        {"zh": zh.split("、"), "en": re.split("[,:] ", en), "code": re.findall("`([^`]+)`", code)}
        for zh, en, code in cells["glossary.md"][1:]
    ]
    law = {f"law {row[0]}": f"{row[1]}（{row[2]}）" for row in cells["explanation/law.md"] if row[0][:1].isdigit()}
    told = [row for row in cells["explanation/rights.md"] if re.match(r"R\d", row[0])]
    rights = {row[0]: row[1] for row in told}
    kept = {row[0]: {"by": _plain(row[2]), "proved": _plain(row[3])} for row in told}
    found = {"glossary": glossary, "law": law, "rights": rights, "kept": kept}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _plain(cell: str) -> str:
    """A cell without marks and addresses, for a terminal."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", cell).replace("`", "").replace("**", "")

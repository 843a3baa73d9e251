"""The door of notice (告知)."""

from __future__ import annotations

from chengxin.notice.carriers import Carrier, carriers
from chengxin.notice.commands import follow_standing, issue, open_letter
from chengxin.notice.contacts import Contact, clean_contact, own_contacts, set_contact
from chengxin.notice.delivery import deliver
from chengxin.notice.letters import body
from chengxin.notice.pdf import PdfUnavailable, letter_pdf
from chengxin.notice.queries import SHELVES, Happened, Letter, Served, events, letters, served, waiting
from chengxin.notice.rules import LetterBody, Paragraph, Waiting
from chengxin.notice.undelivered import Waiting as Unserved
from chengxin.notice.undelivered import recheck_look, renew, unserved

__all__ = [
    "SHELVES",
    "Carrier",
    "Contact",
    "Happened",
    "Letter",
    "LetterBody",
    "Paragraph",
    "PdfUnavailable",
    "Served",
    "Unserved",
    "Waiting",
    "body",
    "carriers",
    "clean_contact",
    "deliver",
    "events",
    "follow_standing",
    "issue",
    "letter_pdf",
    "letters",
    "open_letter",
    "own_contacts",
    "recheck_look",
    "renew",
    "served",
    "set_contact",
    "unserved",
    "waiting",
]

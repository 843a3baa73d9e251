"""The second manager's part of a change (两人办理：确认), the same for general numbers and for the calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from chengxin.catalog.api import Answer
from chengxin.catalog.facts import Change
from chengxin.catalog.forms_term import AnswerForm
from chengxin.catalog.states import TERM_LABELS
from chengxin.kernel.errors import Refused
from chengxin.people.api import SignedRequest

TONES: Final = {"proposed": "wait", "approved": "good", "returned": "", "withdrawn": ""}


def state(found: Change) -> tuple[str, str]:
    """Word and colour of a change."""
    return TERM_LABELS[found.state], TONES[found.state]


def answered(request: SignedRequest, found: Change, decide: Callable[..., Any]) -> dict[str, Any] | None:
    """What the page of a change shows of its decision; None when this request has just decided it by its command."""
    posted, refused = request.POST if request.method == "POST" else None, ""
    go = _asked(posted.get("go", "")) if posted else "return"
    form = AnswerForm(posted, needed=go == "return")
    if posted and form.is_valid():
        try:
            decide(request.token, found.id, go, reason=form.cleaned_data["reason"])
        except Refused as error:
            refused = error.code
        else:
            return None
    return {"change": found, "state": state(found), "form": form, "refused": refused}


def _asked(go: str) -> Answer:
    """What a button asks for; whatever is no button of the page returns the change, which wants a reason."""
    return "approve" if go == "approve" else "withdraw" if go == "withdraw" else "return"

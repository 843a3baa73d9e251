"""What a person reads about incidents that touch them (涉及我的信息安全事件)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.oversight.api import own_notices
from chengxin.people.api import SignedRequest, requires, self_look


@requires("citizen", "本人查看自己的信息")
@require_GET
def notices(request: SignedRequest) -> HttpResponse:
    """Every notice about an incident in whose scope the person lies, newest first (信息安全通知)."""
    found = own_notices(self_look(request.token))
    return render(request, "oversight/own.html", {"notices": found})

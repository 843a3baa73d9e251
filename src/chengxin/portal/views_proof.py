"""Proof of a line (证明): to keep as a file, and a page that verifies it on the reader's own device."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_GET, require_safe

from chengxin.ledger.api import VOUCHES, trust_in_words, trusted
from chengxin.people.api import ACTIVITIES, line_proof, organisation_names, public, register_of_purposes, requires
from chengxin.portal import problems
from chengxin.portal.middleware import CSP, Request
from chengxin.portal.own import look_at_own


@requires("citizen", "本人下载登记行的证明")
@require_GET
def proof(request: Request, line: UUID) -> HttpResponse:
    """The proof file of one own line. The name of the file tells nobody anything."""
    own = look_at_own(request)
    # The line stands at one of the own files; the others answer None.
    data = next((found for look in own.looks.values() if (found := line_proof(look, line)) is not None), None)
    if data is None:
        raise Http404
    if not data:
        way_out = "每条记录先写进日志，再由外部见证人签名，通常一两分钟。请几分钟后再来下载，记录本身已经登记。"
        return problems.problem(request, 503, "还在写入日志", "这条记录的证明还没有准备好。", way_out, retry=True)
    headers = {"Content-Disposition": f'attachment; filename="line-{line.hex[-12:]}.tlog-proof"'}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@public("核验证明在读者自己的设备上进行，不上传任何内容")
@require_safe
def verify(request: Request) -> HttpResponse:
    """Verify a proof in the browser, by a script of our own that can reach nobody."""
    policy = trusted()
    names = {
        "activities": ACTIVITIES,
        "purposes": {one.code: one.name for one in register_of_purposes()},
        "organisations": organisation_names(),
        "vouches": VOUCHES,
    }
    context = {
        "script": static("portal/log-verify.js"),
        "policy": json.dumps(trust_in_words(policy)),
        "keys": [one.text for one in policy.logs],
        "witnesses": [one.text for one, _ in policy.witnesses.values()],
        "names": json.dumps(names, ensure_ascii=False),
    }
    response = render(request, "portal/log_verify.html", context)
    response["Content-Security-Policy"] = f"{CSP}; script-src 'self'"
    return response

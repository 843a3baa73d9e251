"""What a person reads about records that stood under the wrong person (我的归属更正), and about their files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.belonging.api import own_moves, own_told
from chengxin.people.api import SignedRequest, Unsealable, documents, files, requires, self_looks
from chengxin.records.api import own

ID_TYPES = {
    "citizen": "居民身份证",
    "residence_permit": "港澳台居民居住证",
    "permanent_resident": "外国人永久居留身份证",
}
"""Kind of document -> what a person calls it."""


@requires("citizen", "本人查看自己的信息")
@require_GET
def mine(request: SignedRequest) -> HttpResponse:
    """Records that were moved from or to the person, who had been shown them, and the own documents (证件与归属)."""
    looks = self_looks(request.token, files(request.token))
    records, told, moved = {one.record: one for one in own(*looks)}, own_told(*looks), own_moves(*looks)
    moves = [
        (move, records[move.record], [one for one in told if (one.record, one.way) == (move.record, move.way)])
        for move in moved
        if move.record in records
    ]
    try:
        papers = documents(*looks)
    except Unsealable:
        papers = []
    context = {
        "moves": sorted(moves, key=lambda row: row[0].on_date, reverse=True),
        # What was shown while a wrong merge stood belongs to no move.
        "mixed": [one for one in told if not any((one.record, one.way) == (move.record, move.way) for move in moved)],
        "papers": [(ID_TYPES.get(one.id_type, "其他证件"), one) for one in papers],
        "files": len(looks),
    }
    return render(request, "belonging/own.html", context)

"""What a person reads about records that stood under the wrong person (我的归属更正), and about their files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.belonging.api import Told, own_moves, own_told
from chengxin.people.api import Identity, SignedRequest, Unsealable, documents, files, requires, self_look
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
    moves, mixed, papers, count = [], list[Told](), list[Identity](), 0
    for file in files(request.token):
        look = self_look(request.token, file)
        records = {one.record: one for one in own(look)}
        told = own_told(look)
        moved = own_moves(look)
        # What was shown while a wrong merge stood belongs to no move.
        mixed += [one for one in told if not any((one.record, one.way) == (move.record, move.way) for move in moved)]
        moves += [
            (move, records[move.record], [one for one in told if (one.record, one.way) == (move.record, move.way)])
            for move in moved
            if move.record in records
        ]
        try:
            papers += documents(look)
        except Unsealable:
            papers = []
        count += 1
    context = {
        "moves": sorted(moves, key=lambda row: row[0].on_date, reverse=True),
        "mixed": mixed,
        "papers": [(ID_TYPES.get(one.id_type, "其他证件"), one) for one in papers],
        "files": count,
    }
    return render(request, "belonging/own.html", context)

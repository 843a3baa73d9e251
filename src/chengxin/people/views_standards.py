"""The permission matrix, open to everybody (权限矩阵): who may do what, on what basis, and see what."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.people.access import public
from chengxin.people.api import ADMINISTRATORS, DUTIES, matrix, register_of_purposes
from chengxin.people.words import ACTIVITIES


@public("权限矩阵不含个人信息：谁可以办什么，大家都应当知道")
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """Duty, activity, basis, fields, as the database has them (权限矩阵)."""
    rows = sorted(matrix(), key=lambda row: (list(DUTIES).index(row.duty) if row.duty in DUTIES else 99, row.activity))
    groups = [
        (DUTIES.get(duty, duty), duty in ADMINISTRATORS, [(one, ACTIVITIES.get(one.activity, "")) for one in found])
        for duty, found in groupby(rows, key=lambda row: row.duty)
    ]
    context = {"groups": groups, "purposes": [(one, DUTIES.get(one.duty, one.duty)) for one in register_of_purposes()]}
    return render(request, "people/permissions.html", context)

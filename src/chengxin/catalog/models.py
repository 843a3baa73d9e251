"""The catalog (公共信用信息目录) and its standards as reference data: read by everybody, written by the owner alone.

Steps and tasks are guarded: ``sql/objects/steps_v1.sql``.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Item(models.Model):
    """A version of a catalog item (目录条目).

    What stands beside `definition` is taken from it by the function that writes it; the two dates are set when the
    version is published.
    """

    code = models.CharField(max_length=20)
    version = models.IntegerField()
    name = models.TextField()
    polarity = models.TextField()
    severity = models.TextField()
    effective_from = models.DateField(null=True)
    effective_to = models.DateField(null=True)
    definition = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="CATALOG-23")]


class Basis(models.Model):
    """A legal basis of a published version (法律依据); it holds no longer than the law it names."""

    item = models.ForeignKey(Item, on_delete=models.RESTRICT, db_constraint=False, related_name="bases")
    position = models.IntegerField()
    kind = models.CharField(max_length=30)
    law_code = models.CharField(max_length=50)
    law = models.TextField()
    article = models.TextField()
    note = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class Parameter(models.Model):
    """A dated number of the law (期限参数). `item` is empty where it holds for all; else `version` published it."""

    name = models.CharField(max_length=50)
    item = models.CharField(max_length=20)
    version = models.IntegerField()
    value = models.IntegerField()
    unit = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "item", "version", "valid_from"], name="catalog_parameter_key")
        ]


class Law(models.Model):
    """A legal text (法律文本). Its last day ends every basis that names it."""

    code = models.CharField(max_length=50, unique=True)
    title = models.TextField()
    article = models.TextField()
    level = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    superseded_by = models.CharField(max_length=50)
    note = models.TextField()


class Prohibited(models.Model):
    """A word of information that may never be collected (禁止归集).

    `kind`: ``name`` in a column's name, ``text`` inside a text, ``unless`` a phrase in which the words of its class
    mean something else.
    """

    code = models.CharField(max_length=30)
    word = models.CharField(max_length=50)
    kind = models.CharField(max_length=10)
    law = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class SeverityRule(models.Model):
    """A row of the classification standard (失信行为分级标准)."""

    domain = models.TextField()
    severity = models.CharField(max_length=10)
    criteria = models.TextField()
    display_min = models.IntegerField()
    display_max = models.IntegerField()
    unit = models.CharField(max_length=12)
    repair = models.TextField()
    basis = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "catalog_severity_rule"


class Measure(models.Model):
    """A row of the measures list (失信惩戒措施清单); `type` 1 to 3 as the national list counts them."""

    code = models.CharField(max_length=30)
    name = models.TextField()
    type = models.IntegerField()
    content = models.TextField()
    target = models.TextField()
    basis = models.TextField()
    enforcer = models.TextField()
    domain = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class Group(models.Model):
    """A key occupational group (重点职业人群). Without `item` it is disabled, and `reason` says why."""

    code = models.CharField(max_length=30)
    name = models.TextField()
    item = models.CharField(max_length=20)
    basis = models.TextField()
    reason = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

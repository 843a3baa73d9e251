"""The catalog (公共信用信息目录) as reference data: read by everybody, written by migrations until its desk exists."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Item(models.Model):
    """A version of a catalog item (目录条目). `definition` holds columns, code sets and refused words as published."""

    code = models.CharField(max_length=20)
    version = models.IntegerField()
    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=20)
    polarity = models.CharField(max_length=10)
    disclosure = models.CharField(max_length=20)
    impact_assessment = models.CharField(max_length=100)
    notice_template = models.CharField(max_length=50)
    state = models.CharField(max_length=12)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    definition = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="catalog_item_version")]


class Basis(models.Model):
    """A legal basis of an item (法律依据), in force from its first day to its last."""

    item = models.ForeignKey(Item, on_delete=models.RESTRICT, db_constraint=False, related_name="bases")
    position = models.IntegerField()
    kind = models.CharField(max_length=10)
    law = models.CharField(max_length=200)
    article = models.CharField(max_length=100, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class Parameter(models.Model):
    """A dated number of the law (期限参数). `item` is empty where it holds for all."""

    name = models.CharField(max_length=50)
    item = models.CharField(max_length=20, blank=True)
    value = models.IntegerField()
    unit = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "item", "valid_from"], name="catalog_parameter_dated")
        ]

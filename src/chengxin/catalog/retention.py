"""Retention of the catalog's tables (目录各表的保存期限): only steps name an account."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, no

_KEPT = "不删除，只写终止日期：过去的决定要说得出当时的规定"


def _register(name: str, title: str, fields: str, why: str) -> Table:
    """Reference data that everybody may read."""
    return Table(name, title, Scope.REFERENCE, guarded=False, until="长期", then=_KEPT, fields=no(fields, why))


TABLES: Final = (
    _register(
        "catalog_item",
        "目录条目的各个版本",
        "id code version name polarity severity effective_from effective_to definition",
        "哪些信息可以归集、怎样使用、何时有效",
    ),
    _register(
        "catalog_basis",
        "目录条目的法律依据",
        "id item_id position kind law_code law article note valid_from valid_to",
        "依据哪部法哪一条，何时有效",
    ),
    _register(
        "catalog_parameter",
        "有日期的期限和数字",
        "id name item version value unit valid_from valid_to basis",
        "期限多长，依据什么，何时有效",
    ),
    _register(
        "catalog_law",
        "法律依据登记册",
        "id code title article level valid_from valid_to superseded_by note",
        "哪部法何时有效，由什么取代",
    ),
    _register(
        "catalog_prohibited",
        "禁止归集的信息",
        "id code word kind law valid_from valid_to",
        "什么信息不得归集，依据什么，何时有效",
    ),
    _register(
        "catalog_severity_rule",
        "失信行为分级标准",
        "id domain severity criteria display_min display_max unit repair basis valid_from valid_to",
        "什么行为属于哪一级，公示多久，怎样修复",
    ),
    _register(
        "catalog_measure",
        "失信惩戒措施清单",
        "id code name type content target basis enforcer domain valid_from valid_to",
        "哪些措施可以对谁采取，由谁采取，依据什么",
    ),
    _register(
        "catalog_group",
        "重点职业人群",
        "id code name item basis reason valid_from valid_to",
        "哪些职业建立信用档案，依据什么；没有依据的为什么不建",
    ),
    Table(
        "catalog_step",
        "目录条目各个版本的步骤",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：目录的变更记录永久保存（law 30）",
        fields=(
            *key("act actor", "由哪个账号办理，据此核对起草和批准是不是两个人"),
            *no(
                "code version seq from_state to_state activity organisation on_date at effective_from reason",
                "何时由哪个单位办理了哪一步，理由是什么",
            ),
        ),
    ),
    Table(
        "catalog_term_step",
        "办事期限的修改和确认",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：说明每一个期限由哪两个人改、为什么改",
        fields=(
            *key("id act actor", "由哪个账号提出、哪个账号确认，据此核对是不是两个人"),
            *no(
                "seq from_state to_state activity organisation at name value unit valid_from basis reason",
                "哪一项期限从哪天起改成多少，依据和理由是什么",
            ),
        ),
    ),
    Table(
        "catalog_calendar",
        "每年的节假日安排",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：每个工作日期限都要说得出是按哪份安排算的",
        fields=(
            *key("id", "由哪一次登记写入"),
            *no(
                "year title number issued_on source rest_first rest_last rest_name work reason",
                "哪份通知，哪些天放假，哪些天上班，为什么登记",
            ),
        ),
    ),
    Table(
        "catalog_calendar_step",
        "节假日安排的登记和确认",
        Scope.LOCAL,
        guarded=True,
        until="长期",
        then="不删除：说明每份安排由哪两个人登记和批准",
        fields=(
            *key("id act actor", "由哪个账号登记、哪个账号确认，据此核对是不是两个人"),
            *no("seq from_state to_state activity organisation at valid_from reason", "何时办了哪一步，从哪天起计算"),
        ),
    ),
    Table(
        "catalog_task",
        "目录待办：依据失效或者即将失效",
        Scope.LOCAL,
        guarded=True,
        until="办结之日起满五年",
        then="删除",
        fields=no(
            "item version kind ends_on due_on opened_on closed_on note",
            "哪个条目的依据何时失效，何时之前要处理",
        ),
    ),
)

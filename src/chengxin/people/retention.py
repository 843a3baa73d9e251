"""Retention of people's tables (人员各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain, sealed

TABLES: Final = (
    Table(
        "people_person",
        "自然人：随机人员键",
        Scope.PERSON,
        guarded=True,
        until="与这个人有关的最后一条信息清除之日",
        then="删除",
        fields=(
            *key("person", "随机数，个人各表由它相连"),
            *key("act", "由哪次登记行为写入"),
            *no("known_at", "何时写入"),
        ),
    ),
    Table(
        "people_key",
        "查找键：由证件号码的键控哈希找到人员键",
        Scope.LOOKUP,
        guarded=True,
        until="与这个人有关的最后一条信息清除之日",
        then="删除",
        fields=(
            *keyed_hash("id_hmac", "由证件号码找到人；没有密钥不能还原，也不能枚举"),
            *keyed_hash("pair_hmac", "核对号码与姓名是否同时相符"),
            *no("key_version id_type", "所用密钥的版本，证件种类"),
            *key("person", "找到的人"),
            *key("decoy", "认识这个人之前，查看登记在哪个替身键下"),
            *key("act", "由哪次登记行为写入"),
        ),
    ),
    Table(
        "people_identity",
        "身份保险库：姓名、证件号码、原始写法",
        Scope.PERSON,
        guarded=True,
        until="与这个人有关的最后一条信息清除之日",
        then="先销毁个人密钥，再删除行；备份中的密文不再能打开",
        fields=(
            *key("person", "属于谁"),
            *no("seq known_at", "第几版，何时写入"),
            *key("act", "由哪次登记行为写入"),
            *sealed("dek", "这个人自己的密钥，由数据库以外的密钥加密"),
            *sealed("sealed", "姓名和证件号码，只对本人和有权的办理人打开"),
        ),
    ),
    Table(
        "people_standing",
        "在世状态：死亡登记及其更正，以最后一行为准",
        Scope.PERSON,
        guarded=True,
        until="与这个人有关的最后一条信息清除之日",
        then="删除",
        fields=(
            *key("person act", "谁，由哪次登记行为写入"),
            *no("seq known_at", "第几次，何时写入"),
            *plain("standing on_date", "死亡或在世，哪一天；停止一切使用的依据"),
        ),
    ),
    Table(
        "people_question",
        "人口信息库核验请求：用途和人数",
        Scope.LOCAL,
        guarded=True,
        until="请求之日起满三年",
        then="删除",
        fields=(
            *key("act", "由哪次登记行为写入"),
            *no("call purpose persons at", "哪一次，为了什么，几个人，何时；不记是谁"),
        ),
    ),
    Table(
        "people_answer",
        "人口信息库核验应答：各种结果的人数",
        Scope.LOCAL,
        guarded=True,
        until="请求之日起满三年",
        then="删除",
        fields=no("call at matched unmatched unknown", "哪一次，何时，相符、不符、查无各几人"),
    ),
    Table(
        "people_change",
        "人口信息库变更事件：办到哪一件，各件怎样处理",
        Scope.LOOKUP,
        guarded=True,
        until="事件之日起满三年",
        then="删除；最后一件保留，变更由此接续",
        fields=(
            *no("seq id kind outcome at", "第几件，种类，结果，何时"),
            *key("person act", "涉及的人，由哪次登记行为写入"),
        ),
    ),
    Table(
        "people_account",
        "账号：市民、工作人员、业务系统、平台程序",
        Scope.LOCAL,
        guarded=True,
        until="停用之日起满五年，登记行据此说明是谁",
        then="删除",
        fields=(
            *key("account person", "账号；市民账号对应的本人"),
            *no("login kind post organisation", "登录名、种类、岗位、单位；不保存工作人员姓名"),
            *sealed("password_hash totp_sealed", "两种登录凭证：口令的慢哈希，动态码密钥的密文"),
            *no("totp_step failures locked_until", "动态码只用一次，连续失败锁定"),
            *no("public_key", "业务系统的验签公钥"),
            *key("holder", "工作人员本人号码的密钥散列，只用来防止办理自己的事项"),
            *no("disabled_at", "何时停用"),
        ),
    ),
    Table(
        "people_duty",
        "职责：哪个账号何时有哪个岗位的权限",
        Scope.LOCAL,
        guarded=True,
        until="终止之日起满五年",
        then="删除",
        fields=(
            *key("account", "谁的职责"),
            *no("duty valid_from valid_to", "哪个岗位，从何时到何时"),
        ),
    ),
    Table(
        "people_organisation",
        "单位",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then="不删除，只写终止日期：过去的登记行要说得出单位名称",
        fields=no("code name area valid_from valid_to", "统一社会信用代码、名称、地区、有效期"),
    ),
    Table(
        "people_permission",
        "权限矩阵：事项、岗位、依据、可见内容",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then="由下一版权限矩阵取代",
        fields=no("activity duty own basis fields", "谁可以办什么、依据什么、看到什么"),
    ),
    Table(
        "people_purpose",
        "查询用途登记册",
        Scope.REFERENCE,
        guarded=False,
        until="长期",
        then="不删除，只写终止日期：过去的查询要说得出用途",
        fields=no(
            "code name activity duty basis fields items needs_case quota valid_from valid_to",
            "可以为了什么查询、由谁、依据什么、看到什么、每天几次",
        ),
    ),
)

"""Retention of the ledger's tables (登记簿各表的字段分级与保存期限)."""

from __future__ import annotations

from typing import Final

from chengxin.kernel.retention import Scope, Table, key, keyed_hash, no, plain

TABLES: Final = (
    Table(
        "ledger_register",
        "登记簿：每次写入、每次查看、每次展示各一行",
        Scope.PERSON,
        guarded=True,
        until="记录之日起满五年，且所涉信息已经清除",
        then="删除行和随机盐，日志中的承诺值不再能对应任何内容",
        unbound="登记行本身就是行为，没有更早的行为可以指向",
        fields=(
            *key("person", "这一行涉及谁；与人无关的行为全零"),
            *no("id epoch xid at", "行号与提交顺序，供日志排序和举证"),
            *no("line activity purpose basis outcome shown", "做了什么、为何、依据什么、看到几条"),
            *key("session actor", "谁做的，通过哪次登录"),
            *no("actor_kind organisation duty", "以什么身份、代表哪个单位"),
            *plain("case_ref", "业务编号，审计据此核实每次查询"),
            *key("question", "按号码查询时，把读取限定在登记的姓名和号码；只能验证，不能还原"),
            *no("fields look", "允许或已经展示的内容种类；展示行属于哪次查看"),
            *no("salt commitment", "证明这一行没有被改动"),
        ),
    ),
    Table(
        "ledger_session",
        "会话：登录的账号和它的有效期",
        Scope.LOCAL,
        guarded=True,
        until="结束之日起满五年，与它写下的登记行相同",
        then="删除",
        fields=(
            *keyed_hash("token_hash", "由浏览器出示的令牌找到会话；令牌本身不保存"),
            *key("id actor person", "把登记行连到账号；市民会话对应本人"),
            *no("kind organisation method assurance", "账号种类、单位、登录方式和它的可信程度"),
            *no("agent", "设备的种类，本人据此认出自己的登录；不保存浏览器发来的原文"),
            *no("opened_at expires_at idle_minutes seen_at closed_at", "会话何时有效，多久不用就结束"),
            *no("stepped_up_at", "最近一次再次验证，敏感操作据此放行"),
        ),
    ),
    Table(
        "ledger_quota",
        "查询配额：账号每天每个用途用了几次",
        Scope.LOCAL,
        guarded=True,
        until="当日起满六个月",
        then="删除",
        fields=(
            *key("actor", "谁的配额"),
            *no("purpose day part used allowed", "当天已用与上限，超过即拒绝；大的配额分成几份"),
        ),
    ),
    Table(
        "ledger_outbox",
        "发件箱：别的房间要知道的事",
        Scope.PERSON,
        guarded=True,
        until="处理完成",
        then="删除",
        unbound="内容只是编号，写它的行为登记在它所说的那些行上",
        fields=(
            *key("person", "与谁有关；批次事件为全零"),
            *no("id at topic done_at", "编号、时间、种类、是否处理完"),
            *no("payload", "只有编号，不含身份和内容"),
        ),
    ),
    Table(
        "ledger_deployment",
        "安装：用途、日志代次、测试时钟",
        Scope.LOCAL,
        guarded=True,
        until="安装存续期间",
        then="随安装一起删除",
        fields=(
            *no("one mode epoch clock_shift opened_at", "演示、测试还是正式；日志代次；测试时钟走快的天数；何时开放"),
            *no("decoy_secret", "为查不到的人生成稳定的替身键，使“查无此人”不可分辨"),
        ),
    ),
)

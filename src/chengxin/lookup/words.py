"""Words of lookup: of its pages, and of the machine interface. The rules of looking stand in the ledger."""

from __future__ import annotations

from chengxin.kernel.rule import Rule

NOTHING_TO_TELL = "没有查到与该姓名和号码相符、可以提供的信息。"
"""One sentence for an unknown person, another name and nothing effective: the answer must not tell them apart."""

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("REQUEST-01", "请求内容不符合接口约定。请核对JSON字段和长度。", "接口约定"),
        Rule("REQUEST-02", "没有这个地址，或不接受这种方法。", "接口约定"),
        Rule("REQUEST-03", "请求必须带Content-Length，且不超过4096字节。", "接口约定"),
        Rule("SIGNATURE-01", "签名字段不符合约定。请对照接口文档逐字核对。", "RFC 9421；GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNATURE-02", "Content-Digest与请求内容不一致。", "RFC 9530"),
        Rule("SIGNATURE-03", "签名时间与服务器相差超过300秒。请校准时钟后重新签名。", "RFC 9421"),
        Rule("SIGNATURE-04", "密钥或签名不正确。请核对账号和私钥。", "RFC 9421；GB/T 22239-2019 8.1.4.1"),
        Rule("SIGNATURE-05", "这个请求已经用过。请换新的nonce重新签名。", "RFC 9421；R0.4"),
        Rule("BUSY-01", "暂时不能查询，没有提供任何信息。请稍后换新的nonce重新签名再试。", "R0.4：没有登记就没有答复"),
    )
}

"""The words of the letter before an entry (记入前告知书)."""

from __future__ import annotations

from datetime import date, timedelta

from chengxin.catalog.api import item as catalog_item
from chengxin.kernel.errors import Refused
from chengxin.kernel.words import long_date
from chengxin.notice.queries import waiting
from chengxin.notice.rules import LetterBody, Paragraph, complete
from chengxin.records.api import OwnRecord

HOTLINE = "12345"


def body(record: OwnRecord, name: str, *, today: date) -> LetterBody:
    """The letter about one record, complete or not at all.

    Args:
        record: as opened by the person's own look.
        name: the person's full name; stands in the letter only.
        today: the day the waiting period would start, or started.

    Raises:
        Refused: NOTICE-03, NOTICE-04.
    """
    if not (record.readable and name):
        raise Refused("NOTICE-04")
    item = catalog_item(record.item)
    bases = (
        "；".join(f"《{b.law}》{b.article}" for b in item.bases if b.kind in {"collect", "act", "period"})
        if item
        else ""
    )
    served = record.served_on or today
    # As it stood on the day of service: an objection may move the record's last day, the letter stays as it was read.
    period = waiting(record.item, today=served)
    grade = f"本条信息的等级是{record.severity_label}"
    used = (
        f"{grade}，自决定之日起使用到{long_date(record.display_end - timedelta(days=1))}，次日自动停止。"
        if record.display_end
        else f"{grade}，不展示，也不提供查询。"
    )
    parts = (
        Paragraph(
            "记录内容",
            f"{name}：{record.authority_name}报送了一条关于您的信息，拟记入个人公共信用信息（{record.item_name}）。"
            f"事项：{_sentence(record.title)}"
            + "".join(f"{what}：{_sentence(value)}" for what, value in _content(record)),
        ),
        Paragraph(
            "认定机关和文书",
            f"{record.authority_name}（统一社会信用代码 {record.authority}），{record.doc_no}，"
            f"决定日期{long_date(record.decided_on)}。",
        ),
        Paragraph("法律依据", f"认定依据：{_sentence(record.basis)}记入依据：{bases}。"),
        Paragraph("等级和期限", f"{used}保存到{long_date(record.retained_until - timedelta(days=1))}，次日起销毁。"),
        Paragraph(
            "对您的影响",
            "在等待期结束前，它不会生效，也不会出现在任何查询和报告里。"
            + (
                "生效后，有法定职责的单位可以在登记用途后查询，每一次查询您都能看到。"
                if record.display_end
                else "生效后，任何单位也查询不到它。"
            )
            + "它不用于评分，也不向社会公示。",
        ),
        Paragraph(
            "等待期",
            f"送达之日起{period.days}个自然日，最后一天是{long_date(period.until)}"
            f"{'（当年放假安排未公布，暂定，只会更晚）' if period.provisional else ''}。遇休息日顺延到下一个工作日。",
        ),
        Paragraph(
            "您可以怎么做",
            "您可以认可，也可以提出异议。提出异议后，这条信息立即暂停，处理期间不会被使用。"
            "改正违法行为并履行义务后，可以在“信用中国”申请信用修复，不收任何费用。对办理过程不满意，可以投诉。",
        ),
        Paragraph(
            "复议和诉讼",
            "对作出的决定本身不服的，可以在决定文书写明的期限内，依照《行政复议法》《行政诉讼法》等法律申请行政复议、"
            "提起诉讼或者使用文书写明的其他救济途径。",
        ),
        Paragraph("送达说明", "您打开本告知书即为送达，平台记录打开的时间。没有打开的，不算送达，信息不会生效。"),
    )
    return complete(
        LetterBody(
            title="个人公共信用信息记入前告知书",
            number=f"告{str(record.record)[-12:].upper()}号",
            issuer="盐城市公共信用信息平台",
            contact=f"信用办服务电话 {HOTLINE}",
            paragraphs=parts,
        )
    )


def _content(record: OwnRecord) -> list[tuple[str, str]]:
    """What the determination says, column by column, as text."""
    return [(what, "、".join(value) if isinstance(value, list) else str(value)) for what, value in record.facts]


def _sentence(text: str) -> str:
    """A text of the authority with one full stop, whether it brought its own or not."""
    return text.rstrip("。") + "。"

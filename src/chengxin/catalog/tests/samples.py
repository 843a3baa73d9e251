"""One valid row for every seeded item, for the tests of other rooms. Nobody in it exists."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chengxin.kernel.identity import check_digit
from chengxin.kernel.organisation import org_code_check_character, uscc_check_character

ITEMS = Path(__file__).resolve().parents[1] / "seed" / "items"

OFFICE = ("110909009000000143", "盐城市市场监督管理局")
"""Code and name of the organisation that sends every sample (报送单位)."""


@cache
def definition(code: str) -> dict[str, Any]:
    """An item in the shape of its seed file. Shared: copy before changing."""
    return tomllib.loads((ITEMS / f"{code.lower()}.toml").read_text("utf-8"))


def codes() -> list[str]:
    """The codes of all seeded items."""
    return sorted(path.stem.upper() for path in ITEMS.glob("*.toml"))


def number(born: str = "19850612", order: int = 214) -> str:
    """The number of a synthetic person born on a day such as 19850612, with its check digit."""
    body = f"090902{born}{order:03d}"
    return body + check_digit(body)


def organisation(serial: int) -> str:
    """The unified code of a synthetic authority."""
    inner = f"8{serial:07d}"
    body = "11090900" + inner + org_code_check_character(inner)
    return body + uscc_check_character(body)


def ago(days: int) -> str:
    """A day so many days back, as a file writes it: dates of rows must not grow old."""
    return (date.today() - timedelta(days=days)).isoformat()  # noqa: DTZ011 - a test's day, never near a limit


def sample(code: str, **changes: str) -> dict[str, str]:
    """A row of an item with nothing wrong in it, changed as asked; every column of a report has a cell."""
    fields = definition(code)["field"]
    by_role = {
        "person_name": "顾明远",
        "subject_type": "自然人",
        "id_type": "身份证",
        "id_number": number(),
        "decided_on": ago(40),
        "authority_code": organisation(codes().index(code) + 1),
        "source_code": OFFICE[0],
        "source_name": OFFICE[1],
        "severity": "一般",
    }
    row = {f["code"]: by_role.get(f.get("role", ""), "") for f in fields}
    return row | _OWN[code] | changes


def _occupation(kind: str, doc_no: str, authority: str, act: str, basis: str) -> dict[str, str]:
    return {
        "ZY_CYLB": kind,
        "ZY_ZSBH": "苏盐从字第20260031号",
        "ZY_WSH": doc_no,
        "ZY_WFXW": act,
        "ZY_CFLB": "警告;罚款",
        "ZY_NR": "给予警告，处以罚款2000元。",
        "ZY_YJ": basis,
        "ZY_XWRQ": ago(80),
        "ZY_JG": authority,
    }


_OWN: dict[str, dict[str, str]] = {
    "XZCF": {
        "CF_WSH": "盐市监罚决〔2026〕123号",
        "CF_WFXW": "未取得食品经营许可从事食品经营活动",
        "CF_SY": "检查时发现当事人未取得食品经营许可，设摊制售熟食。",
        "CF_YJ": "《中华人民共和国食品安全法》第一百二十二条第一款",
        "CF_CFLB": "警告;罚款",
        "CF_NR": "给予警告，处以罚款2200元。",
        "CF_NR_FK": "0.22",
        "CF_CFJG": OFFICE[1],
        "CF_CFJGDM": OFFICE[0],
    },
    "XZXK": {
        "XK_XKWS": "准予行政许可决定书",
        "XK_WSH": "盐行审许〔2026〕88号",
        "XK_XKLB": "普通",
        "XK_XKZS": "食品经营许可证",
        "XK_NR": "准予从事热食类食品制售。",
        "XK_YXQZ": ago(40),
        "XK_YXQZI": "2031-10-13",
        "XK_XKJG": "盐城市行政审批局",
        "XK_ZT": "有效",
    },
    "RYBZ": {
        "RY_RYMC": "盐城市劳动模范",
        "RY_JB": "市级",
        "RY_WSH": "盐政发〔2026〕41号",
        "RY_YJ": "《盐城市劳动模范评选管理办法》",
        "RY_JG": "盐城市人民政府",
    },
    "ZYZG": {
        "ZG_ZGMC": "一级建造师",
        "ZG_ZSBH": "苏132202600031",
        "ZG_WSH": "盐建注〔2026〕19号",
        "ZG_YXQZ": ago(-1000),
        "ZG_ZT": "有效",
        "ZG_JG": "盐城市住房和城乡建设局",
    },
    "XYCN": {
        "CN_LX": "容缺受理型",
        "CN_SX": "食品经营许可变更",
        "CN_NR": "承诺在二十个工作日内补齐场所使用证明。",
        "CN_WSH": "盐行审诺〔2026〕7号",
        "CN_LXQX": ago(12),
        "CN_LXZT": "已履行",
        "CN_JG": "盐城市行政审批局",
    },
    "SXBZXR": {
        "SX_AH": "（2026）苏0902执1203号",
        "SX_ZXYJ": "（2025）苏0902民初2207号",
        "SX_YW": "支付货款及利息。",
        "SX_LXQK": "全部未履行",
        "SX_QX": "有履行能力而拒不履行生效法律文书确定义务",
        "SX_YJ": "《中华人民共和国民事诉讼法》第二百六十六条",
        "SX_JG": "盐城市亭湖区人民法院",
    },
    "TQGZ": {
        "TQ_ZRSF": "主要负责人",
        "TQ_DWMC": "盐城某建筑劳务有限公司",
        "TQ_DWDM": organisation(900),
        "TQ_WSH": "盐人社列〔2026〕5号",
        "TQ_SY": "经责令限期支付，逾期未支付劳动报酬。",
        "TQ_YJ": "《保障农民工工资支付条例》第四十八条",
        "TQ_XWRQ": ago(150),
        "TQ_JG": "盐城市人力资源和社会保障局",
    },
    "ZDSS": {
        "SS_ZRSF": "自然人纳税人",
        "SS_WSH": "盐税失信〔2026〕3号",
        "SS_AJXZ": "虚开发票",
        "SS_WFSS": "在没有真实交易的情况下开具普通发票。",
        "SS_YJ": "《重大税收违法失信主体信息公布管理办法》",
        "SS_XWRQ": ago(350),
        "SS_JG": "国家税务总局盐城市税务局",
    },
    "ZY_KJ": _occupation(
        "会计主管人员",
        "盐财罚〔2026〕6号",
        "盐城市财政局",
        "未按照规定填制原始凭证",
        "《中华人民共和国会计法》第四十条",
    ),
    "ZY_PG": {
        "ZY_CYLB": "资产评估",
        "ZY_ZSBH": "32260031",
        "ZY_WSH": "盐评协登〔2026〕12号",
        "ZY_ZT": "有效",
        "ZY_JG": "盐城市资产评估协会",
    },
    "ZY_YS": {
        "ZY_CYLB": "执业医师",
        "ZY_ZSBH": "苏医注2026第0031号",
        "ZY_WSH": "盐卫注〔2026〕207号",
        "ZY_ZT": "有效",
        "ZY_JG": "盐城市卫生健康委员会",
    },
    "ZY_DL": _occupation(
        "货运驾驶员",
        "盐交罚〔2026〕311号",
        "盐城市交通运输局",
        "未随车携带车辆营运证",
        "《中华人民共和国道路运输条例》第六十八条",
    ),
    "ZY_DY": _occupation(
        "导游", "盐文旅罚〔2026〕9号", "盐城市文化广电和旅游局", "私自承揽业务", "《中华人民共和国旅游法》第一百零二条"
    ),
    "ZY_AQ": _occupation(
        "安全生产管理人员",
        "盐应急罚〔2026〕18号",
        "盐城市应急管理局",
        "未履行安全生产管理职责",
        "《中华人民共和国安全生产法》第九十六条",
    ),
    "ZY_KD": _occupation(
        "网点负责人", "盐邮罚〔2026〕4号", "盐城市邮政管理局", "未按照规定备案末端网点", "《快递暂行条例》第五十条"
    ),
    "ZY_ZQ": _occupation(
        "管理人从业人员",
        "苏证监罚〔2026〕2号",
        "中国证券监督管理委员会江苏监管局",
        "未按照规定报送信息",
        "《私募投资基金监督管理条例》第五十六条",
    ),
    "ZY_JS": _occupation(
        "设计人员",
        "盐建罚〔2026〕21号",
        "盐城市住房和城乡建设局",
        "未按照抗震设防强制性标准进行设计",
        "《建设工程抗震管理条例》第四十一条",
    ),
    "ZY_HP": _occupation(
        "编制主持人",
        "盐环罚〔2026〕33号",
        "盐城市生态环境局",
        "编制的报告表存在重大缺陷",
        "《中华人民共和国生态环境法典》",
    ),
}

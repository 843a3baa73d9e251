"""What is said about the person is refused (INTAKE-26); what a determination ordinarily says is not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.catalog.tests import samples
from chengxin.intake.checks.plan import plan_for
from chengxin.intake.checks.privacy import Forbidden
from chengxin.intake.facts import ProhibitedFacts
from chengxin.intake.judging.screen import Screen
from chengxin.intake.rules import judge_row
from chengxin.intake.tests.material import OFFICE, TODAY, item, row, sample

ABOUT_THE_PERSON = {
    "religion": ["信仰基督教", "宗教信仰：佛教", "宗 教信仰", "宗·教·信仰", "当事人信奉伊斯兰教", "当事人系基督徒，态度配合。"],
    "genes": ["当事人DNA编号为A12", "本人 d n a 检测结果异常", "有遗传病"],
    "fingerprint": ["已采集指纹", "指纹编号：A123"],
    "blood_type": ["血型：A型", "血型为B", "ＡＢ型血"],
    "biometrics": ["虹膜编号12", "采集其人脸"],
    "health": ["乙肝病毒携带者", "当事人系乙肝病毒携带者", "当事人有精神障碍病史。", "艾滋病患者", "当事人患有糖尿病", "身患重病",
               "精神病人", "体检结果异常", "患有癌症，正在治疗", "因患尿毒症无力缴纳"],
    "disability": ["残疾人", "残 疾 人", "当事人系残疾人，家庭困难", "当事人王桂兰为残疾人。", "肢体残疾二级", "持有残疾证", "二级残疾",
                   "残\u200b疾\u3164人"],
    "vaccination": ["未接种新冠疫苗", "拒绝接种新冠疫苗", "未接种疫苗", "当事人未接种疫苗。"],
    "blood_donation": ["拒绝献血", "从未献血", "参加无偿献血3次", "无偿献血"],
    "marriage": ["已婚", "未婚", "离异", "丧偶", "当事人已离婚", "婚姻状况：已婚", "再婚"],
    "family": ["当事人怀孕", "孕妇", "育有二子", "单亲家庭"],
    "wages": ["月工资8000元", "当事人月工资8000元", "本人月收入约五千元", "工资收入：8000元", "家庭年收入3万元", "年薪20万元"],
    "deposits": ["存款余额3万元", "名下存款"],
    "securities": ["名下股票市值10万元"],
    "insurance": ["已购买商业保险"],
    "real_estate": ["名下房产两处", "当事人名下有房产"],
    "tax_amount": ["年纳税额3万元", "当事人纳税金额1200元"],
    "welfare": ["低保户", "当事人系低保户", "建档立卡贫困户", "特困人员"],
    "cremation": ["已火化"],
    "community_correction": ["社区矫正对象", "刑满释放人员"],
    "drugs": ["吸毒", "曾强制戒毒", "尿检呈阳性"],
    "crime": ["有前科", "前科人员", "当事人有犯罪前科"],
    "minors": ["当事人系未成年人", "当事人未满18周岁", "当事人是未成年学生"],
    "petition": ["信访人", "信\u00a0访人", "当事人系信访人", "上访户", "多次上访", "当事人上访", "重点信访人员", "信訪人", "缠访"],
    "complaints": ["职业打假人", "当事人多次投诉"],
    "daily_conduct": ["频繁跳槽", "闯红灯"],
    "volunteering": ["拒绝志愿服务", "未参加志愿服务"],
    "track": ["行踪轨迹见附件"],
    "communication": ["通话清单见附件"],
    "opinion": ["政治面貌：群众", "中共党员", "民族：汉族", "回族"],
}  # fmt: skip

ORDINARY = [
    "向未成年人出售烟草制品", "当事人向未成年人出售卷烟，购买者系未成年人。", "李某系高中生，未满18周岁，当事人仍向其售烟。",
    "接纳未成年人进入娱乐场所", "使用童工", "从业人员未取得健康证明", "安排患有有碍食品安全疾病的人员从事接触直接入口食品的工作",
    "未按规定书写、保管病历资料", "伪造病历", "擅自从事精神障碍诊断、治疗", "未询问患者病史", "声称可治疗糖尿病、抑郁症、尿毒症",
    "未对献血者进行健康检查", "出售无偿献血的血液", "未核对血型输血", "造成患者三级残疾", "未对病毒携带者采取隔离措施",
    "拖欠劳动者工资", "拖欠李某3个月工资8000元", "拖欠2026年3月工资共计8000元", "未按月支付工资", "克扣工资", "违法收入3万元",
    "营业收入", "扰乱信访工作秩序", "根据信访线索核查", "经信访事项核查属实", "信访举报反映当事人无证经营", "对信访人打击报复",
    "虚构网上访问量", "网上访客", "侵占残疾人就业保障金", "拒绝安排残疾人就业", "侵害老年人、残疾人、妇女权益", "使用伪造的残疾人证",
    "残疾人专用停车位", "婚姻登记机关", "为办理离婚登记出具虚假证明", "婚姻介绍服务收费未明码标价", "列入脱离异常名录",
    "未按规定接种动物疫苗", "饲养犬只，未接种狂犬病疫苗", "未按规定储存疫苗", "未如实填写预防接种记录", "保险诈骗", "诱导投保人",
    "虚假保单", "偷税", "少缴税款12万元", "少缴纳个人所得税", "非法吸收公众存款", "违规买卖股票", "从业人员持有股票",
    "违规采集指纹", "使用指纹膜代打卡", "违法采集人脸、虹膜信息", "非法获取公民行踪轨迹信息", "以上事实有通话记录、聊天记录为证",
    "目前科室负责人", "此前科目", "未查询违法犯罪记录", "因犯罪被判处有期徒刑", "鉴定胎儿性别", "为孕妇提供服务", "骗取低保金",
    "未在指定地点投放生活垃圾", "擅自设立宗教活动场所", "组织信教公民参加培训", "从事民族宗教用品销售", "驾驶人闯红灯",
    "举报人系职业打假人，当事人已退款。", "基因工程菌", "公证书", "定位不准", "拘束带", "当事人的行为构成销售不合格产品",
    "当事人认为未成年人可以购买", "无", "/", "第一次违法，配合调查。",
]  # fmt: skip


def found(text: str, code: str = "BZ", of: str = "XZCF") -> list[str]:
    known = item(of)
    field = known.field_named(code)
    assert field is not None
    return [error.code for error in Forbidden(field, known).find(text)]


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ABOUT_THE_PERSON.items() for text in texts])
def test_what_tells_of_the_person_is_refused(code: str, text: str) -> None:
    (ban,) = (ban for ban in item().prohibited if ban.code == code)
    known = replace(item(), prohibited=(ban,))
    field = known.field_named("BZ")
    assert field is not None
    (error,) = Forbidden(field, known).find(text)
    assert error.code == "INTAKE-26"
    assert ban.law in error.message
    assert "|" not in error.message


def test_every_class_is_looked_for_in_text() -> None:
    classes = {ban.code for ban in item().prohibited}
    assert classes == {*ABOUT_THE_PERSON, "public_security"}
    assert all(ban.in_text for ban in item().prohibited)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_a_determination_says_is_not(text: str) -> None:
    assert found(text) == []
    assert found(text, "CF_WFXW") == []


@pytest.mark.parametrize("code", samples.codes())
def test_samples_of_every_item_stay_clean(code: str) -> None:
    plan = plan_for(item(code), organisation=OFFICE, mode="demo", today=TODAY, kind="report")
    assert judge_row(plan, sample(code)).errors == ()


def test_police_penalties_are_said_once() -> None:
    assert found("处行政拘留五日") == ["INTAKE-27"]
    assert found("行政 拘（留）五日") == ["INTAKE-27"]
    assert not item("XZXK").sealed.text_words
    assert found("曾受治安处罚", of="XZXK") == ["INTAKE-26"]


# ---- one folding for the exact rules and the screen -------------------------------------------------

screen = cache(Screen)
WORDS = st.sampled_from(
    ["残疾人", "宗教信仰", "月工资", "hiv感染", "DNA检测", "拘留", "当事人", "系", "已婚", "王某某"]
)
SIGNS = st.text(st.sampled_from(" ·、，。（）()“”-—:：|/\u200b\u3164\U000e0101\uff21\uff411人"), max_size=2)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, SIGNS), min_size=1, max_size=5), st.booleans())
def test_the_screen_lets_nothing_through(parts: list[tuple[str, str]], split: bool) -> None:
    text = "".join(word + sign for word, sign in parts)
    if split:
        text = "·".join(text)
    cells = row(CF_SY=f"执法人员检查时发现{text}")
    plan = plan_for(item(), organisation=OFFICE, mode="demo", today=TODAY, kind="report")
    proven = screen(plan)({code: [cell] for code, cell in cells.items()}, rows=1)
    assert not (proven.passed[0] and judge_row(plan, cells).errors)


def test_a_phrase_excuses_its_words_in_any_spelling() -> None:
    ban = ProhibitedFacts("wages", ("工资",), ("工资", "|月薪"), "《征信业管理条例》第十四条", ("拖欠农民工工资",))
    known = replace(item(), prohibited=(ban,))
    field = known.field_named("BZ")
    assert field is not None
    forbidden = Forbidden(field, known)
    assert forbidden.find("拖欠 农民工“工资”案") == ()
    assert [error.code for error in forbidden.find("拖欠农民工工资，工 资8000元")] == ["INTAKE-26"]
    assert forbidden.find("招聘月薪过万") == ()
    assert [error.code for error in forbidden.find("招聘。月薪过万")] == ["INTAKE-26"]

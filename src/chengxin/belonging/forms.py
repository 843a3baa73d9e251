"""Forms of the desk (归属与合并): who is right, why, and what the second person says."""

from __future__ import annotations

from typing import Any

from django import forms

from chengxin.belonging.words import RELATIONS, REQUESTS
from chengxin.kernel.names import name_problem
from chengxin.kernel.normalise import half_width, normalise_number, normalise_typed_name
from chengxin.kernel.words import NAME_PROBLEMS
from chengxin.redress.api import GROUNDS

_QUIET = {"autocomplete": "off", "spellcheck": "false"}


class _Reason(forms.CharField):
    """Why: ten characters at least. Browsers send line ends as two characters, which would count twice."""

    def __init__(self, label: str, hint: str) -> None:
        super().__init__(
            label=label,
            help_text=f"{hint}10 到 2000 个字。请不要写别人的姓名、证件号码和电话。",
            min_length=10,
            max_length=2000,
            widget=forms.Textarea,
            error_messages={
                "required": f"请填写{label}。",
                "min_length": f"{label}至少写 10 个字，现在是 %(show_value)d 个字。",
                "max_length": f"{label}最多写 2000 个字，现在是 %(show_value)d 个字。请精简。",
            },
        )
        self.widget.attrs.pop("maxlength", None)

    def to_python(self, value: str | None) -> str | None:
        return super().to_python(value.replace("\r\n", "\n") if value else value)


def _evidence(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        min_length=2,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"请填写{label}。",
            "min_length": f"请把{label}写完整。",
            "max_length": f"{label}最多 60 个字。",
        },
    )


def _name(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text="按证件填写。",
        max_length=200,
        strip=False,
        widget=forms.TextInput(attrs=_QUIET | {"class": "short"}),
        error_messages={"required": f"请填写{label}。", "max_length": "姓名应为2至50个字。"},
    )


def _number(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text="公民身份号码、港澳台居民居住证号码或者外国人永久居留身份证号码。空格和小写 x 会自动规范。",
        max_length=64,
        strip=False,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": f"请填写{label}。", "max_length": "证件号码太长，请核对后重新填写。"},
    )


class RightForm(forms.Form):
    """Who the record belongs to, by the evidence (正确的人)."""

    right_name = _name("正确的人的姓名")
    right_number = _number("正确的人的证件号码")
    evidence = _evidence("凭据", "来函文号或者材料编号。")
    reasons = _Reason("理由", "怎样核实的，为什么不是这个人。")

    def clean(self) -> dict[str, Any]:
        """One written form of names and numbers; whether a number can be one is judged behind the door."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in [name for name in self.fields if name.endswith(("_name", "_number")) and name in cleaned]:
            if field.endswith("_number"):
                cleaned[field] = normalise_number(cleaned[field]).value
                problem = "" if cleaned[field] else "请填写证件号码。"
            else:
                cleaned[field] = normalise_typed_name(cleaned[field]).value
                found = name_problem(cleaned[field])
                problem = f"{NAME_PROBLEMS[found]}。请对照证件核对。" if found else ""
            if problem:
                self.add_error(field, forms.ValidationError(problem))
        return cleaned


class NoteForm(RightForm):
    """A department's letter says whose record it is (部门来函): the record is found by number, name and document."""

    wrong_name = _name("记错的人的姓名")
    wrong_number = _number("记错的人的证件号码")
    doc_no = forms.CharField(
        label="文书号",
        max_length=200,
        widget=forms.TextInput(attrs=_QUIET),
        error_messages={"required": "请填写文书号。", "max_length": "文书号太长。"},
    )
    field_order = ("evidence", "wrong_name", "wrong_number", "doc_no", "right_name", "right_number", "reasons")

    def clean_evidence(self) -> str:
        """It stands in the register for years: the number of a letter and nothing else."""
        return half_width(self.cleaned_data["evidence"]).strip()


class FilesForm(RightForm):
    """A department's letter says that two files are one human's (按来函合并)."""

    wrong_name = _name("第一份档案的姓名")
    wrong_number = _number("第一份档案的证件号码")
    field_order = ("evidence", "wrong_name", "wrong_number", "right_name", "right_number", "reasons")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["right_name"].label, self.fields["right_number"].label = "第二份档案的姓名", "第二份档案的证件号码"
        self.fields["reasons"].help_text = "凭什么认定是同一个人。10 到 2000 个字。"


class PairForm(forms.Form):
    """Whether two files are one human's (是不是同一个人)."""

    kind = forms.ChoiceField(
        label="您的意见",
        choices=[("merge", "是同一个人，合并显示"), ("keep", "不合并，各自保留")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择合并还是不合并。", "invalid_choice": "请选择合并还是不合并。"},
    )
    evidence = _evidence("凭据", "核实材料的编号。")
    reasons = _Reason("理由", "凭什么认定是或者不是同一个人。")


class UndoForm(forms.Form):
    """Why a merge is undone (取消合并)."""

    evidence = _evidence("凭据", "核实材料的编号。")
    reasons = _Reason("理由", "为什么不是同一个人。")


class DecideForm(forms.Form):
    """What the second person says (第二人的决定)."""

    outcome = forms.ChoiceField(
        label="您的决定",
        choices=[("approved", "批准"), ("refused", "不批准")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择批准还是不批准。", "invalid_choice": "请选择批准还是不批准。"},
    )
    reasons = _Reason("理由", "您核对了什么，为什么这样决定。")


class KinForm(RightForm):
    """A relative's application, as the counter takes it in (近亲属申请)."""

    dead_name = _name("死者姓名")
    dead_number = _number("死者证件号码")
    relation = forms.ChoiceField(
        label="申请人是死者的",
        choices=list(RELATIONS.items()),
        error_messages={"required": "请选择关系。", "invalid_choice": "请选择关系。只有近亲属可以申请。"},
    )
    kind = forms.ChoiceField(
        label="申请办理",
        choices=list(REQUESTS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择申请办理什么。", "invalid_choice": "请选择申请办理什么。"},
    )
    arranged = forms.BooleanField(label="死者生前对这些信息另有安排", required=False)
    field_order = (
        *(
            "dead_name",
            "dead_number",
            "right_name",
            "right_number",
            "relation",
            "evidence",
            "kind",
            "reasons",
            "arranged",
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, hint in (
            ("right_name", "申请人姓名", "按证件填写，当面核对。"),
            ("right_number", "申请人证件号码", "当面核对证件原件。"),
            ("evidence", "看过的证明", "亲属关系证明、死亡证明的名称和编号。"),
            ("reasons", "申请人自己的合法、正当利益", "为了办什么事。10 到 2000 个字。"),
        ):
            self.fields[name].label, self.fields[name].help_text = label, hint
            self.fields[name].error_messages["required"] = f"请填写{label}。"


class GrantForm(forms.Form):
    """What the second person says of an application (近亲属申请的决定)."""

    outcome = forms.ChoiceField(
        label="您的决定",
        choices=[("granted", "批准"), ("refused", "不批准")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择批准还是不批准。", "invalid_choice": "请选择批准还是不批准。"},
    )
    reasons = _Reason("理由", "关系、死亡和利益怎样证明。")


class OnBehalfForm(forms.Form):
    """An objection on a relative's behalf (代为提出异议)."""

    record = forms.UUIDField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(
        label="异议理由",
        choices=list(GROUNDS.items()),
        error_messages={"required": "请选择一个理由。", "invalid_choice": "请选择一个理由。"},
    )
    statement = _Reason("申请人的说明", "哪里不对，实际是怎样的。")


class TakeBackForm(forms.Form):
    """Why whoever proposed it takes it back (收回)."""

    reasons = _Reason("理由", "为什么收回。")

"""Forms of intake: hand in a file (报送), say that rows are not coming (不再报送), decide about a held row (核证).

The file itself is judged behind the door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html

from chengxin.intake.facts import CANCELS, DISMISSALS
from chengxin.intake.reading import Limits
from chengxin.intake.words import say

_MOST = Limits().max_bytes or 0
MOST_MEGABYTES: Final = _MOST // (1024 * 1024)
"""Size limit of an upload (上传上限) in MB; named on the page."""
MOST_ROWS: Final = Limits().max_rows or 0
LEAST_REASONS, MOST_REASONS = 5, 1000
"""Characters of the reasons (理由字数, INTAKE-46)."""

KINDS: Final = {
    "report": ("报送新信息", "本单位新作出的认定。已经入库的相同内容算作原来已有，不会重复记入。"),
    "correct": (
        "更正",
        "改正本单位已经入库的信息，按文号、证件号码和机关找到原来那一条。失信信息更正以后重新告知当事人。",
    ),
    "withdraw": ("撤回", "决定被撤销、变更或者报错了人。文件要写撤回理由，这条信息马上停止使用。"),
    "legacy": (
        "历史数据",
        "旧系统里还在期限内的信息，过期的不收。失信信息分批告知，等待期满以后才产生作用；其他信息入库就产生作用。",
    ),
}
"""What a file does: name and one sentence."""
NOT_COMING: Final = dict(
    zip(
        DISMISSALS,
        ("已在另一个文件里改正后报送", "不应当归集，例如封存的记录、未成年人", "报送错了，本来就不应当报送"),
        strict=True,
    )
)
"""Why refused rows are not coming (不再报送)."""
TAKEN_BACK: Final = dict(
    zip(CANCELS, ("选错了文件", "选错了目录条目", "另一次报送里已经有了", "内容要先核实"), strict=True)
)
"""Why an upload is taken back (取消)."""
OUTCOMES: Final = {"released": "放行，准许记入", "refused": "不予记入"}
"""What can be decided about a held row."""

_NUMBER = re.compile(r"\d{15}")
_ROOM_FOR_THE_REST = 64 * 1024  # the other fields and the frame of a multipart body


class UploadForm(forms.Form):
    """Catalog item, what the file does, and the file (目录条目、用途、文件)."""

    item = forms.ChoiceField(
        label="目录条目",
        error_messages={
            "required": "请选择要报送的目录条目。",
            "invalid_choice": "没有这个目录条目，或者它今天没有生效。请在列出的条目中选择。",
        },
    )
    kind = forms.ChoiceField(
        label="这份文件做什么",
        choices=[(code, format_html("<strong>{}</strong>。{}", *words)) for code, words in KINDS.items()],
        initial="report",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择这份文件做什么。",
            "invalid_choice": "请在“报送新信息”“更正”“撤回”“历史数据”中选择。",
        },
    )
    file = forms.FileField(
        label="文件",
        help_text=(
            f"Excel（XLSX）、CSV 或 JSON lines，不超过 {MOST_MEGABYTES} MB、{MOST_ROWS:,} 行。"
            "可以把文件拖到框里。CSV 的编码可以是 UTF-8 或 GB18030，平台自动识别。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.jsonl,.ndjson"}),
        allow_empty_file=True,  # the reader says it better, and says what to do
        error_messages={
            "required": "请选择要上传的文件。",
            "invalid": "没有收到文件。请重新选择文件后上传。",
            "size": f"文件超过 {MOST_MEGABYTES} MB。请拆成几个文件，分次上传。",
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        items: Sequence[tuple[str, Sequence[tuple[str, str]]]],
        ended: Mapping[str, str] | None = None,
        received: int = 0,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """Take what was sent.

        Args:
            data: fields as sent.
            files: files as sent.
            items: what may be chosen, in groups: (name of the group, (code, label) of its items).
            ended: those among them that are not in force today, code -> name: what came in by them can be withdrawn.
            received: length of the request body in bytes; what is far too large is never made into a file.
            initial: what the page proposes.
        """
        super().__init__(data, files, initial=dict(initial or {}))
        self._ended = ended or {}
        cast("forms.ChoiceField", self.fields["item"]).choices = [("", "请选择"), *items]
        if received > _MOST + _ROOM_FOR_THE_REST:
            messages = self.fields["file"].error_messages
            messages["required"] = messages["size"]

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse a file over the limit before it is read (文件大小)."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > _MOST:
            raise forms.ValidationError(self.fields["file"].error_messages["size"], "size")
        return file

    def clean(self) -> dict[str, Any]:
        """INTAKE-20: by an item that is not in force today nothing comes in; withdrawals do (只收撤回)."""
        sent = self.cleaned_data
        if sent.get("item") in self._ended and sent.get("kind", "withdraw") != "withdraw":
            self.add_error("item", say("INTAKE-20", item=self._ended[sent["item"]]))
        return sent


class DismissForm(forms.Form):
    """Why refused rows are not coming (不再报送的原因)."""

    reason = forms.ChoiceField(
        label="为什么不再报送",
        choices=list(NOT_COMING.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择为什么不再报送。", "invalid_choice": "请在列出的三个原因中选择。"},
    )


class CancelForm(forms.Form):
    """Why an upload is taken back (取消报送的原因)."""

    reason = forms.ChoiceField(
        label="为什么取消",
        choices=list(TAKEN_BACK.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择为什么取消。", "invalid_choice": "请在列出的四个原因中选择。"},
    )


class CertifyForm(forms.Form):
    """Whether a held row goes in, and why (核证结论、理由)."""

    outcome = forms.ChoiceField(
        label="核证结论",
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核证结论。", "invalid_choice": "请在“放行”和“不予记入”中选择。"},
    )
    reasons = forms.CharField(
        label="理由",
        help_text=f"写明核对了什么、怎样核对的，至少 {LEAST_REASONS} 个字。不要写姓名和证件号码。",
        min_length=LEAST_REASONS,
        max_length=MOST_REASONS,
        widget=forms.Textarea,
        error_messages={
            "required": "请填写理由。",
            "min_length": f"理由至少写 {LEAST_REASONS} 个字，现在是 %(show_value)d 个字。",
            "max_length": f"理由最多写 {MOST_REASONS} 个字，现在是 %(show_value)d 个字。请精简。",
        },
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The counter of the browser counts otherwise and cuts without a word.
        self.fields["reasons"].widget.attrs.pop("maxlength", None)
        self.fields["reasons"].widget.attrs.pop("minlength", None)

    def clean_reasons(self) -> str:
        """Reasons are kept as they are written, so no number may stand in them (理由中不得有号码)."""
        reasons: str = self.cleaned_data["reasons"]
        if _NUMBER.search(reasons):
            raise forms.ValidationError("理由中有证件号码一类的长号码。请删除，只写核对的经过。", "number")
        return reasons

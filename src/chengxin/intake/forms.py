"""The upload form (上传): one file, one catalog item. The file itself is judged behind the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from chengxin.intake.reader import Limits

__all__ = ["ITEMS", "MOST_MEGABYTES", "UploadForm"]

_MOST = Limits().max_bytes or 0
MOST_MEGABYTES = _MOST // (1024 * 1024)
"""Size limit of an upload (上传上限) in MB; named on the page."""

ITEMS = (("XZCF", "行政处罚（自然人）"),)
"""Catalog items that the page receives: (code, name)."""

_ROOM_FOR_THE_REST = 64 * 1024  # the other fields and the frame of a multipart body


class UploadForm(forms.Form):
    """Catalog item and file of one upload (目录条目、文件)."""

    item = forms.ChoiceField(
        label="目录条目",
        choices=ITEMS,
        initial=ITEMS[0][0],
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择要报送的目录条目。",
            "invalid_choice": "没有这个目录条目。请在列出的条目中选择。",
        },
    )
    file = forms.FileField(
        label="CSV 文件",
        help_text=(
            f"不超过 {MOST_MEGABYTES} MB、{Limits().max_rows or 0:,} 行。"
            "编码可以是 UTF-8 或 GB18030，平台自动识别，并在结果中告诉您。"
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,  # the reader says it better, and says what to do
        error_messages={
            "required": "请选择要上传的 CSV 文件。",
            "invalid": "没有收到文件。请重新选择文件后上传。",
            "size": f"文件超过 {MOST_MEGABYTES} MB。请拆成几个文件，分次上传。",
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        received: int = 0,
    ) -> None:
        """Args: received: length of the request body in bytes; what is far too large is never made into a file."""
        super().__init__(data, files)
        if received > _MOST + _ROOM_FOR_THE_REST:
            messages = self.fields["file"].error_messages
            messages["required"] = messages["size"]

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse a file over the limit before it is read (文件大小)."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > _MOST:
            raise forms.ValidationError(self.fields["file"].error_messages["size"], "size")
        return file

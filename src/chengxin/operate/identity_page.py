"""The pages of the demonstration's identity service: choose a synthetic person and a level. No script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from chengxin.kernel.masking import Viewer, What, mask
from chengxin.operate.identity import NAME, WORDS, Enrolled

STYLE = """\
:root { --ink: #17212b; --line: #d5dce3; --brand: #5b2a86; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #f5f2f8; font: 1.0625rem/1.75 system-ui, "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
header { background: var(--brand); color: #fff; padding: 1rem; }
main, header > div { max-width: 42rem; margin-inline: auto; }
main { padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.4; margin: 0 0 .6em; }
fieldset { border: 1px solid var(--line); border-radius: 10px; background: #fff; margin: 0 0 1.25rem;
  padding: .5rem 1rem 1rem; }
legend { font-weight: 700; padding: 0 .4rem; }
label { display: flex; align-items: center; gap: .75rem; min-height: 3rem; padding: .25rem 0; cursor: pointer; }
label small { display: block; color: #4b5967; font-size: .9375rem; }
input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--brand); }
button { display: block; width: 100%; min-height: 3rem; margin: 0 0 .75rem; font: inherit; font-weight: 700;
  border-radius: 8px; border: 2px solid var(--brand); background: var(--brand); color: #fff; cursor: pointer; }
button.quiet { background: #fff; color: var(--brand); }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
"""

_FRAME = """\
<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - {name}</title><link rel="stylesheet" href="/style.css"></head>
<body><header><div><strong>{name}</strong>　只用于演示，不是真实的身份认证</div></header>
<main>{main}</main></body></html>
"""


def choose(people: Sequence[Enrolled], asked: Mapping[str, str], *, level: str) -> str:
    """Who to be (选择演示人员), and how well proved; what was asked for travels along in the form."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    persons = "".join(_person(one, first=at == 0) for at, one in enumerate(people))
    levels = "".join(
        f'<label><input type="radio" name="level" value="{word}"{" checked" if word == level else ""}>'
        f"<span>{escape(said)}</span></label>"
        for word, (_, said) in WORDS.items()
    )
    main = (
        f"<h1>您要以谁的身份登录？</h1><p>“个人公共信用信息”平台请您证明身份。这里的人都是合成的，选一个就算本人已经认证。</p>"
        f'<form method="post" action="/authorize">{hidden}<fieldset><legend>演示人员</legend>{persons}</fieldset>'
        f"<fieldset><legend>认证到什么程度</legend>{levels}</fieldset>"
        f'<button name="answer" value="yes">认证并返回</button>'
        f'<button class="quiet" name="answer" value="no">取消，返回平台</button></form>'
    )
    return _FRAME.format(title="选择演示人员", name=NAME, main=main)


def _person(one: Enrolled, *, first: bool) -> str:
    number = mask(What.NUMBER, one.number, Viewer("person"))
    return (
        f'<label><input type="radio" name="person" value="{escape(one.id)}"{" checked" if first else ""}>'
        f"<span>{escape(one.name)} {escape(number)}<small>{escape(one.note)}</small></span></label>"
    )


def refused(why: str) -> str:
    """The request cannot be trusted, so nobody is sent anywhere."""
    main = f"<h1>不能继续认证</h1><p>{escape(why)}</p><p>请回到平台，从登录页重新开始。</p>"
    return _FRAME.format(title="不能继续认证", name=NAME, main=main)

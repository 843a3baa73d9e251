"""The kind of device somebody signs in with (设备): enough to know one's own, too little to follow anybody."""

from __future__ import annotations

_BROWSERS = (  # the first that fits: most browsers also claim to be those below them
    ("MicroMessenger", "微信"),
    ("AlipayClient", "支付宝"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Browser and system in words, such as ``Chrome / 安卓``; no version, no model."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "其他浏览器")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "其他系统")
    return f"{browser} / {system}"

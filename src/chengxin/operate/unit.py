"""Units of systemd for a real installation (系统服务): the platform, a daily backup, a monthly test restore."""

from __future__ import annotations

import sys
from pathlib import Path

from chengxin.operate.home import Home
from chengxin.operate.served import Served

_HARDENED = """\
# 平台不需要的权限都收回。
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""


def unit(home: Home, served: Served, *, user: str) -> str:
    """The unit of the platform, ready for ``/etc/systemd/system/chengxin.service``."""
    low = min(served.port, served.api_port) < 1024
    capability = "CAP_NET_BIND_SERVICE" if low else ""
    return f"""\
# /etc/systemd/system/chengxin.service
[Unit]
Description=Chengxin 个人公共信用信息平台
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
Type=exec
User={user}
ExecStart={_words(sys.executable, "-m", "chengxin", "up", "--keep", home.path)}
Restart=on-failure
RestartSec=5
# 内置数据库关闭时要写完；平台自己在 15 秒内结束。
TimeoutStopSec=30
KillMode=mixed
LimitNOFILE=65536
ReadWritePaths={_words(home.path)}
CapabilityBoundingSet={capability}
AmbientCapabilities={capability}
{_HARDENED}
[Install]
WantedBy=multi-user.target
"""


def _words(*words: str | Path) -> str:
    """Words of a command line as systemd reads them."""
    return " ".join(
        '"' + str(word).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"' for word in words
    )

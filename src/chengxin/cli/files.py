"""Files that are named on the command line (命令行中的文件): whether they can be used, and in Chinese why not."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from chengxin.cli.output import Failure

_WHY = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EEXIST: "已经有同名的文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘只能读取",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超过磁盘限额",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "链接指向自己",
    errno.EIO: "磁盘读写出错",
}


def why(error: OSError) -> str:
    """What the system refused, in words; without the path, which the caller may not want to show."""
    number = error.errno or 0
    return _WHY.get(number) or f"系统拒绝了操作（{errno.errorcode.get(number, type(error).__name__)}）"


def readable(path: Path) -> None:
    """Make sure that this is a plain file one may read, before anything is done with it.

    Raises:
        Failure: it is none.
    """
    try:
        # Opening a pipe would wait for its other end.
        plain = stat.S_ISREG(path.stat().st_mode)
        if plain:
            path.open("rb").close()
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{path}：{why(error)}", remedy="请核对路径和权限") from None
    if not plain:
        raise Failure("文件不能读取", cause=f"{path} 不是普通文件", remedy="请核对路径")


def writable(path: Path) -> None:
    """Make sure that a new file can be written here, by making and removing it: nothing else tells for certain.

    Raises:
        Failure: it cannot, or something of this name is there; nothing is overwritten.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        path.unlink()
    except FileExistsError:
        cause, remedy = f"{path} 已经存在", "请换一个文件名，平台不覆盖已有文件"
        raise Failure("不能写出文件", cause=cause, remedy=remedy) from None
    except OSError as error:
        cause, remedy = f"{path}：{why(error)}", "请核对文件夹和权限；还没有做任何处理"
        raise Failure("不能写出文件", cause=cause, remedy=remedy) from None

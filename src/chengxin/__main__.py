"""``python -m chengxin``: the same command as the console script."""

from chengxin.cli import main

main(prog_name="chengxin")

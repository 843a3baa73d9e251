"""Judging a file (判断文件): by vectors and by the rules, in a child process that has nothing to lose."""

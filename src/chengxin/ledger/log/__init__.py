"""The Merkle log as pure functions (存证日志): hashes, tiles, checkpoints, proofs. No Django, no database.

Specified for other implementations in ``docs/reference/log-format.md``.
"""

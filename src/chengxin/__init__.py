"""Chengxin (诚信): the personal public-credit information platform of a city."""

__version__ = "0.1.0"

from django.apps import AppConfig


class RedressConfig(AppConfig):
    name = "chengxin.redress"
    label = "redress"

from django.apps import AppConfig


class BelongingConfig(AppConfig):
    name = "chengxin.belonging"
    label = "belonging"

from django.apps import AppConfig


class LookupConfig(AppConfig):
    name = "chengxin.lookup"
    label = "lookup"

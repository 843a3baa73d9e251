from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "chengxin.records"
    label = "records"

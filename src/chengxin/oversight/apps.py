from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "chengxin.oversight"
    label = "oversight"

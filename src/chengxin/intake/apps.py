from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "chengxin.intake"
    label = "intake"

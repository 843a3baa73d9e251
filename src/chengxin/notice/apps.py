from django.apps import AppConfig


class NoticeConfig(AppConfig):
    name = "chengxin.notice"
    label = "notice"

from django.apps import AppConfig


class ExpiryConfig(AppConfig):
    name = "chengxin.expiry"
    label = "expiry"

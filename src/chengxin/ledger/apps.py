from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "chengxin.ledger"
    label = "ledger"

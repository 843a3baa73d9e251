from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "chengxin.catalog"
    label = "catalog"

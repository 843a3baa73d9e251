from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengxin.people"
    label = "people"

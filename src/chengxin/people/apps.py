from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengxin.people"
    label = "people"

    def ready(self) -> None:
        """A production platform without a real population database does not start."""
        from django.conf import settings

        from chengxin.people.population import ensure_real

        ensure_real(settings.MODE, settings.POPULATION)

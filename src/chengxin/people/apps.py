from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengxin.people"
    label = "people"

    def ready(self) -> None:
        """A production platform that was given the demonstration's population database does not start.

        One that was given none starts with closed doors (DEPLOY-01) and takes in nobody.
        """
        from django.conf import settings

        from chengxin.people.population import ensure_real

        if settings.POPULATION is not None:
            ensure_real(settings.MODE, settings.POPULATION)

from datetime import datetime

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengxin.people"
    label = "people"

    def ready(self) -> None:
        """A production platform that was given a sandbox, as population database or identity service, does not start.

        Nor does one with an identity service whose words of assurance it does not know.
        One that was given none starts with closed doors (DEPLOY-01) and takes in nobody.
        """
        from django.conf import settings

        from chengxin.kernel.periods import CHINA
        from chengxin.people.population import ensure_real
        from chengxin.people.provider import ensure_real_service

        if settings.POPULATION is not None:
            ensure_real(settings.MODE, settings.POPULATION)
        if settings.IDENTITY is not None:
            ensure_real_service(settings.MODE, settings.IDENTITY, on=datetime.now(CHINA).date())

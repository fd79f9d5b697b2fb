"""`manage.py badges key|list|revoke`: the keys that sign badges."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certifications.badges.documents import encode
from certifications.badges.keys import SigningKey
from certifications.errors import UnknownKey
from certifications.models import BadgeKey
from certifications.services import revoke_badge_key


class Command(BaseCommand):
    help = "Les clés qui signent les badges."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("key", help="donne une clé nouvelle, à mettre en tête de BADGE_KEYS")
        actions.add_parser("list", help="dit quelles clés ont signé, et depuis quand")
        revoke = actions.add_parser("revoke", help="répudie une clé que quelqu'un d'autre a eue")
        revoke.add_argument("kid", help="son nom, tel que le donne « badges list »")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "key":
            self.stdout.write(encode(SigningKey.generate().seed))
        elif action == "list":
            for key in BadgeKey.objects.all():
                self.stdout.write(f"{key.kid}\t{key.first_used_at:%Y-%m-%d}\t{_state(key)}")
        else:
            try:
                revoke_badge_key(kid=options["kid"])
            except UnknownKey as trouble:
                raise CommandError(str(trouble)) from trouble
            self.stdout.write("Clé répudiée : les badges qu'elle a signés ne sont plus reconnus.")


def _state(key: BadgeKey) -> str:
    if key.revoked_at:
        return f"répudiée le {key.revoked_at:%Y-%m-%d}"
    return f"remplacée le {key.retired_at:%Y-%m-%d}" if key.retired_at else "signe"

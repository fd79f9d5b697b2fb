"""Sessions that bring their user along: session, person and roles in one query."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cms.accounts.enums import Role
from cms.accounts.models import COORDINATION, TRAINERS, Membership, Session, User

FLAGS = ("is_trainer", "is_coordinator", "is_lead")


class SessionStore(DatabaseSessionStore):
    """Database sessions whose row names the user; `user` is the one read with the session, or None."""

    cache_key_prefix = "accounts.sessions"
    user: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: str) -> bool:
        """A quoted cookie may carry any character, NUL included, which PostgreSQL refuses."""
        return 8 <= len(key or "") <= 40 and key.isascii() and key.isalnum()

    def _get_session_from_db(self) -> Session | None:
        in_group = User.groups.through.objects.filter(user_id=OuterRef("user_id"))
        session = (
            Session.objects.select_related("user")
            .annotate(
                is_trainer=Exists(in_group.filter(group__name=TRAINERS)),
                is_coordinator=Exists(in_group.filter(group__name=COORDINATION)),
                is_lead=Exists(Membership.objects.current().filter(person_id=OuterRef("user_id"), role=Role.LEAD)),
            )
            .filter(session_key=self.session_key, expire_date__gt=timezone.now())
            .first()
        )
        if session is None:
            self._session_key = None
            return None
        if session.user is not None:
            for flag in FLAGS:
                setattr(session.user, flag, getattr(session, flag))
        self.user = session.user
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session

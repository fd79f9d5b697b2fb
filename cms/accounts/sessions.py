"""Sessions that bring their user along: session, person and roles in one query."""

# ruff: noqa: S608 - the statement is made of names of tables and columns

from functools import cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

from cms.accounts.enums import Role
from cms.accounts.models import COORDINATION, TRAINERS, Membership, Session, User
from cms.core.rows import columns, from_row, prepared_cursor, width

FLAGS = ("is_trainer", "is_coordinator", "is_lead")


@cache
def statement() -> str:
    """The one query of a signed-in request, written once: building it with the ORM costs more than running it.

    Its flags are those of `User.is_trainer`, `is_coordinator` and `is_lead` (see `MembershipQuerySet.current`).
    """
    groups = User.groups.through._meta.db_table
    in_group = (
        f"EXISTS (SELECT FROM {groups} belongs JOIN auth_group ON auth_group.id = belongs.group_id"
        " WHERE belongs.user_id = person.id AND auth_group.name = %s)"
    )
    leads = (
        f"EXISTS (SELECT FROM {Membership._meta.db_table} post WHERE post.person_id = person.id AND post.role = %s"
        " AND post.starts_on <= %s AND (post.ends_on IS NULL OR post.ends_on > %s))"
    )
    return (
        f"SELECT {columns(Session, 'session')}, {columns(User, 'person')}, {in_group}, {in_group}, {leads}"
        f" FROM {Session._meta.db_table} session LEFT JOIN {User._meta.db_table} person ON person.id = session.user_id"
        " WHERE session.session_key = %s AND session.expire_date > now()"
    )


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
        with prepared_cursor() as cursor:
            today = timezone.localdate()
            cursor.execute(statement(), [TRAINERS, COORDINATION, Role.LEAD, today, today, self.session_key])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        size = width(Session)
        session = from_row(Session, row[:size])
        self.user = None
        if session.user_id is not None:
            self.user = from_row(User, row[size : -len(FLAGS)])
            for flag, value in zip(FLAGS, row[-len(FLAGS) :], strict=True):
                setattr(self.user, flag, value)
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session

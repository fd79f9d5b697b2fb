"""Sign people in, straight in the database: `python -m tests.bench.sessions EMAIL…` prints the session key of each."""

import json
import sys

import django


def sign_in(emails: list[str]) -> dict[str, str]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from cms.accounts.models import User
    from cms.accounts.sessions import SessionStore

    keys = {}
    for user in User.objects.filter(email__in=emails):
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        keys[user.email] = store.session_key
    return keys


if __name__ == "__main__":
    django.setup()
    print(json.dumps(sign_in(sys.argv[1:])))

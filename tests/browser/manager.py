"""`manage.py`, kept warm: a command a line in, as a JSON list; out, what it printed or why it failed.

A process for each command would spend far longer starting than working.
"""

import io
import json
import sys
import traceback

import django
from django.core.management import call_command
from django.db import close_old_connections


def answer(arguments: list[str]) -> dict[str, str]:
    printed = io.StringIO()
    close_old_connections()
    try:
        call_command(*arguments, stdout=printed, stderr=printed)
    except (Exception, SystemExit):
        return {"failed": printed.getvalue() + traceback.format_exc()}
    return {"printed": printed.getvalue()}


if __name__ == "__main__":
    django.setup()
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)

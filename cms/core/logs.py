"""What the log keeps of a request."""

import logging


class RefusalsInOneLine(logging.Filter):
    """A refused request (4xx) is said in one line, with its address; only a fault of ours deserves its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_suspicious = record.name.startswith("django.security")
        request = getattr(record, "request", None)
        if is_suspicious and record.exc_info and request is not None:
            record.msg, record.args = f"{record.getMessage()} {request.path}", ()
        if is_suspicious or getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True

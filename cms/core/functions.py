"""SQL functions of our own."""

from django.db.models import Func, TextField


class Fold(Func):
    """`fold(text)`: no case, accents or ligatures (see `cms.core.text.fold` and the first migration)."""

    function = "fold"
    output_field = TextField()

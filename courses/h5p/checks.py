from typing import Any

from django.core.checks import Error, Tags, register

from courses.h5p.lrs.destination import problems


@register(Tags.security)
def forwarding_is_safe(app_configs: Any, **kwargs: Any) -> list[Error]:
    """What the environment says of the Learning Record Store, when nothing can be sent to it for that reason."""
    hint = "Tant que ce n'est pas corrigé, aucun résultat n'est transmis. Sans LRS, retirez les trois variables."
    return [Error(words, hint=hint, id="h5p.E001") for words in problems()]

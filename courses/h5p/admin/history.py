"""What the history of a content says of each thing that happened to it."""

from typing import Any

from wagtail.log_actions import LogFormatter


class OfVersion(LogFormatter):
    words = ""

    def format_message(self, log_entry: Any) -> str:
        return self.words.format(**{"version": "?", "library": "", "reason": ""} | log_entry.data)


# What happened, its name in the filter, and what its line says.
ACTIONS = {
    "h5p.import": ("Importé", "Importé : version {version}"),
    "h5p.write": ("Écrit ici", "Écrit ici : version {version}, en service"),
    "h5p.replace": ("Nouvelle version à relire", "Nouvelle version à relire : version {version}"),
    "h5p.serve": ("Mis en service", "Version {version} mise en service"),
    "h5p.restore": ("Remis en service", "Version {version} remise en service"),
    "h5p.discard": ("Version jetée", "Version {version} jetée sans avoir servi"),
    "h5p.quarantine": ("Mis en quarantaine", "Arrêté : « {library} » est en quarantaine. {reason}"),
    "h5p.release": ("Sorti de quarantaine", "Se joue de nouveau : « {library} » n'est plus en quarantaine"),
}


def register(actions: Any) -> None:
    for name, (label, words) in ACTIONS.items():
        actions.register_action(name)(type("Said", (OfVersion,), {"label": label, "words": words}))

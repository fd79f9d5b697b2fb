"""The rules of xAPI 1.0.3, Part Two, that a statement of ours could break. Written apart from what builds them."""

import math
import re
from typing import Any

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DURATION = re.compile(r"P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
INTERACTIONS = {
    "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric",
    "other",
}  # fmt: skip
LISTS = {"choices": {"choice", "sequencing"}, "scale": {"likert"}, "source": {"matching"}, "target": {"matching"}}


def faults(value: Any) -> list[str]:
    """What is wrong with a statement sent by a client; nothing when it is valid."""
    found = [*_empty(value, "")]
    if not isinstance(value, dict):
        return ["not an object"]

    def keys(where: str, one: Any, allowed: str, needed: str = "") -> dict[str, Any]:
        if not isinstance(one, dict):
            found.append(f"{where}: not an object")
            return {}
        found.extend(f"{where}: {name} is not of xAPI" for name in one.keys() - set(allowed.split()))
        found.extend(f"{where}: no {name}" for name in set(needed.split()) - one.keys())
        return one

    def matches(where: str, pattern: re.Pattern[str], one: Any) -> None:
        if not isinstance(one, str) or not pattern.fullmatch(one):
            found.append(f"{where}: {one!r}")

    def words(where: str, one: Any) -> None:
        for language, text in (one or {}).items():
            if not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", language) or not isinstance(text, str):
                found.append(f"{where}: not a language map")

    keys("statement", value, "id actor verb object result context timestamp", "id actor verb object timestamp")
    matches("id", UUID, value.get("id"))
    matches("timestamp", TIMESTAMP, value.get("timestamp"))
    actor = keys("actor", value.get("actor"), "objectType account", "account")
    account = keys("account", actor.get("account"), "homePage name", "homePage name")
    matches("homePage", URI, account.get("homePage"))
    verb = keys("verb", value.get("verb"), "id display", "id")
    matches("verb", URI, verb.get("id"))
    words("display", verb.get("display"))

    thing = keys("object", value.get("object"), "objectType id definition", "id")
    matches("object", URI, thing.get("id"))
    definition = keys(
        "definition",
        thing.get("definition", {}),
        "name description type extensions interactionType correctResponsesPattern choices source",
    )
    words("name", definition.get("name"))
    words("description", definition.get("description"))
    for name in definition.get("extensions", {}):
        matches("extension", URI, name)
    kind = definition.get("interactionType")
    if kind is not None and kind not in INTERACTIONS:
        found.append(f"interactionType: {kind!r}")
    if kind is None and definition.keys() & {"correctResponsesPattern", *LISTS}:
        found.append("definition: interaction without a type")
    for name, kinds in LISTS.items():
        listed = definition.get(name, [])
        if listed and kind not in kinds:
            found.append(f"{name}: not for {kind}")
        identifiers = [one.get("id") for one in listed]
        if len(set(identifiers)) != len(identifiers) or not all(isinstance(one, str) for one in identifiers):
            found.append(f"{name}: identifiers")
        for one in listed:
            keys(name, one, "id description", "id")
            words(name, one.get("description"))
    if not all(isinstance(one, str) for one in definition.get("correctResponsesPattern", [])):
        found.append("correctResponsesPattern")

    result = keys("result", value.get("result", {}), "score success completion response duration")
    if "duration" in result:
        matches("duration", DURATION, result["duration"])
    found.extend(name for name in ("success", "completion") if not isinstance(result.get(name, True), bool))
    if "score" in result:
        score = keys("score", result["score"], "scaled raw min max")
        if not (-1 <= score["scaled"] <= 1 and score["min"] <= score["raw"] <= score["max"]):
            found.append(f"score: {score}")
        if score["min"] >= score["max"] or not all(math.isfinite(one) for one in score.values()):
            found.append(f"score: {score}")

    context = keys("context", value.get("context", {}), "registration contextActivities platform language")
    matches("registration", UUID, context.get("registration"))
    around = keys("contextActivities", context.get("contextActivities", {}), "parent category grouping other")
    for activities in around.values():
        for one in activities:
            keys("context activity", one, "objectType id definition", "id")
            matches("context activity", URI, one.get("id"))
    return found


def _empty(value: Any, where: str) -> list[str]:
    if value is None or value == {} or value == []:
        return [f"{where}: nothing"]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [fault for name, one in items for fault in _empty(one, f"{where}/{name}")]

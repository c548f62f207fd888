"""What a role may be; pure."""

from collections.abc import Iterable

from ticketing.errors import Invalid
from ticketing.permissions import ACTIONS
from ticketing.redaction import BLANK, CHANGEABLE, CUSTOM
from ticketing.roles.model import FieldRule, Role


def check_role(role: Role, others: Iterable[Role]) -> None:
    """Raises Invalid, naming the field and what it may hold."""
    if not role.name.strip():
        raise Invalid("name", "a role needs a name")
    if any(one.name.casefold() == role.name.casefold() for one in others):
        raise Invalid("name", "another role has this name")
    unknown = sorted(set(role.permissions) - set(ACTIONS))
    if unknown:
        raise Invalid("permissions", f"there is no {unknown[0]!r}; there are {', '.join(ACTIONS)}")
    for field, rule in role.fields.items():
        check_rule(field, rule)


def check_rule(field: str, rule: FieldRule) -> None:
    """Custom fields take any rule, built-in ones what can be kept."""
    if field.startswith(CUSTOM) and len(field) > len(CUSTOM):
        return
    possible = CHANGEABLE if rule == "read_only" else BLANK.keys()
    if field not in possible:
        names = ", ".join(sorted(possible))
        raise Invalid(f"fields.{field}", f"only these can be {rule}: {names}, and custom fields")

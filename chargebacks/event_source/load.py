"""Finding a handler by its name."""

import importlib

from chargebacks.errors import SettingsError
from chargebacks.event_source.invoke import Handler


def load(name: str) -> Handler:
    """The handler that `module:function` names. Raises SettingsError when there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"handler {name!r} cannot be loaded ({error}): give module:function") from error
    if not callable(found):
        raise SettingsError(f"handler {name!r} is no function: give module:function")
    handler: Handler = found
    return handler

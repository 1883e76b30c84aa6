"""The whole job in the browser: a face on the story of `run/`, for people who never open a terminal.

`server` listens and answers signals, `guard` keeps everybody else out, `workspace` holds what the one
person is doing, `routes` are what the browser asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from bulk_register.errors import InputError
from bulk_register.language import _

NEEDED = ("starlette", "uvicorn", "jinja2", "python_multipart")  # the extra `page`


def open_page(port: int, said: Mapping[str, Any], *, browser: bool) -> int:
    """Serve the page until its end; returns the exit code. Raises InputError without the extra `page`.

    `said` is what the command line says of settings.
    """
    if not all(map(find_spec, NEEDED)):
        raise InputError(
            _(
                "The page needs a few more libraries. In the folder that bulk-register was installed from: "
                "pip install '.[page]'"
            )
        )
    from bulk_register.page.server import serve  # with pandas and the server, which are slow to load

    return serve(port, said, browser=browser)

"""What every generated HTML page shares: escaping templates, data embedded safely, a policy without network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import markupsafe
import msgspec

# characters that could end a script element or a line of JavaScript
_UNSAFE = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


@cache
def template_text(name: str) -> str:
    """A template, style sheet or script, by its part of the package: "scoring/board.css"."""
    part, _, file = name.partition("/")
    return (resources.files("detente") / part / "templates" / file).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def json_for_script(value: Any) -> markupsafe.Markup:
    """A value as JSON for a script element: nothing in it can end the element or a line."""
    text = msgspec.json.encode(value).decode("utf-8")
    return markupsafe.Markup(text.translate(_UNSAFE))  # noqa: S704  (escaped in this line)


def content_policy(style: str, script: str = "") -> str:
    """A Content-Security-Policy that allows this very style and script (none where empty), nothing from anywhere."""
    sources = {"style-src": style} | ({"script-src": script} if script else {})
    allowed = "; ".join(f"{name} {_hash(text)}" for name, text in sources.items())
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def render_page(template: str, *, style: str, scripts: Sequence[str] = (), **values: Any) -> str:
    """Fill a template; it, `style` and `scripts` are named as for `template_text`; the last two go into the page.

    Several scripts become one, in their order, with a scope of its own. Every value is escaped unless
    `json_for_script` made it. Style and scripts are the package's own.
    """
    css = template_text(style)
    code = "".join(["(() => {\n", *map(template_text, scripts), "})();\n"]) if scripts else ""
    return (
        _environment()
        .get_template(template)
        .render(
            csp=content_policy(css, code),
            style=markupsafe.Markup(css),  # noqa: S704  (a file of this package)
            script=markupsafe.Markup(code),  # noqa: S704  (a file of this package)
            **values,
        )
    )

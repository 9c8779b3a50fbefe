"""The language chat templates are written in, with what transformers adds to it; it renders in the process it is in.

It knows no tokenizer. It stands apart from transformers because a child that renders one template starts in a tenth of
the time without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from desktop.engine.errors import RequestError

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_CURE = "Correct the template, or choose another."


def environment() -> ImmutableSandboxedEnvironment:
    """Return a sandbox that takes the templates transformers takes."""
    from jinja2 import TemplateError, nodes
    from jinja2.exceptions import SecurityError
    from jinja2.ext import Extension, loopcontrols
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """Takes ``{% generation %}``, which marks answers and writes nothing of its own."""

        tags = {"generation"}  # noqa: RUF012 - jinja2's own way of saying it

        def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.CallBlock(self.call_method("_written"), [], [], body).set_lineno(line)

        def _written(self, caller: Callable[[], str]) -> str:
            return caller()

    class Sandbox(ImmutableSandboxedEnvironment):
        """Says at once what jinja2 says only when the forbidden thing is used further."""

        def unsafe_undefined(self, obj: object, attribute: str) -> NoReturn:
            raise SecurityError(f"the attribute {attribute!r} of {type(obj).__name__!r}")

    def refuse(message: object) -> NoReturn:
        raise TemplateError(str(message))

    made = Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = _as_json
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = _now
    return made


def check_syntax(template: str) -> None:
    """Raise :class:`RequestError` with the line where ``template`` is no template; nothing is rendered."""
    from jinja2 import TemplateSyntaxError

    try:
        environment().parse(template)
    except TemplateSyntaxError as error:
        raise syntax_fault(error) from error
    except RecursionError as error:
        raise RequestError("template_syntax", "The chat template is nested too deeply to be read.", _CURE) from error


def syntax_fault(error: Any) -> RequestError:
    """Return the sentence for a ``TemplateSyntaxError`` of jinja2."""
    what = (error.message or "it cannot be read").rstrip(".")
    return RequestError("template_syntax", f"Line {error.lineno} of the chat template is wrong: {what}.", _CURE)


def rendered_pieces(template: str, values: dict[str, Any]) -> Iterator[str]:
    """Yield what ``template`` writes, piece by piece; whatever goes wrong in it is raised as jinja2 raises it."""
    yield from environment().from_string(template).generate(**values)


def _as_json(value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, **more: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, **more)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)

"""Options become form fields with every fact a view needs."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import ValidationError

from desktop.engine.job import Training
from desktop.engine.options import Options, fields_of, option


class _Sample(Options):
    rank: int = option(8, label="Rank", help="Width of the update.", ge=1, le=512, typical="8 to 32")
    rate: float | None = option(None, label="Rate", help="Empty takes the default.", ge=0.0, unit="a step")
    init: Literal["random", "pissa"] = option("random", label="Start", help="Where it starts.", advanced=True)
    bias: bool = option(False, label="Bias", help="Trains biases too.")
    targets: tuple[str, ...] = option((), label="Targets", help="Layers.")
    note: str = option("", label="Note", help="Free text.")
    hidden: int = 3


def test_fields_carry_kind_bounds_and_words() -> None:
    fields = {field.name: field for field in fields_of(_Sample)}
    assert list(fields) == ["rank", "rate", "init", "bias", "targets", "note"]
    assert {name: field.kind for name, field in fields.items()} == {
        "rank": "integer", "rate": "number", "init": "choice", "bias": "flag", "targets": "list", "note": "text",
    }  # fmt: skip
    assert (fields["rank"].minimum, fields["rank"].maximum, fields["rank"].typical) == (1, 512, "8 to 32")
    assert (fields["rate"].optional, fields["rate"].minimum, fields["rate"].unit) == (True, 0.0, "a step")
    assert fields["init"].choices == ("random", "pissa")
    assert fields["init"].advanced
    assert not fields["rank"].optional


def test_unknown_options_are_refused_and_values_stay() -> None:
    with pytest.raises(ValidationError):
        _Sample.model_validate({"ranc": 8})
    with pytest.raises(ValidationError):
        _Sample().rank = 4  # type: ignore[misc]


def test_every_setting_of_a_training_can_stand_in_a_form() -> None:
    fields = fields_of(Training)
    assert {field.name for field in fields} == set(Training.model_fields)
    assert all(field.help.endswith(".") for field in fields)


def test_an_option_can_say_that_it_names_a_model() -> None:
    class Judged(Options):
        judge: str = option("", label="Judge", help="It rates.", holds="model:reward")
        note: str = option("", label="Note", help="Any words.")

    assert [field.holds for field in fields_of(Judged)] == ["model:reward", ""]

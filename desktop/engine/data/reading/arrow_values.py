"""Arrow values as JSON has words for them: dates as ISO text, exact decimals as text; it knows no batch and no file."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyarrow import DataType


def is_plain(type: DataType) -> bool:
    """Tell whether values of ``type`` come out of Arrow as JSON values already."""
    from pyarrow import types

    if types.is_struct(type):
        return all(is_plain(type.field(place).type) for place in range(type.num_fields))
    if types.is_list(type) or types.is_large_list(type) or types.is_fixed_size_list(type):
        return is_plain(type.value_type)
    return bool(
        types.is_string(type)
        or types.is_large_string(type)
        or types.is_string_view(type)
        or types.is_integer(type)
        or types.is_boolean(type)
        or types.is_null(type)
    )


def simpler(type: DataType) -> DataType:
    """Return the type that ``type`` is read as: codes become what they stand for, nanoseconds microseconds."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(type, pa.BaseExtensionType):
        return simpler(type.storage_type)
    if types.is_dictionary(type) or types.is_run_end_encoded(type):
        return simpler(type.value_type)
    if types.is_timestamp(type) and type.unit == "ns":
        return pa.timestamp("us", type.tz)
    if types.is_duration(type) and type.unit == "ns":
        return pa.duration("us")
    if types.is_time64(type) and type.unit == "ns":
        return pa.time64("us")
    if types.is_struct(type):
        fields = [type.field(place) for place in range(type.num_fields)]
        return pa.struct([field.with_type(simpler(field.type)) for field in fields])
    if types.is_large_list(type):
        return pa.large_list(simpler(type.value_type))
    if types.is_list(type):
        return pa.list_(simpler(type.value_type))
    return type


def json_value(value: Any) -> Any:
    """Return ``value`` as JSON has it.

    Bytes that are UTF-8 are text. Any others (a picture, a sound) become an object that says how many there are, which
    no shape takes for text.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value  # other programs write it where a number is missing
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return {"bytes": len(value)}
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(name): json_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return str(value)

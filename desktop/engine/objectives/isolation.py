"""Batches in which packed texts do not see one another; it knows no objective in particular."""

from __future__ import annotations

from typing import Any

from desktop.engine.errors import RequestError


def collate(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return ``rows`` as one batch: with no mask and no cache, the library divides the texts by their positions.

    A cache would silently switch that division off, so it is refused here and not left to the model's setting.
    """
    from transformers import default_data_collator

    return {**default_data_collator(rows), "use_cache": False}


def require_isolation(model: Any) -> None:
    """Make sure that a text of ``model`` sees nothing of the text packed before it, by trying it.

    Raises:
        RequestError: this architecture lets packed texts see one another.
    """
    import inspect

    import torch

    # An adapter around a model takes whatever it is given.
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if "position_ids" in inspect.signature(inner.forward).parameters:
        places = torch.tensor([[0, 1, 2, 0, 1, 2]] * 2, device=model.device)
        ids = torch.tensor([[1, 2, 3, 1, 2, 3], [3, 1, 2, 1, 2, 3]], device=model.device)
        training = model.training
        model.eval()
        try:
            with torch.no_grad():
                second = model(input_ids=ids, position_ids=places, use_cache=False).logits[:, 3:].float()
        finally:
            model.train(training)
        if torch.allclose(second[0], second[1], rtol=1e-3, atol=1e-5):
            return
    raise RequestError(
        "texts_not_isolated",
        "Texts packed into one row would see one another in this architecture.",
        "Turn off 'Keep texts apart', or choose another model.",
    )

"""The loss of models whose own ignores how many tokens a whole step has; it knows no objective in particular.

BERT and T5 take any keyword, so the library believes they divide by the tokens of a step. They divide by those of a
batch, and then nobody divides by the number of batches accumulated: the gradients come out that many times too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import Trainer


def trainer_class() -> type[Trainer]:
    """Return the library's trainer with a loss that is the mean over the labelled tokens of a whole step."""
    import torch
    from transformers import Trainer

    class TokenLossTrainer(Trainer):
        def compute_loss(
            self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            labels = inputs["labels"]
            asked = {key: value for key, value in inputs.items() if key != "labels"}
            if model.config.is_encoder_decoder and "decoder_input_ids" not in asked:
                asked["decoder_input_ids"] = model.prepare_decoder_input_ids_from_labels(labels=labels)
            outputs = model(**asked)
            summed = torch.nn.functional.cross_entropy(
                outputs.logits.flatten(0, -2).float(), labels.flatten(), ignore_index=-100, reduction="sum"
            )
            items = (labels != -100).sum() if num_items_in_batch is None else num_items_in_batch
            loss = summed / torch.as_tensor(items, device=summed.device).clamp(min=1)
            return (loss, outputs) if return_outputs else loss

    return TokenLossTrainer

"""Direct preference optimisation: of two answers the better one becomes likelier; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.objectives.base import Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import Intake, LeftOutError
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import Training

_SIDES = ("chosen", "rejected")
_SHOWN = {"rewards/accuracies": "pair_accuracy", "rewards/margins": "margin", "logps/chosen": "chosen_log_likelihood"}


class DpoOptions(Options):
    """What can be chosen about direct preference optimisation."""

    loss: Literal["sigmoid", "ipo", "hinge"] = option(
        "sigmoid",
        label="Preference loss",
        help="sigmoid is DPO as published; IPO overfits less on clear-cut pairs; hinge stops at a margin.",
    )
    beta: float = option(
        0.3,
        label="Beta",
        help="How closely the model stays to where it started: higher moves it less.",
        ge=0.001,
        le=10,
        typical="0.1 to 0.5",
    )
    imitation: float = option(
        1.0,
        label="Imitation",
        help="Weight of simply learning the better answers too; 0 is plain DPO, which can cost a model its words.",
        ge=0,
        le=10,
        typical="0.5 to 1",
    )


class Dpo(Objective):
    """Learning from which of two answers is better."""

    id = "dpo"
    title = "Preferences (DPO)"
    summary = "Learns from pairs of answers which kind you prefer, without a separate reward model."
    explanation = (
        "Each row is a question with a better and a worse answer. The model is moved so that the better one becomes "
        "likelier and the worse one less likely, measured against the model as it was at the start, which keeps it "
        "from wandering off. Pair accuracy alone proves little: it reads 100 % when the model has learned your taste "
        "and also when it has lost its words, so look at the sample answers beside it."
    )
    paper = "Rafailov et al. 2023, Direct Preference Optimization, equation 7; the imitation term: Pang et al. 2024"
    order = 20
    rows = ("preference",)
    model_kind = "causal"
    options: ClassVar[type[Options]] = DpoOptions
    # Two answers pull at once, and a rate that suits plain imitation destroys the text (measured on the starter).
    learning_rate_scale = 0.25

    def prepare(
        self,
        train: list[Row],
        validation: list[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: DpoOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
    ) -> Prepared:
        """Render question, better and worse answer of every pair; both answers are cut at the longest length."""
        from datasets import Dataset

        intake = Intake("pairs read", len(train) + len(validation), progress)

        def tokenised(row: Row) -> dict[str, Any]:
            return _tokenised(row, tokenizer, intake, training.max_length)

        kept_train, kept_validation = intake.take(train, tokenised), intake.take(validation, tokenised)
        tokens = sum(
            2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"]) for row in kept_train
        )
        return Prepared(
            Dataset.from_list(kept_train), Dataset.from_list(kept_validation), tokens, intake.dropped, intake.cut
        )

    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return TRL's trainer; what the start thought of each pair is computed once, so no second model is held."""
        from trl import DPOConfig, DPOTrainer

        options: DpoOptions = setup.options
        imitates = options.imitation > 0

        class ReadyPairs(DPOTrainer):
            """Takes rows that are tokenised already, by the same place that renders every chat."""

            def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
                return dataset

        kinds = {name: p.dtype for name, p in setup.model.named_parameters() if p.requires_grad}
        trainer = ReadyPairs(
            model=setup.model,
            args=DPOConfig(
                **setup.arguments,
                max_length=None,
                beta=options.beta,
                loss_type=[options.loss, "sft"] if imitates else [options.loss],
                loss_weights=[1.0, options.imitation] if imitates else None,
                precompute_ref_log_probs=True,
            ),
            train_dataset=setup.data.train,
            eval_dataset=setup.data.validation,
            processing_class=setup.tokenizer,
        )
        if "ref" in getattr(setup.model, "peft_config", {}):
            # TRL keeps a copy of the fresh adapter as reference; its answers are computed by now, and it would be
            # written beside the result.
            setup.model.delete_adapter("ref")
        for name, parameter in setup.model.named_parameters():
            if name in kinds and parameter.dtype != kinds[name]:
                parameter.data = parameter.data.to(kinds[name])  # TRL makes them bf16 over a quantised base
        return trainer

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the loss, the share of held-out pairs told apart rightly and the margin, each pair counted once."""
        import torch

        made: Any = trainer
        model = made.model
        was_training = model.training
        model.eval()
        totals: dict[str, float] = {}
        count = 0
        try:
            with torch.no_grad(), made.compute_loss_context_manager():
                for batch in made.get_eval_dataloader():
                    inputs = made._prepare_inputs(batch)
                    made._metrics["eval"].clear()
                    pairs = len(inputs["input_ids"]) // 2
                    found = {"loss": float(made.compute_loss(model, inputs))}
                    found |= {shown: made._metrics["eval"][name][-1] for name, shown in _SHOWN.items()}
                    for name, value in found.items():
                        totals[name] = totals.get(name, 0.0) + value * pairs
                    count += pairs
        finally:
            made._metrics["eval"].clear()
            model.train(was_training)
        return {name: value / max(1, count) for name, value in totals.items()}

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest question with one of its answers."""
        rows = prepared.train
        return max((len(r["prompt_ids"]) + max(len(r["chosen_ids"]), len(r["rejected_ids"])) for r in rows), default=0)

    def texts(self, rows: list[Row]) -> list[str]:
        """Return what is said in the pairs."""
        return [m["content"] for row in rows for part in ("prompt", "chosen", "rejected") for m in row[part]]

    def prompts(self, rows: list[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        found: list[list[Message]] = []
        for row in rows:
            if row["prompt"] not in found and len(found) < count:
                found.append(row["prompt"])
        return found


def _tokenised(row: Row, tokenizer: PreTrainedTokenizerBase, intake: Intake, longest: int) -> dict[str, Any]:
    from desktop.engine.data.render import render_chat

    sides = {side: render_chat([*row["prompt"], *row[side]], tokenizer, answers="last") for side in _SIDES}
    if any(not rendered.trained for rendered in sides.values()):
        raise LeftOutError("no answer in it")
    starts = {side: rendered.labels_mask.index(True) for side, rendered in sides.items()}
    start = min(starts.values())
    prompt = sides["chosen"].input_ids[:start]
    if starts["chosen"] != starts["rejected"] or prompt != sides["rejected"].input_ids[:start]:
        raise LeftOutError("the two answers do not follow the same question")
    if start >= longest:
        raise LeftOutError("answer cut off")
    ids = {side: rendered.input_ids[start:longest] for side, rendered in sides.items()}
    if ids["chosen"] == ids["rejected"]:
        raise LeftOutError("both answers are the same")
    intake.cut += any(len(rendered.input_ids) > longest for rendered in sides.values())
    return {"prompt_ids": prompt, "chosen_ids": ids["chosen"], "rejected_ids": ids["rejected"]}

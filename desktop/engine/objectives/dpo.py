"""Direct preference optimisation: of two answers the better one becomes likelier; all that is known of it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.errors import RequestError
from desktop.engine.objectives.base import LOSS, Measure, Objective, Prepared, TrainSetup
from desktop.engine.objectives.intake import ANSWER_CUT_OFF, NO_ANSWER, TOO_LONG, Intake, LeftOutError
from desktop.engine.objectives.store import TokenStore, longest_in, tokens_in
from desktop.engine.options import Options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.data.rendering.rendered import Rendered
    from desktop.engine.data.rows import Message, Row
    from desktop.engine.job import Training

_SIDES = ("chosen", "rejected")
_COLUMNS = ("prompt_ids", "chosen_ids", "rejected_ids")
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
    row = "O10"
    order = 20
    chats = True
    sequences = 2
    measures = (
        Measure("pair_accuracy", "Pair accuracy", "higher", share=True),
        Measure("margin", "Reward margin", "higher"),
        LOSS,
    )
    rows = ("preference",)
    options: ClassVar[type[Options]] = DpoOptions
    # Two answers pull at once, and a rate that suits plain imitation destroys the text (measured on the starter).
    learning_rate_scale = 0.25

    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: DpoOptions,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Render question, better and worse answer of every pair; a pair that is too long is cut or left out."""
        from desktop.engine.data.rendering.render import render_many

        intake = Intake("pairs read", len(train) + len(validation), progress)

        def taken(rows: Sequence[Row]) -> Dataset:
            sides = render_many(_sides(rows), "chat", tokenizer, answers="last")
            pairs = (_pair(chosen, rejected) for chosen, rejected in zip(sides, sides, strict=True))
            store = TokenStore(*_COLUMNS, folder=staging)
            return intake.take(pairs, lambda pair: [_tokenised(pair, intake, training)], store)

        made, held_out = taken(train), taken(validation)
        tokens = tokens_in(made, "prompt_ids", *_COLUMNS)
        return Prepared(made, held_out, tokens, intake.dropped, intake.cut)

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
        return max(longest_in(prepared.train, "prompt_ids", f"{side}_ids") for side in _SIDES)

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield what is said in the pairs."""
        return (m["content"] for row in rows for part in ("prompt", *_SIDES) for m in row[part])

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return the first questions that differ."""
        found: list[list[Message]] = []
        for row in rows:
            if len(found) == count:
                break
            if row["prompt"] not in found:
                found.append(row["prompt"])
        return found


def _sides(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield two conversations a pair: with the better answer, then with the worse one."""
    for row in rows:
        for side in _SIDES:
            yield {"messages": [*row["prompt"], *row[side]], "tools": row.get("tools")}


def _pair(
    chosen: Rendered | RequestError, rejected: Rendered | RequestError
) -> tuple[Rendered, Rendered] | RequestError:
    if isinstance(chosen, RequestError):
        return chosen
    return rejected if isinstance(rejected, RequestError) else (chosen, rejected)


def _tokenised(pair: tuple[Rendered, Rendered], intake: Intake, training: Training) -> dict[str, Any]:
    sides = dict(zip(_SIDES, pair, strict=True))
    if any(not rendered.trained for rendered in pair):
        raise LeftOutError(NO_ANSWER)
    starts = {side: rendered.labels_mask.index(True) for side, rendered in sides.items()}
    start = min(starts.values())
    prompt = sides["chosen"].input_ids[:start]
    if starts["chosen"] != starts["rejected"] or prompt != sides["rejected"].input_ids[:start]:
        raise LeftOutError("the two answers do not follow the same question")
    longest = training.max_length
    too_long = any(len(rendered.input_ids) > longest for rendered in pair)
    if too_long and training.overlong == "drop":
        raise LeftOutError(TOO_LONG)
    if start >= longest:
        raise LeftOutError(ANSWER_CUT_OFF)
    ids = {side: rendered.input_ids[start:longest] for side, rendered in sides.items()}
    if ids["chosen"] == ids["rejected"]:
        raise LeftOutError("both answers are the same")
    intake.cut += too_long
    return {"prompt_ids": prompt, "chosen_ids": ids["chosen"], "rejected_ids": ids["rejected"]}

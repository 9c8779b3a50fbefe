"""What every objective says of itself and does; it knows no objective in particular.

Modules under ``objectives`` are imported by the window: torch, transformers and trl are imported in functions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop.engine.data.rows import Message, Row
from desktop.engine.job import Training
from desktop.engine.objectives.store import longest_in
from desktop.engine.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from desktop.engine.errors import Problem
    from desktop.engine.job import JobSpec
    from desktop.engine.methods.base import Method, ModelFacts, Setting
    from desktop.engine.models.heads import Head


@dataclass(frozen=True)
class Measure:
    """One held-out figure an objective is judged by.

    Attributes:
        key: its name among the metrics (``loss``, ``pair_accuracy``).
        title: what people read.
        better: which way is better.
        share: whether it is a share, shown as per cent.
    """

    key: str
    title: str
    better: Literal["lower", "higher"] = "lower"
    share: bool = False


LOSS = Measure("loss", "Held-out loss")


@dataclass(frozen=True)
class Prepared:
    """Rows turned into what the trainer eats.

    Attributes:
        train: tokenised training rows.
        validation: tokenised held-out rows.
        tokens: training tokens an epoch that carry loss or context, padding not counted.
        dropped: reason -> number of rows left out, never silent.
        cut: rows that were shortened to the longest length.
        split: rows that were cut into several, nothing of them lost.
        remarks: sentences on what is odd about the rows or was settled on the way, to be told.
        old: tokenised rows of tasks the model already knows, none of them held out; ``None`` where there are none.
    """

    train: Dataset
    validation: Dataset
    tokens: int
    dropped: dict[str, int] = field(default_factory=dict)
    cut: int = 0
    split: int = 0
    remarks: tuple[str, ...] = ()
    old: Dataset | None = None


@dataclass(frozen=True)
class TrainSetup:
    """Everything an objective needs to make its trainer.

    Attributes:
        model: the built model.
        tokenizer: its tokenizer.
        data: the prepared rows.
        arguments: keyword arguments common to all trainers, for ``TrainingArguments`` or a subclass of it.
        training: the job's training options.
        options: the objective's own options.
        staging: folder a library may write into; removed at the end.
        method: what is trained; where it is an adapter, ``model.disable_adapter()`` gives the model as it started.
        head: what the model ends in, where that is not words.
    """

    model: Any
    tokenizer: PreTrainedTokenizerBase
    data: Prepared
    arguments: dict[str, Any]
    training: Training
    options: Any
    staging: Path
    method: Method
    head: Head | None = None


class Objective(ABC):
    """One thing a model can learn from.

    Attributes:
        id: name in job files.
        title: name on screen, the field's standard term.
        summary: one sentence.
        explanation: one paragraph, for a reader without ML background.
        paper: source.
        order: place in lists.
        row: its row in the table of objectives (``O1``).
        use_when: when to take it.
        avoid_when: when not to.
        rows: kinds of canonical rows it takes (``chat``, ``text``, ``label``, ``pair``, ``preference``, ``rated``,
            ``prompt``).
        kinds: kinds of model it starts from (``causal``, ``masked``, ``seq2seq``).
        pooled: held-out figures that are no means over what tasks are put together by, tokens where those are counted,
            else rows (an F1, BLEU): over several tasks they take all rows at once.
        measures: the held-out figures it is judged by, the first of all first.
        chats: whether it learns from conversations rendered by a chat template, and its model can be talked to after.
        sequences: how many sequences one row is to the model: 2 for a pair of answers.
        from_scratch: whether the model's weights start at random.
        ends_in_head: whether its model ends in labels or a reward instead of words.
        overlong: what can be done with a row longer than the longest; empty where no row is ever too long.
        options: the options model.
        watches_collapse: whether it can cost a model its words while its figures look fine: its answers are judged.
        learning_rate_scale: by what the method's default learning rate is multiplied.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    explanation: ClassVar[str]
    learning_rate_scale: ClassVar[float] = 1.0
    use_when: ClassVar[str] = ""
    avoid_when: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    row: ClassVar[str] = ""
    order: ClassVar[int] = 100
    rows: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("causal",)
    measures: ClassVar[tuple[Measure, ...]] = (LOSS,)
    pooled: ClassVar[tuple[str, ...]] = ()
    chats: ClassVar[bool] = False
    sequences: ClassVar[int] = 1
    watches_collapse: ClassVar[bool] = False
    from_scratch: ClassVar[bool] = False
    ends_in_head: ClassVar[bool] = False
    overlong: ClassVar[tuple[str, ...]] = ("truncate", "drop")
    options: ClassVar[type[Options]] = Options

    def refusal(self, method: Method, setting: Setting) -> str | None:
        """Return why it cannot be learned with ``method`` in ``setting``, in a sentence with the cure; mostly not."""
        if self.from_scratch and (not method.trains_embeddings or setting.quantization != "none"):
            return (
                f"{self.title} starts from random weights, and {method.title} would leave most of them random. "
                "Choose full fine-tuning without quantisation."
            )
        return None

    def problems(self, job: JobSpec, options: Any, facts: ModelFacts | None) -> list[Problem]:
        """Return what else stands against ``job``: a model it names, sets it needs; asked before a model is loaded."""
        return []

    def head(self, rows: Sequence[Row], options: Any) -> Head | None:
        """Return the head that takes the place of the word head; ``None`` where the model goes on making words.

        ``rows`` are those it learns from and those held out, each once.
        """
        return None

    @abstractmethod
    def prepare(
        self,
        train: Sequence[Row],
        validation: Sequence[Row],
        tokenizer: PreTrainedTokenizerBase,
        options: Any,
        training: Training,
        progress: Callable[[str, int, int], None],
        staging: Path | None = None,
    ) -> Prepared:
        """Tokenise canonical rows; ``progress(what, done, total)`` is called now and then.

        Rows are read once and in order. Large sets are kept in a file in ``staging``, which must outlive the training.
        """

    @abstractmethod
    def trainer(self, setup: TrainSetup) -> Trainer:
        """Return the library trainer for this objective, ready to ``train()``."""

    def finish(self, trainer: Trainer) -> None:  # noqa: B027  most objectives leave nothing behind
        """Take off the model what only the training needed; called once, before the result is saved."""

    def report(self, trainer: Trainer) -> dict[str, Any]:
        """Return what was found on the held-out rows beyond figures, as JSON holds it; empty for nothing.

        Written beside the result as ``evaluation.json``: a confusion matrix, sample outputs.
        """
        return {}

    def over_tasks(self, found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Return figures made of those of each task, none of which the model knew before; mostly none."""
        return {}

    def epoch_rows(self, prepared: Prepared, options: Any) -> int:
        """Return the rows of an epoch: those that are learned from, and what of an old task is gone over again."""
        return len(prepared.train)

    def copies(self, options: Any) -> int:
        """Return how many float32 copies of what learns its trainer holds beside the optimizer's; mostly none."""
        return 0

    def longest(self, prepared: Prepared) -> int:
        """Return the tokens of the longest sequence in a training batch."""
        return longest_in(prepared.train, "input_ids")

    def texts(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield the words of ``rows``, for a tokenizer to be trained on; nothing where there is nothing to read."""
        yield from ()

    def prompts(self, rows: Sequence[Row], count: int) -> list[list[Message]]:
        """Return up to ``count`` conversations for the model to answer while it trains; none where it cannot speak."""
        return []

    def metrics(self, trainer: Trainer) -> dict[str, float]:
        """Return the held-out figures of the model as it is now; ``loss`` is always among them."""
        found = trainer.evaluate()
        return {
            key.removeprefix("eval_"): float(value) for key, value in found.items() if isinstance(value, int | float)
        }

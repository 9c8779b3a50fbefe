"""The Fisher information: against one worked out the long way, normalised, and of rows that the seed alone chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.continual.ewc import chosen, fisher, normalised
from tests.engine.continual.test_penalty import _sets
from tests.support.training import new_run, train


@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 2**31 - 1))
def test_the_seed_alone_chooses(rows: int, count: int, seed: int) -> None:
    found = chosen(rows, count, seed)
    assert found == sorted(set(found)) == chosen(rows, count, seed)
    assert len(found) == min(rows, count)
    assert all(0 <= place < rows for place in found)


def test_normalised_means_one() -> None:
    found = normalised({"a": torch.tensor([1.0, 3.0]), "b": torch.tensor([[8.0], [0.0]])})
    assert found["a"].tolist() == pytest.approx([1 / 3, 1.0])
    assert float(sum(tensor.sum() for tensor in found.values())) == pytest.approx(4.0)
    assert normalised({"a": torch.zeros(3)})["a"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_it_is_the_mean_square_of_each_rows_gradient(method: str, tmp_path: Path, tiny_model: Path) -> None:
    """The second way: whole logits, log-softmax, one backward pass a row."""
    run = new_run(
        tmp_path / "runs", tiny_model, method=method, data=_sets(tmp_path),
        objective={"id": "continual", "guard": "ewc", "fisher_rows": 4}, training={"max_steps": 2},
    )  # fmt: skip
    trainer = train(run).trainer
    model, rows = trainer.model, trainer.train_dataset
    learning = {name: tensor for name, tensor in model.named_parameters() if tensor.requires_grad}
    model.eval()
    expected = {name: torch.zeros_like(tensor) for name, tensor in learning.items()}
    for place in (0, 2, 5):
        model.zero_grad()
        ids, labels = torch.tensor([rows[place]["input_ids"]]), torch.tensor(rows[place]["labels"])
        words = torch.log_softmax(model(input_ids=ids).logits[0, :-1].double(), -1)
        kept = labels[1:] != -100
        words[kept].gather(-1, labels[1:][kept, None]).sum().backward()
        for name, tensor in learning.items():
            if tensor.grad is not None:
                expected[name] += tensor.grad.square() / 3
    model.zero_grad()
    model.train()
    found = fisher(trainer, rows, [0, 2, 5])
    assert model.training
    assert all(tensor.grad is None for tensor in learning.values())
    largest = max(float(tensor.max()) for tensor in expected.values())
    assert largest > 0
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=2e-3, atol=1e-6 * largest)

"""Loading says what dtype, refuses what is incomplete, and always gives a tokenizer that can pad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from desktop.engine.errors import RequestError, UserError
from desktop.engine.models.library import resolve
from desktop.engine.models.load import fresh_model, load_for_chat, load_model, load_tokenizer


def test_a_half_precision_checkpoint_is_loaded_in_full_unless_asked(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    half = {name: tensor.half() for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))
    ref = resolve(str(folder))
    assert {p.dtype for p in load_model(ref).parameters()} == {torch.float32}
    assert {p.dtype for p in load_for_chat(ref, device="cpu").model.parameters()} == {torch.float32}
    assert {p.dtype for p in load_model(ref, dtype=torch.bfloat16).parameters()} == {torch.bfloat16}


def test_weights_that_are_missing_are_not_drawn_at_random(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(RequestError, match="do not belong together") as caught:
        load_model(resolve(str(folder)))
    assert caught.value.code == "incomplete_model"


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "intermediate_size": 48}))
    with pytest.raises(UserError) as caught:
        load_model(resolve(str(folder)))
    assert caught.value.code in ("cannot_load", "incomplete_model")
    assert "Traceback" not in str(caught.value)


def test_an_encoder_is_no_text_generator(tiny_bert: Path) -> None:
    with pytest.raises(RequestError, match="is a masked model"):
        load_model(resolve(str(tiny_bert)))


def test_a_tokenizer_without_padding_gets_one_that_exists(tiny_gpt2: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(tiny_gpt2, tmp_path / "model"))
    config = json.loads((copy / "tokenizer_config.json").read_text())
    config.pop("pad_token")
    (copy / "tokenizer_config.json").write_text(json.dumps(config))
    before = load_tokenizer(resolve(str(tiny_gpt2)))
    found = load_tokenizer(resolve(str(copy)))
    assert len(found) == len(before), "no row is added to the embedding"
    assert found.pad_token == found.eos_token


@pytest.mark.parametrize("damage", ["none", "half"])
def test_a_tokenizer_that_is_no_tokenizer_is_refused(folder: Path, damage: str) -> None:
    file = folder / "tokenizer.json"
    if damage == "none":
        file.unlink()
    else:
        file.write_text(file.read_text()[:200])
    with pytest.raises(RequestError) as caught:
        load_tokenizer(resolve(str(folder)))
    assert caught.value.code in ("no_tokenizer", "bad_tokenizer")
    assert caught.value.hint


def test_a_fresh_model_has_the_shape_and_none_of_the_weights(tiny_model: Path) -> None:
    ref = resolve(str(tiny_model))
    torch.manual_seed(1)
    one = dict(fresh_model(ref, "cpu", "causal").named_parameters())
    torch.manual_seed(1)
    two = dict(fresh_model(ref, "cpu", "causal").named_parameters())
    old = dict(load_model(ref).named_parameters())
    assert {name: p.shape for name, p in one.items()} == {name: p.shape for name, p in old.items()}
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["model.embed_tokens.weight"], old["model.embed_tokens.weight"])


def test_a_strangers_template_is_tried_before_it_is_trusted(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", encoding="utf-8"
    )
    ref = resolve(str(folder))
    with pytest.raises(RequestError) as caught:
        load_tokenizer(ref)
    assert caught.value.code == "template_endless"
    other = load_tokenizer(ref, "chatml")  # the bad one is never rendered
    assert "<|im_start|>" in str(other.chat_template)
    written = load_tokenizer(ref, "{{ messages[0].content }}")
    assert written.chat_template == "{{ messages[0].content }}"
    with pytest.raises(RequestError, match="no chat template called"):
        load_tokenizer(ref, "nonesuch")

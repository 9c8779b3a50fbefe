"""Answers token by token: equal to transformers' own where that is defined, repeatable by seed, stopped at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop.engine.data.rows import Message
from desktop.engine.errors import RequestError
from desktop.engine.generate.contenders import Contender, Contenders, load_contenders
from desktop.engine.generate.sampling import Sampling
from desktop.engine.generate.stream import Spoken, Token, likelihoods, prompt_tokens, stream
from desktop.engine.generate.switch import AdapterSwitch

QUESTION: list[Message] = [{"role": "user", "content": "What do I need for a loaf?"}]


def run(
    contender: Contender,
    sampling: Sampling,
    prompt: list[int] | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[list[Token], Spoken]:
    tokens: list[Token] = []
    answer = stream(contender, prompt or prompt_tokens(contender, QUESTION), sampling, wanted)
    while True:
        try:
            tokens.append(next(answer))
        except StopIteration as end:
            return tokens, end.value


def generated(contender: Contender, prompt: list[int], adapter: bool, **settings: Any) -> list[int]:
    """Return what transformers' own generate answers."""
    model = contender.loaded.model
    given = torch.tensor([prompt])
    arguments = {"input_ids": given, "attention_mask": torch.ones_like(given), "pad_token_id": 0, **settings}
    if adapter:
        out = model.generate(**arguments)
    else:
        with model.disable_adapter():
            out = model.generate(**arguments)
    return out[0, len(prompt) :].tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("penalty", [1.0, 1.3])
@pytest.mark.parametrize("name", ["base", "tuned"])
def test_greedy_answers_equal_those_of_transformers(pair: Contenders, name: str, penalty: float) -> None:
    contender = pair.members[name]
    prompt = prompt_tokens(contender, QUESTION)
    tokens, _ = run(contender, Sampling(temperature=0, max_tokens=40, repetition_penalty=penalty))
    expected = generated(
        contender, prompt, name == "tuned", do_sample=False, max_new_tokens=40, repetition_penalty=penalty
    )
    ours = [token.id for token in tokens]
    assert ours == [id for id in expected if id not in contender.ends]
    assert len(ours) > 3


@pytest.mark.parametrize("model", ["tiny_gpt2", "tiny_qwen2"])
def test_other_architectures_answer_greedily_as_transformers_does(request: pytest.FixtureRequest, model: str) -> None:
    contender = load_contenders(str(request.getfixturevalue(model))).members["base"]
    prompt = prompt_tokens(contender, QUESTION)
    tokens, _ = run(contender, Sampling(temperature=0, max_tokens=24))
    given = torch.tensor([prompt])
    out = contender.loaded.model.generate(
        input_ids=given, attention_mask=torch.ones_like(given), do_sample=False, max_new_tokens=24, pad_token_id=0
    )
    assert [token.id for token in tokens] == [i for i in out[0, len(prompt) :].tolist() if i not in contender.ends]


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(base: Contender) -> None:
    def ids(seed: int) -> list[int]:
        return [token.id for token in run(base, Sampling(temperature=1.0, max_tokens=30, seed=seed))[0]]

    assert ids(1) == ids(1)
    assert len({tuple(ids(seed)) for seed in range(5)}) == 5


def test_sampling_leaves_the_random_numbers_of_everyone_else_alone(base: Contender) -> None:
    before = torch.get_rng_state()
    run(base, Sampling(temperature=1.0, max_tokens=5))
    assert torch.equal(before, torch.get_rng_state())


def test_the_disabled_adapter_is_the_base_exactly(pair: Contenders, tiny_model: Path) -> None:
    plain = load_contenders(str(tiny_model)).members["base"]
    prompt = prompt_tokens(plain, QUESTION)
    switched, _ = pair.members["base"].forward(prompt)
    expected, _ = plain.forward(prompt)
    assert torch.equal(switched, expected)
    assert not torch.equal(pair.members["tuned"].forward(prompt)[0], expected)
    # and again after the adapter was on
    assert torch.equal(pair.members["base"].forward(prompt)[0], expected)


def test_the_switch_does_what_the_library_does_and_leaves_training_flags_alone(pair: Contenders) -> None:
    tuned, base = pair.members["tuned"], pair.members["base"]
    prompt = prompt_tokens(base, QUESTION)
    with tuned.loaded.model.disable_adapter():
        expected, _ = tuned.forward(prompt)
    before = [parameter.requires_grad for parameter in tuned.loaded.model.parameters()]
    assert torch.equal(base.forward(prompt)[0], expected)
    assert base.switch is not None
    with pytest.raises(KeyboardInterrupt), base.switch.off():
        raise KeyboardInterrupt
    assert not torch.equal(tuned.forward(prompt)[0], expected), "on again, whatever happened in between"
    assert before == [parameter.requires_grad for parameter in tuned.loaded.model.parameters()]


@pytest.mark.filterwarnings("ignore:Position ids are not supported:UserWarning")  # said by PEFT's own generate
@pytest.mark.parametrize("kind", ["prompt", "prefix", "embeddings"])
def test_other_adapters_are_switched_off_exactly_too(tiny_model: Path, kind: str) -> None:
    from peft import LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    plain = load_contenders(str(tiny_model)).members["base"]
    model: Any = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    configs: dict[str, Any] = {
        "prompt": PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
        "prefix": PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
        "embeddings": LoraConfig(
            task_type="CAUSAL_LM", target_modules="all-linear", modules_to_save=["norm"], init_lora_weights=False
        ),
    }
    tuned: Any = get_peft_model(model, configs[kind]).eval()
    with torch.no_grad():
        for parameter in tuned.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter))
    loaded = dataclasses.replace(plain.loaded, model=tuned, has_adapter=True)
    base = dataclasses.replace(plain, loaded=loaded, adapter=False, switch=AdapterSwitch(tuned))
    on = dataclasses.replace(plain, loaded=loaded, adapter=True)
    prompt = prompt_tokens(plain, QUESTION)
    expected, _ = plain.forward(prompt)
    assert torch.equal(base.forward(prompt)[0], expected)
    assert not torch.equal(on.forward(prompt)[0], expected)
    assert torch.equal(base.forward(prompt)[0], expected)
    greedy = Sampling(temperature=0, max_tokens=12)
    given = torch.tensor([prompt])
    out = tuned.generate(
        input_ids=given, attention_mask=torch.ones_like(given), do_sample=False, max_new_tokens=12, pad_token_id=0
    )
    expected_ids = [id for id in out[0, len(prompt) :].tolist() if id not in on.ends]
    assert [token.id for token in run(on, greedy)[0]] == expected_ids


def test_stopping_keeps_what_there_is(base: Contender) -> None:
    told = 0

    def wanted() -> bool:
        nonlocal told
        told += 1
        return told <= 4

    tokens, spoken = run(base, Sampling(temperature=1.0, max_tokens=100), wanted=wanted)
    assert len(tokens) == 4
    assert spoken.ending == "stopped"


def test_it_ends_by_itself_at_the_mark_the_template_writes_behind_answers(base: Contender) -> None:
    tokenizer = base.loaded.tokenizer
    assert tokenizer.convert_tokens_to_ids("<|end|>") in base.ends
    ended = [run(base, Sampling(temperature=2.0, top_p=1.0, max_tokens=110, seed=seed)) for seed in range(12)]
    by_itself = [tokens for tokens, spoken in ended if spoken.ending == "end"]
    assert by_itself, "a random model says the end mark now and then"
    assert not any(token.id in base.ends for tokens in by_itself for token in tokens)


def test_the_longest_answer_is_kept_to(base: Contender) -> None:
    tokens, spoken = run(base, Sampling(temperature=0, max_tokens=3))
    assert (len(tokens), spoken.ending) == (3, "length")


def test_the_context_of_the_model_is_never_left(base: Contender) -> None:
    prompt = prompt_tokens(base, [{"role": "user", "content": "loaf " * 40}])
    tokens, _ = run(base, Sampling(temperature=1.0, max_tokens=8000), prompt)
    assert base.context is not None
    assert len(prompt) + len(tokens) <= base.context


def test_a_conversation_that_fills_the_context_is_refused_in_words(base: Contender) -> None:
    with pytest.raises(RequestError) as refusal:
        prompt_tokens(base, [{"role": "user", "content": "loaf " * 400}])
    assert refusal.value.code == "conversation_too_long"
    assert "Start a new chat" in refusal.value.hint


def test_likelihoods_of_a_finished_answer_are_those_it_was_said_with(pair: Contenders) -> None:
    for contender in pair.members.values():
        tokens, _ = run(contender, Sampling(temperature=1.0, max_tokens=20))
        prompt = prompt_tokens(contender, QUESTION)
        again = likelihoods(contender, prompt, [token.id for token in tokens])
        assert again == pytest.approx([token.logprob for token in tokens], abs=1e-4)
    assert likelihoods(contender, prompt, []) == []

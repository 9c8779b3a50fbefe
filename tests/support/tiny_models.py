"""Builds random models of two layers and width 32 with a byte-level tokenizer; it knows nothing of the product.

They load through the same files as any downloaded model, and a training step on them takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

SENTENCES = (
    "The baker opens the shop at six in the morning.",
    "A loaf needs flour, water, salt and time.",
    "What do I need for a loaf of rye bread?",
    "The customer asks for two rolls and a cake.",
    "Please tell me when the oven is hot enough.",
    "Bread keeps best in a cloth bag, never in the fridge.",
)
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
SPECIAL = ("<|pad|>", "<|bos|>", "<|end|>", "<|unk|>", "<|system|>", "<|user|>", "<|assistant|>")


def tokenizer() -> Any:
    """Return a byte-level BPE tokenizer of 384 entries with a chat template that marks the answers."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(SENTENCES * 4, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<|bos|>",
        eos_token="<|end|>",
        pad_token="<|pad|>",
        unk_token="<|unk|>",
        model_max_length=128,
        model_input_names=["input_ids", "attention_mask"],
    )
    made.chat_template = TEMPLATE
    return made


def bert_tokenizer() -> Any:
    """Return a WordPiece tokenizer with the marks an encoder expects and segment ids."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=marks, show_progress=False)
    core.train_from_iterator(SENTENCES * 4, trainer)
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def build_llama(folder: Path) -> Path:
    """Write a Llama: rotary positions, grouped heads, tied embeddings, no biases."""
    from transformers import LlamaConfig, LlamaForCausalLM

    def model(size: int, marks: dict[str, int]) -> Any:
        return LlamaForCausalLM(LlamaConfig(vocab_size=size, tie_word_embeddings=True, **_ROTARY, **marks))

    return _save(folder, tokenizer(), model)


def build_qwen2(folder: Path) -> Path:
    """Write a Qwen2: as Llama, with biases in attention and an output head of its own."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    def model(size: int, marks: dict[str, int]) -> Any:
        return Qwen2ForCausalLM(Qwen2Config(vocab_size=size, tie_word_embeddings=False, **_ROTARY, **marks))

    return _save(folder, tokenizer(), model)


def build_gpt2(folder: Path) -> Path:
    """Write a GPT-2: learned positions, biases everywhere, linear layers stored transposed."""
    from transformers import GPT2Config, GPT2LMHeadModel

    def model(size: int, marks: dict[str, int]) -> Any:
        return GPT2LMHeadModel(GPT2Config(vocab_size=size, n_embd=32, n_layer=2, n_head=4, n_positions=128, **marks))

    return _save(folder, tokenizer(), model)


def build_bert(folder: Path) -> Path:
    """Write a BERT encoder with its masked-language head."""
    from transformers import BertConfig, BertForMaskedLM

    def model(size: int, marks: dict[str, int]) -> Any:
        return BertForMaskedLM(
            BertConfig(
                vocab_size=size,
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=4,
                intermediate_size=64,
                max_position_embeddings=128,
                pad_token_id=marks["pad_token_id"],
            )
        )

    return _save(folder, bert_tokenizer(), model)


def build_t5(folder: Path) -> Path:
    """Write a T5 encoder-decoder."""
    from transformers import T5Config, T5ForConditionalGeneration

    def model(size: int, marks: dict[str, int]) -> Any:
        return T5ForConditionalGeneration(
            T5Config(
                vocab_size=size,
                d_model=32,
                d_kv=8,
                d_ff=64,
                num_layers=2,
                num_heads=4,
                pad_token_id=marks["pad_token_id"],
                eos_token_id=marks["eos_token_id"],
                decoder_start_token_id=marks["pad_token_id"],
            )
        )

    made = tokenizer()
    made.chat_template = None
    return _save(folder, made, model)


_ROTARY: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
}


def _save(folder: Path, made: Any, build: Callable[[int, dict[str, int]], Any]) -> Path:
    import torch

    marks = {
        name: value
        for name in ("bos_token_id", "eos_token_id", "pad_token_id")
        if (value := getattr(made, name)) is not None
    }
    with torch.random.fork_rng():  # a fixture must not move the random numbers of the test that asked for it
        torch.manual_seed(7)
        model = build(len(made), marks)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    made.save_pretrained(folder)
    return folder

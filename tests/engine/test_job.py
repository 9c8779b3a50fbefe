"""Job files: the short form, the round trip, and refusals in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import RequestError
from desktop.engine.job import Choice, DataSource, JobSpec, TokenizerChoice, Training

_words = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters='/\\:*?"<>|'), min_size=1, max_size=20
).filter(lambda text: bool(text.strip(". ")))
_values = st.one_of(st.integers(-5, 5), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), _words)
_option_names = st.text("abcdefgh_", min_size=1, max_size=8).filter(lambda name: name not in ("id", "options"))
_choices = st.builds(
    Choice, id=st.sampled_from(["sft", "lora", "full"]), options=st.dictionaries(_option_names, _values, max_size=3)
)
_jobs = st.builds(
    JobSpec,
    name=_words,
    model=_words,
    data=st.lists(
        st.builds(
            DataSource,
            path=_words,
            mapping=st.dictionaries(_words, _words, max_size=2),
            weight=st.floats(0.1, 10),
        ),
        max_size=3,
    ).map(tuple),
    objective=_choices,
    method=_choices,
    quantization=st.sampled_from(["none", "8bit", "nf4", "fp4"]),
    tokenizer=st.builds(
        TokenizerChoice, action=st.sampled_from(["keep", "train"]), vocabulary=st.integers(260, 50_000)
    ),
    training=st.builds(
        Training,
        epochs=st.floats(0.01, 1000),
        max_steps=st.none() | st.integers(1, 10**6),
        learning_rate=st.none() | st.floats(1e-8, 1.0),
        seed=st.integers(0, 2**31 - 1),
        validation_share=st.floats(0.01, 0.5),
    ),
    device=st.sampled_from(["auto", "cpu", "cuda"]),
)


@given(_jobs)
def test_a_job_survives_its_file(job: JobSpec) -> None:
    assert JobSpec.from_yaml(job.to_yaml()) == job
    assert JobSpec.from_yaml(job.to_yaml(explain=True)) == job


@given(_jobs)
def test_the_short_file_holds_no_default(job: JobSpec) -> None:
    written = job.to_mapping()
    default = JobSpec().to_mapping(explain=True)
    for key in set(written) - {"schema_version", "name", "model", "objective", "method"}:
        assert written[key] != default[key]


def test_the_example_of_the_readme_reads() -> None:
    job = JobSpec.from_yaml(
        """
        name: bakery
        model: starter
        data: [{path: rows.jsonl}]
        objective: sft
        method: {id: lora, rank: 8}
        quantization: none
        training: {epochs: 3, batch_size: 8, learning_rate: 2.0e-3, max_length: 256, seed: 7}
        """
    )
    assert job.method == Choice(id="lora", options={"rank": 8})
    assert job.training.learning_rate == 2e-3
    assert job.objective.flat() == "sft"


def test_explain_names_every_setting() -> None:
    explained = JobSpec().to_mapping(explain=True)
    assert set(explained) == set(JobSpec.model_fields)
    assert set(explained["training"]) == set(Training.model_fields)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("name: [", "bad_yaml", "line 1"),
        ("- just\n- a list\n", "bad_job", "key: value"),
        ("schema_version: 99", "newer_job", "newer version"),
        ("trainning: {epochs: 1}", "bad_request", "trainning: there is no such setting"),
        ("training: {epochs: -1}", "bad_request", "training.epochs"),
        ("training: {epochs: three}", "bad_request", "three"),
        ("name: a/b", "bad_request", "a name needs"),
        ("method: 7", "bad_request", "write an id"),
        ("quantization: 3bit", "bad_request", "nf4"),
    ],
)
def test_a_wrong_job_is_refused_in_words(text: str, code: str, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        JobSpec.from_yaml(text)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_paths_are_taken_from_the_job_file(tmp_path: Path) -> None:
    (tmp_path / "my-model").mkdir()
    file = tmp_path / "job.yaml"
    file.write_text("model: my-model\ndata: [{path: rows.jsonl}, {path: /elsewhere/x.csv}]\n", encoding="utf-8")
    job = JobSpec.read(file)
    assert job.model == str((tmp_path / "my-model").resolve())
    assert [source.path for source in job.data] == [
        str((tmp_path / "rows.jsonl").resolve()),
        str(Path("/elsewhere/x.csv").resolve()),
    ]


def test_a_model_name_that_is_no_folder_stays_a_name(tmp_path: Path) -> None:
    assert JobSpec(model="starter").anchored(tmp_path).model == "starter"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_job_file_is_a_request_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "job.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RequestError, match=r"job\.yaml cannot be read"):
        JobSpec.read(file)

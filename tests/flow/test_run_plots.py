"""Which plots a run gets of what it carries: in which order, which figures together, and never an empty one."""

from __future__ import annotations

import math
from collections.abc import Mapping

from desktop.engine import events as ev
from desktop.flow.metrics import Curves
from desktop.flow.run_plots import MOST_LINES, own_plots
from tests.fakes.fake_engine import a_step


def curves_of(extra: Mapping[str, float], held_out: Mapping[str, float]) -> Curves:
    curves = Curves()
    for step in (1, 2):
        whole = a_step(step, 2)
        curves.add_step(
            ev.Step(**{**{name: getattr(whole, name) for name in ("step", "epoch", "loss", "learning_rate",
                    "gradient_norm", "tokens", "tokens_per_second", "memory_mib")}, "extra": dict(extra)})
        )  # fmt: skip
    curves.add_evaluation(ev.Evaluated(step=2, loss=1.0, metrics={"loss": 1.0, **held_out}))
    return curves


def test_a_run_with_nothing_but_a_loss_has_no_plots_of_its_own() -> None:
    assert own_plots(curves_of({}, {"tokens": 200.0}), "sft") == []


def test_what_is_learned_from_rewards_is_read_by_reward_and_distance_first() -> None:
    extra = {"entropy": 2.0, "clip_fraction": 0.1, "kl": 0.02, "reward": 0.5, "reward_deviation": 0.2, "length": 9.0}
    plots = own_plots(curves_of(extra, {"reward": 0.4, "ended": 1.0}), "grpo")
    assert [plot.keys[0] for plot in plots[:2]] == ["reward", "kl"]
    assert "reward_deviation" not in {key for plot in plots for key in plot.keys}
    assert [line.label for line in plots[0].lines] == ["training", "held out"]
    assert plots[0].sentence == "training 0.500, held out 0.400"


def test_the_figures_an_objective_is_judged_by_come_in_its_order() -> None:
    plots = own_plots(curves_of({"margin": 1.0, "pair_accuracy": 0.9}, {"pair_accuracy": 0.8, "margin": 0.7}), "dpo")
    assert [plot.title for plot in plots] == ["Pair accuracy", "Reward margin"]
    assert "held out 80 %" in plots[0].sentence


def test_both_answers_share_a_plot() -> None:
    held_out = {"chosen_reward": 0.6, "rejected_reward": -0.3}
    (plot,) = own_plots(curves_of({}, held_out), "dpo")
    assert plot.title == "Rewards of both answers"
    assert [(line.label, line.place, line.held_out) for line in plot.lines] == [("better", 0, True), ("worse", 1, True)]


def test_one_of_two_answers_alone_has_a_plot_to_itself() -> None:
    (plot,) = own_plots(curves_of({"chosen_reward": 0.6}, {}), "dpo")
    assert [line.place for line in plot.lines] == [-1]


def test_tasks_share_a_plot_and_none_beyond_the_most_gets_another() -> None:
    tasks = {f"loss/task {place}": 1.0 + place for place in range(MOST_LINES + 2)}
    (plot,) = own_plots(curves_of({}, tasks), "multitask")
    assert plot.title == "Loss by task"
    assert len(plot.lines) == MOST_LINES
    assert len(plot.keys) == MOST_LINES + 2


def test_what_was_never_a_number_is_not_plotted() -> None:
    assert own_plots(curves_of({"kl": math.nan}, {}), "kto") == []


def test_going_back_forgets_what_was_held_out_behind() -> None:
    curves = curves_of({"kl": 0.1}, {"accuracy": 0.5})
    curves.forget_after(1)
    assert [plot.keys for plot in own_plots(curves, "classification")] == [("kl",)]

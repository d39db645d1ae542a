"""The bug lab: every fault shows what the notebook says of it, and what is in order does not."""

from __future__ import annotations

import inspect
import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F

import fmteach
from fmteach.datasets import load
from fmteach.errors import InputError
from fmteach.exercises import bug_lab
from fmteach.exercises.bug_lab import floor, quiet_start, two_sigmoids
from fmteach.exercises.catalogue import EXERCISES
from fmteach.interaction import pairwise_naive
from fmteach.live.loss_curves import loss_curves
from fmteach.models import FactorizationMachine, save_model
from fmteach.training import TrainConfig, base_rate

FM = FactorizationMachine
BROKEN = (
    bug_lab.SigmoidInside, bug_lab.StrayHalf, bug_lab.WrongIndex, bug_lab.AllAtOnce,
    bug_lab.LoudStart,
)  # fmt: skip


@pytest.fixture(scope="module")
def page():
    return bug_lab.page_rows()


@pytest.fixture(scope="module")
def clicks():
    return load("clicks")


# -- the broken pieces ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_says_so_and_cannot_be_saved_as_a_good_model(kind, tmp_path) -> None:
    assert inspect.getdoc(kind).startswith("BROKEN")
    with pytest.raises(InputError, match=kind.__name__):
        save_model(kind(5, k=2), tmp_path / "model.safetensors")


def test_nothing_but_the_lab_uses_what_is_broken() -> None:
    package = Path(fmteach.__file__).parent
    lab = package / "exercises" / "bug_lab"
    names = [*(kind.__name__ for kind in BROKEN), "bug_lab.broken", "accuracy_by_equality"]
    for path in package.rglob("*.py"):
        if lab not in path.parents:
            assert not [name for name in names if name in path.read_text("utf-8")], path


def sums(kind, seed: int = 0):
    """A score of the layer, and the numbers it is made of."""
    layer = kind(6, k=3, init_scale=1.0, seed=seed).double()
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=4), rng.normal(size=6)
    with torch.no_grad():
        layer.w0.fill_(0.7)
        layer.w.copy_(torch.from_numpy(w))
    ids = torch.tensor([[4, 0, 5, 2]])
    score = layer(ids, torch.from_numpy(x)[None], unique=True).item()
    V = layer.V.detach().numpy()[ids[0]]
    linear = 0.7 + float(w[ids[0]] @ x)
    return score - linear, x, V


def pairs(x, V) -> float:
    return pairwise_naive(x.tolist(), V.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_each_wrong_pair_term_is_the_one_that_is_described(seed: int) -> None:
    got, x, V = sums(bug_lab.StrayHalf, seed)
    z = V * x[:, None]
    assert got == pytest.approx(pairs(x, V) + 0.25 * (z**2).sum())
    got, x, V = sums(bug_lab.WrongIndex, seed)
    z = V * x[:, None]
    assert got == pytest.approx(0.5 * ((z.sum(0) ** 2).sum() - (V @ V[-1] * x**2).sum()))
    got, x, V = sums(bug_lab.AllAtOnce, seed)
    z = (V * x[:, None]).reshape(-1)
    every = sum(z[a] * z[b] for a in range(len(z)) for b in range(a + 1, len(z)))
    assert got == pytest.approx(every)


def test_at_once_is_a_single_factor_whatever_k() -> None:
    got, x, V = sums(bug_lab.AllAtOnce)
    u = V.sum(1)
    own = 0.5 * (x**2 * (u**2 - (V**2).sum(1))).sum()
    assert got == pytest.approx(pairs(x, u[:, None]) + own)


def test_the_wrong_index_halves_the_pairs_of_the_last_feature_of_one_hot_rows() -> None:
    layer = bug_lab.WrongIndex(4, k=3, init_scale=1.0).double()
    ids = torch.tensor([[0, 1, 2, 3]])
    V = layer.V.detach().numpy()
    G = V @ V.T
    rest = sum(G[i, j] for i in range(3) for j in range(i + 1, 3)) + 0.5 * np.diag(G)[:3].sum()
    assert layer(ids, unique=True).item() == pytest.approx(rest + 0.5 * G[:3, 3].sum())


def test_the_sigmoid_inside_keeps_every_probability_above_a_half() -> None:
    layer = bug_lab.SigmoidInside(50, k=3, init_scale=3.0)
    ids = torch.randint(50, (400, 5), generator=torch.Generator().manual_seed(0))
    p = layer.predict_proba(ids)
    assert p.min() >= 0.5 and p.max() <= 1 / (1 + math.exp(-1))


def test_the_loud_start_is_reproducible_and_leaves_the_factors_quiet() -> None:
    one, two, other = (bug_lab.LoudStart(4000, k=2, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.w, two.w) and not torch.equal(one.w, other.w)
    assert one.w.std().item() == pytest.approx(1, abs=0.05) and one.V.std() < 0.02


def test_the_accuracies_that_are_broken() -> None:
    p, y = torch.tensor([0.9, 0.1, 0.6, 1.0, 0.0]), torch.tensor([1.0, 0.0, 0.0, 1.0, 0.0])
    assert bug_lab.accuracy_by_equality(p, y) == pytest.approx(2 / 5)  # only where p is whole
    assert bug_lab.accuracy_by_cutting(p, y) == pytest.approx(4 / 5)


# -- fingerprints --------------------------------------------------------------------------------


def test_a_right_layer_passes_every_test_and_each_wrong_one_fails_its_own() -> None:
    seen = {kind: [abs(test(kind)) > 1e-9 for test in bug_lab.TESTS] for kind in bug_lab.LAYERS}
    assert seen == {
        FM: [False, False, False],
        bug_lab.StrayHalf: [True, False, False],
        bug_lab.WrongIndex: [False, True, False],
        bug_lab.AllAtOnce: [True, False, True],
    }


# -- the floor -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ctr, said", [(0.5, 0.5032), (0.17, 0.6286)])
def test_the_floor_is_what_the_best_outputs_give(ctr: float, said: float) -> None:
    y = (torch.arange(100) < 100 * ctr).double()
    best = F.binary_cross_entropy_with_logits(y, y)  # outputs 1 and 0, then the second sigmoid
    assert floor.floor(ctr) == pytest.approx(best.item()) == pytest.approx(said, abs=5e-5)


def test_at_17_percent_the_floor_is_worse_than_the_base_rate() -> None:
    assert round(floor.base_rate(0.17), 4) == 0.4559 < floor.floor(0.17)


# -- the experiments, as the notebook tells them -------------------------------------------------


def test_the_rows_have_the_size_of_the_page(page) -> None:
    assert (len(page.train), len(page.valid), len(page.test)) == (15_000, 0, 3_000)
    assert len(page.fields) == 34 and not page.real
    assert page.train.y.mean().item() == pytest.approx(0.5, abs=0.02)
    assert (bug_lab.PAGE.k, bug_lab.PAGE.batch_size, bug_lab.PAGE.learning_rate) == (20, 2048, 0.02)


def test_the_curve_of_the_page_is_reproduced(page) -> None:
    broken = bug_lab.train(bug_lab.SigmoidInside, page, bug_lab.PAGE)
    fixed = bug_lab.train(FM, page, bug_lab.PAGE)
    epochs, losses = broken.history.curve("train", "loss")
    assert (np.diff(losses) < 0).all() and losses.min() > floor.floor(0.5)
    assert losses[-1] < 0.53
    stored = np.interp(bug_lab.STORED["epochs"], epochs, losses)
    assert stored == pytest.approx(bug_lab.STORED["train loss"], abs=0.025)
    assert fixed.history.curve("train", "loss")[1][-1] < 0.005
    table = bug_lab.beside_the_page(broken, fixed)
    two, one, real = table.rows
    assert float(two[4]) > 0.9, "nearly all training rows are on their right side"
    assert float(one[2]) < 0.01 and real[1:3] == ("real", "0.513 (at 8.7)")
    assert two[1] == one[1] == "synthetic"
    chart = loss_curves(
        {"two": broken.history, "one": fixed.history},
        levels={"floor": floor.floor(0.5)}, points={"page": (8.7, 0.5126)},
    )  # fmt: skip
    assert "floor 0.5032" in chart.text() and "page 0.5126" in chart.text()
    assert chart.text().splitlines()[2].split()[-1] == f"{losses[-1]:.4g}"


def test_with_few_positives_it_is_stuck_above_the_base_rate(page) -> None:
    rare = bug_lab.page_rows(ctr=0.17)
    stuck = bug_lab.train(bug_lab.SigmoidInside, rare, bug_lab.PAGE, epochs=4)
    losses = stuck.history.curve("train", "loss")[1]
    assert losses[-1] == pytest.approx(math.log(2), abs=0.005)
    assert losses[-1] > floor.floor(0.17) > base_rate(rare, "train")["loss"]
    assert stuck.scores("train").mean() < 0.02, "the inner sigmoid lies where it is flat"


def test_a_good_model_and_three_accuracies(page) -> None:
    run = bug_lab.train(FM, page, bug_lab.PAGE, epochs=3)
    p, y = torch.sigmoid(run.scores("test")), page.test.y
    zeros = (y == 0).double().mean().item()
    assert bug_lab.accuracy_by_equality(p, y) < 0.005
    assert bug_lab.accuracy_by_cutting(p, y) == pytest.approx(zeros, abs=0.005)
    assert run.evaluate("test")["accuracy"] > 0.65


def test_curves_show_one_of_the_wrong_pair_terms_and_not_the_others(clicks) -> None:
    def auc(kind, k):
        return bug_lab.train(kind, clicks, bug_lab.CLICKS, k=k, epochs=1).best.valid["auc"]

    right, single = auc(FM, 8), auc(FM, 1)
    assert auc(bug_lab.StrayHalf, 8) > right - 0.02
    assert auc(bug_lab.WrongIndex, 8) > right - 0.02
    assert auc(bug_lab.AllAtOnce, 8) < right - 0.05
    assert auc(bug_lab.AllAtOnce, 8) == pytest.approx(single, abs=0.01)


def test_the_loud_start_is_not_unlearnt(clicks) -> None:
    quiet, loud = (bug_lab.train(kind, clicks, bug_lab.CLICKS) for kind in (FM, bug_lab.LoudStart))
    assert loud.history.evaluations[0].train["loss"] > 1.5 * base_rate(clicks, "train")["loss"]
    for epoch in (1, 2):
        run = [r.history.curve("valid", "auc")[1][epoch] for r in (quiet, loud)]
        assert run[0] > run[1] + 0.1
    left = [bug_lab.left_of_start(loud, *at) for at in ((1, 9), (10, 999), (1000, 10**6))]
    assert left[0] > 0.95 and left[0] > left[1] > left[2] > 0.7
    met = torch.bincount(clicks.train.ids.flatten().long(), minlength=clicks.num_features)
    assert (met < 10).double().mean() > 0.5, "most features have fewer than ten rows"


def test_settings_are_taken_over_and_the_bias_starts_at_the_base_rate(page) -> None:
    config = TrainConfig(k=2, epochs=1, batch_size=8192, learning_rate=1e-9, device="cpu")
    run = bug_lab.train(FM, page, config, k=3, seed=5)
    assert (run.model.k, run.config.seed) == (3, 5)
    share = page.train.y.double().mean()
    assert torch.sigmoid(run.model.w0).item() == pytest.approx(share.item(), abs=1e-4)


# -- the chart -----------------------------------------------------------------------------------


def test_a_chart_needs_a_run(page) -> None:
    with pytest.raises(InputError, match="1 to 6 runs"):
        loss_curves({})


# -- exercises beyond what all exercises are tested for ------------------------------------------


def messages(id: str) -> dict[str, str]:
    return {slip.name: slip.says for slip in EXERCISES[id].slips}


def second_way_kept_before_the_loss(score, y):
    total, p = 0.0, [float(torch.sigmoid(s)) for s in score]
    for q, label in zip(p, y, strict=True):
        again = 1 / (1 + math.exp(-q))
        total -= math.log(again if label == 1 else 1 - again)
    return total / len(p), p, [q > 0.5 for q in p]


def second_way_half_of_a_score(score, y):
    score, y = torch.as_tensor(score), torch.as_tensor(y)
    return F.binary_cross_entropy_with_logits(score, y), score.sigmoid(), (score > 0.5).int()


def second_way_loss_of_probabilities(score, y):
    p = torch.sigmoid(score)
    return torch.nn.BCELoss()(p, y), p, p > 0.5


def second_way_by_hand(score, y):
    p = torch.sigmoid(score)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean(), p, p.ge(0.5)


def second_way_undone(score, y):
    p = torch.sigmoid(score)
    return F.binary_cross_entropy_with_logits(torch.logit(p), y), p, p > 0.5


def second_way_zero_on_p(score, y):
    p = torch.sigmoid(score)
    return F.binary_cross_entropy_with_logits(score, y), p, [bool(q > 0) for q in p]


def second_way_all_squares(z):
    return sum(0.5 * (s * s - sum(v * v for row in z for v in row)) for s in z.sum(0))


def second_way_equality(scores, y):
    return sum(1 for s, label in zip(scores, y, strict=True) if s == label) / len(y)


def second_way_rounded(scores, y):
    return sum(round(float(s)) == int(label) for s, label in zip(scores, y, strict=True)) / len(y)


def second_way_count(scores, y):
    return sum(int((s > 0) == (label == 1)) for s, label in zip(scores, y, strict=True))


def second_way_spread(scores, y):
    return ((scores.reshape(-1, 1) > 0).float() == y).float().mean()


def second_way_at_once(z):
    z = [float(v) for row in z for v in row]
    return sum(z[a] * z[b] for a in range(len(z)) for b in range(a + 1, len(z)))


def second_way_over_factors(z):
    return sum(
        float(row[a] * row[b]) for row in z for a in range(len(row)) for b in range(a + 1, len(row))
    )


def second_way_mixed(z):
    u = [float(sum(row)) for row in z]
    return sum(u[i] * u[j] for i in range(len(u)) for j in range(i + 1, len(u)))


def second_way_loud(d, k, seed):
    torch.manual_seed(seed)
    return 0.0, torch.nn.Embedding(d, 1).weight, torch.nn.init.normal_(torch.empty(d, k), 0, 0.01)


def second_way_no_seed(d, k, seed):
    return 0.0, [0.0] * d, torch.randn(d, k) * 0.01


def second_way_equal_factors(d, k, seed):
    torch.manual_seed(seed)
    return 0.0, torch.zeros(d), (torch.randn(d) * 0.01)[:, None].expand(d, k)


def second_way_seed_ignored(d, k, seed):
    torch.manual_seed(42)
    return 0.0, torch.zeros(d), torch.randn(d, k) * 0.01


@pytest.mark.parametrize(
    "id, slip, answer",
    [
        ("6.8", "sigmoid kept before the loss", second_way_kept_before_the_loss),
        ("6.8", "0.5 on the score", second_way_half_of_a_score),
        ("6.8", "loss of probabilities", second_way_loss_of_probabilities),
        ("6.8", "logarithm by hand", second_way_by_hand),
        ("6.8", "0 on the probability", second_way_zero_on_p),
        ("6.10", "all squares, for each factor", second_way_all_squares),
        ("6.8", "sigmoid undone", second_way_undone),
        ("6.9", "scores == y", second_way_equality),
        ("6.9", "rounded scores", second_way_rounded),
        ("6.9", "a count", second_way_count),
        ("6.9", "every score with every label", second_way_spread),
        ("6.10", "over all coordinates", second_way_at_once),
        ("6.10", "over the factors", second_way_over_factors),
        ("6.10", "products of different factors", second_way_mixed),
        ("6.11", "w from N(0, 1)", second_way_loud),
        ("6.11", "no seed", second_way_no_seed),
        ("6.11", "equal factors", second_way_equal_factors),
        ("6.11", "seed ignored", second_way_seed_ignored),
    ],
)
def test_a_slip_written_in_another_way_gets_the_same_message(id, slip, answer) -> None:
    feedback = EXERCISES[id].check(answer)
    assert feedback.verdict == "not yet" and messages(id)[slip] in feedback.message, feedback


def test_slips_are_told_from_the_right_answer_also_on_easy_rows() -> None:
    """A slip that agrees with the definition on usual rows is caught on the large scores."""
    usual = two_sigmoids.trials()[:3]
    for trial in usual:
        got, want = (
            f(*trial.arguments)[0]
            for f in (two_sigmoids.logarithm_by_hand, two_sigmoids.definition)
        )
        assert got == pytest.approx(want)
    feedback = EXERCISES["6.8"].check(two_sigmoids.logarithm_by_hand)
    assert "large scores" in feedback.message


@pytest.mark.parametrize(
    "init, said",
    [
        (3, "a function is wanted"),
        (lambda d, k, seed: (0, 0), "three results"),
        (lambda d, k, seed: 1 / 0, "ZeroDivisionError"),
        (lambda d, k, seed: ("a", np.zeros(d), np.ones((d, k))), "one number"),
        (lambda d, k, seed: (0, np.zeros(3), np.ones((d, k))), "wanted [2000] and [2000, 6]"),
        (lambda d, k, seed: (0, np.full(d, np.nan), np.ones((d, k))), "NaN or infinity"),
        (lambda d, k, seed: (np.inf, np.zeros(d), quiet_start.solution_init(d, k, 0)[2]), "finite"),
    ],
)
def test_a_start_that_is_no_start_is_explained(init, said: str) -> None:
    assert said in quiet_start.check_init(init).message


def test_checking_a_start_leaves_the_common_generators_alone() -> None:
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    wanted = np.random.rand(), torch.rand(()).item()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    torch.manual_seed(3)
    quiet_start.check_init(second_way_no_seed)
    assert (np.random.rand(), torch.rand(()).item()) == wanted  # noqa: NPY002


def test_a_start_that_passes_does_learn(clicks) -> None:
    """And one that was refused for its V does not: the rule of the check is the truth."""
    auc = {}
    for name, init in (("quiet", quiet_start.solution_init), ("zero", quiet_start.zero_V),
                       ("equal", quiet_start.equal_factors)):  # fmt: skip

        class Started(FM):
            def __init__(self, num_features, k, *, seed=0, init=init, **settings):
                super().__init__(num_features, k, seed=seed, **settings)
                _, _, V = init(num_features, k, seed)
                with torch.no_grad():
                    self.V.copy_(torch.as_tensor(np.ascontiguousarray(V)))

        run = bug_lab.train(Started, clicks, bug_lab.CLICKS, epochs=1)
        auc[name] = run.best.valid["auc"]
        if name == "zero":
            assert not run.model.V.any()
        if name == "equal":
            assert torch.allclose(run.model.V, run.model.V[:, :1], atol=1e-5)
    assert auc["quiet"] > auc["equal"] + 0.03 and auc["quiet"] > auc["zero"] + 0.03


def test_the_cases_say_what_they_must_and_show_their_faults() -> None:
    cases = bug_lab.cases()
    assert list(cases.seen) == list("ABCDE") and cases.faults == bug_lab.FAULTS
    text, page = repr(cases), cases._repr_html_()
    for lines in cases.seen.values():
        for what, value in lines:
            assert what in text and value in text and value in page
    assert "5 all at once" in text and "5 all at once" in page
    assert page.count('scope="rowgroup"') == 5
    assert cases is bug_lab.cases()
    a, b = cases.seen["A"][0][1], cases.seen["B"][0][1].split(", ")
    assert float(a.split()[0]) > 1.5 * float(a.rstrip(")").split()[-1])
    assert 0.503 < float(b[-1]) < 0.53
    assert cases.seen["D"][1] == ("test accuracy", "0.000")
    assert [value for _, value in cases.seen["E"]][1:] == ["0.000", "0.000"]


def test_five_cases_accepts_part_of_the_answers_and_explains_the_rest() -> None:
    check = EXERCISES["6.12"].check
    assert "Still without a fault: B, C, D, E" in check(A="loud start").message
    assert "none of the faults" in check(A="dropout").message
    assert "none of the faults" in check(A=7).message
    assert "no case 'F'" in check(F="loud start").message
    assert check().verdict == check(A=..., B=None).verdict == "not attempted"
    assert "2 of 5 are right. C is not" in check(A=6, B=1, C="wrong index").message


# -- the notebook --------------------------------------------------------------------------------


def notebook():
    return nbformat.read(Path(__file__).parents[2] / "notebooks" / "06_the_bug_lab.ipynb", 4)


def test_the_notebook_counts_its_faults_as_the_exercise_does() -> None:
    text = "\n".join(cell.source for cell in notebook().cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## Faults? ([\d, and]+) · ", text, re.MULTILINE)
    assert re.findall(r"\d", " ".join(headings)) == [str(n + 1) for n in range(len(bug_lab.FAULTS))]


def test_no_number_of_the_cases_stood_in_the_notebook_before() -> None:
    shown = {f"{abs(test(kind)):.3f}" for kind in bug_lab.LAYERS for test in bug_lab.TESTS}
    for case in "CE":
        for _, value in bug_lab.cases().seen[case]:
            assert value == "0.000" or value.strip("−") not in shown


def test_below_28_percent_the_floor_is_above_the_base_rate() -> None:
    for percent in range(1, 51):
        worse = floor.floor(percent / 100) > floor.base_rate(percent / 100)
        assert worse == (percent < 28)


def test_the_class_that_the_notebook_shows_is_the_one_that_is_trained() -> None:
    text = "\n".join(cell.source for cell in notebook().cells)
    assert inspect.getsource(bug_lab.SigmoidInside.score).rstrip() in text
    for number in ("0.5032", "0.6286"):
        assert number in text

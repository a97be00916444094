"""The NumPy classifier: it learns, says how it goes, stops when told, and refuses nonsense."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

from palote.errors import UsageError
from palote.model.scratch import Epoch, ScratchClassifier, binary_patches, flat, shifted
from tests.conftest import Missing

RNG = np.random.default_rng(5)
X = np.concatenate([RNG.normal(centre, 0.5, (40, 2)) for centre in ((0, 0), (3, 0), (0, 3))])
Y = np.repeat([3, 5, 9], 40)


def small(**parameters: object) -> ScratchClassifier:
    return ScratchClassifier(hidden=(8,), random_state=1, learning_rate=0.02).set_params(
        **parameters
    )


@pytest.mark.filterwarnings("ignore:Estimator ScratchClassifier does not inherit")
def test_it_has_the_manners_of_a_scikit_learn_estimator(missing: Missing):
    try:
        from sklearn.utils.estimator_checks import check_estimator
        from threadpoolctl import threadpool_limits
    except ImportError:
        missing("tools", "scikit-learn is not installed")
    # Its networks are tiny: on a busy machine, threads would only wait for each other.
    with threadpool_limits(1):
        results = check_estimator(ScratchClassifier(), on_skip=None, on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert not failed
    assert sum(result["status"] == "passed" for result in results) >= 50


def test_its_own_errors_need_no_scikit_learn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "sklearn.exceptions", raising=False)
    with pytest.raises(UsageError, match="ScratchClassifier has learnt nothing yet") as caught:
        small().predict(X)
    assert isinstance(caught.value, AttributeError)
    with pytest.warns(UserWarning, match="A column-vector y"):
        small(epochs=1).fit(X, Y[:, None])


@pytest.mark.parametrize("changes", [{}, {"optimizer": "momentum"}, {"activation": "sigmoid"}])
def test_it_learns(changes: dict[str, object]):
    classifier = small(epochs=60, batch_size=16, **changes).fit(X, Y)
    assert classifier.score(X, Y) >= 0.95
    assert classifier.classes_.tolist() == [3, 5, 9] and classifier.n_features_in_ == 2
    probabilities = classifier.predict_proba(X)
    assert probabilities.shape == (120, 3) and probabilities.sum(axis=1) == pytest.approx(1)
    assert (classifier.classes_[probabilities.argmax(axis=1)] == classifier.predict(X)).all()


def test_a_seed_gives_the_same_weights_and_another_one_does_not():
    one, same, other = (small(random_state=seed, epochs=3).fit(X, Y) for seed in (4, 4, 5))
    assert np.array_equal(one.predict_proba(X), same.predict_proba(X))
    assert not np.array_equal(one.predict_proba(X), other.predict_proba(X))
    generators = (np.random.RandomState(4), np.random.RandomState(4), np.random.default_rng(4))
    first, second, third = (small(random_state=rng, epochs=3).fit(X, Y) for rng in generators)
    assert np.array_equal(first.predict_proba(X), second.predict_proba(X))
    assert np.array_equal(one.predict_proba(X), third.predict_proba(X))


def test_labels_may_be_texts():
    names = np.array(["three", "five", "nine"])[np.repeat([0, 1, 2], 40)]
    classifier = small(epochs=60, batch_size=16).fit(X, names)
    assert classifier.score(X, names) >= 0.95 and set(classifier.predict(X)) <= set(names)


def test_dtype_follows_the_data():
    for dtype, expected in ((np.float32, "f4"), (np.uint8, "f4"), (np.float64, "f8")):
        classifier = small(epochs=1).fit(X.astype(dtype), Y)
        assert classifier.predict_proba(X).dtype == np.dtype(expected)


def test_l2_keeps_weights_small():
    free, held = (small(epochs=30, l2=l2).fit(X, Y) for l2 in (0.0, 0.1))
    size = [float(np.square(one.network_.dense[0].weights).sum()) for one in (free, held)]
    assert size[1] < 0.7 * size[0]


def test_partial_fit_goes_on_from_what_was_learnt():
    classifier = small(batch_size=16).partial_fit(X[:40], Y[:40], classes=[3, 5, 9])
    before = classifier.score(X, Y)
    for _ in range(40):
        classifier.partial_fit(X, Y)
    assert classifier.score(X, Y) >= 0.95 > before
    fitted = small(epochs=20, batch_size=16).fit(X, Y)
    after = fitted.score(X, Y)
    assert fitted.partial_fit(X, Y).score(X, Y) >= after - 0.02


def test_partial_fit_needs_the_classes():
    with pytest.raises(UsageError, match=r"needs all classes"):
        small().partial_fit(X, Y)
    classifier = small().partial_fit(X, Y, classes=[3, 5, 9])
    with pytest.raises(UsageError, match="not the same as in the first call"):
        classifier.partial_fit(X, Y, classes=[3, 5])
    with pytest.raises(UsageError, match=r"holds .*7.*, which is none of the classes \[3 5 9\]"):
        classifier.partial_fit(X, np.full(120, 7))
    with pytest.raises(UsageError, match="none of the classes"):
        classifier.partial_fit(X, np.full(120, "3"))


def test_weights_decide_whose_label_counts():
    doubled, labels = np.concatenate([X, X]), np.concatenate([Y, np.roll(Y, 40)])
    classifier = small(epochs=60, batch_size=16)
    classifier.fit(doubled, labels, sample_weight=np.repeat([1.0, 0.05], 120))
    assert classifier.score(X, Y) >= 0.95
    with pytest.raises(UsageError, match="negative"):
        classifier.fit(X, Y, sample_weight=-np.ones(120))


def test_the_callback_is_told_of_every_epoch():
    told: list[Epoch] = []
    classifier = small(epochs=4)
    classifier.fit(X, Y, validation=(X[::3], Y[::3]), callback=told.append)
    assert told == classifier.history_ and [epoch.number for epoch in told] == [1, 2, 3, 4]
    rates = [epoch.learning_rate for epoch in told]
    assert rates[0] == 0.02 and rates == sorted(rates, reverse=True)
    best = max(epoch.val_accuracy or 0 for epoch in told)
    assert classifier.score(X[::3], Y[::3]) == best, "the best weights are the ones that stay"
    assert told[0].seconds > 0 and told[0].val_loss is not None
    small(epochs=1).fit(X, Y, callback=told.append)
    assert told[-1].val_accuracy is None


def test_the_callback_can_stop_it():
    classifier = small(epochs=50).fit(X, Y, callback=lambda epoch: epoch.number == 3)
    assert len(classifier.history_) == 3


def test_patience_stops_and_the_best_epoch_stays():
    # The labels of the validation data are drawn by lot, so there is nothing to get better at.
    lot = np.random.default_rng(0).permutation(Y)
    classifier = small(epochs=200, patience=5).fit(X, Y, validation=(X, lot))
    accuracies = [epoch.val_accuracy or 0 for epoch in classifier.history_]
    assert len(accuracies) < 200
    assert max(accuracies[-5:]) <= max(accuracies) == classifier.score(X, lot)


@pytest.mark.parametrize("validation", [None, (X, Y)])
def test_ctrl_c_keeps_the_best_so_far(validation: tuple[np.ndarray, np.ndarray] | None):
    answers = {}

    def interrupt(epoch: Epoch) -> None:
        answers[epoch.number] = classifier.predict_proba(X)
        if epoch.number == 7:
            classifier.network_.parameters[0][...] = np.nan
            raise KeyboardInterrupt

    classifier = small(epochs=50, batch_size=16)
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(X, Y, validation=validation, callback=interrupt)
    scores = [(epoch.val_accuracy, -(epoch.val_loss or 0)) for epoch in classifier.history_]
    best = 7 if validation is None else scores.index(max(scores)) + 1
    assert np.array_equal(classifier.predict_proba(X), answers[best])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hidden": (0,)}, r"hidden must hold .* not \(0,\)"),
        ({"hidden": 5}, "hidden must hold"),
        ({"activation": "tanh"}, "activation must be one of 'relu', 'sigmoid', not 'tanh'"),
        ({"optimizer": "lbfgs"}, "optimizer must be one of 'adam', 'momentum'"),
        ({"look": "rgb"}, "look must be one of 'pixels', 'binary20'"),
        ({"epochs": 0}, "epochs must be a whole number from 1 on, not 0"),
        ({"batch_size": 1.5}, "batch_size must be a whole number"),
        ({"shift": 1}, "2 features are no square"),
        ({"shift": 99}, "shift must be at most 16"),
        ({"patience": 0}, "patience must be a whole number from 1 on"),
        ({"learning_rate": 0.0}, "learning_rate must be a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"momentum": 1.0}, "momentum must be a number from 0 to below 1"),
        ({"random_state": "x"}, "random_state must be a whole number from 0 on, not 'x'"),
        ({"random_state": -1}, "random_state must be"),
        ({"l2": -1.0}, "l2 must be a number from 0 on, not -1"),
        ({"look": "binary20"}, "784 features, but X has 2 features"),
    ],
)
def test_parameters_that_do_not_exist(wrong: dict[str, object], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        small(**wrong).fit(X, Y)


def test_unknown_parameters_list_the_known_ones():
    with pytest.raises(UsageError, match=r"'hiden' .* there are hidden, activation, optimizer"):
        small().set_params(hiden=(3,))


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (X, np.full(120, 7), r"only one class: \[7\]"),
        (X, Y[:-1], "X has 120 examples, but y has 119 labels"),
        (X, Y + 0.5, "Unknown label type: continuous"),
        (X, [None] * 120, "Unknown label type"),
        (X, np.array(["a", 1] * 60, dtype=object), "Unknown label type"),
        (X[:, 0], Y, r"its shape is \(120,\)"),
        (X[:0], Y[:0], r"0 sample\(s\)"),
        (X.astype(str).astype(object) + "x", Y, "no number"),
    ],
)
def test_data_that_nothing_can_be_learnt_from(x: object, y: object, sentence: str):
    with pytest.raises(UsageError, match=sentence):
        small().fit(x, y)  # type: ignore[arg-type]


def test_it_is_numpy_alone():
    program = (
        "import sys, palote.model.scratch; print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = set(subprocess.check_output([sys.executable, "-c", program], text=True).split())
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "scipy", "onnxruntime", "cv2", "keras", "tensorflow", "PIL"}


def test_repr_names_what_is_not_the_default():
    assert repr(ScratchClassifier(l2=0.1, random_state=3)) == (
        "ScratchClassifier(l2=0.1, random_state=3)"
    )


def test_pickling_in_ones_own_program_works():
    classifier = small(epochs=3).fit(X, Y)
    again = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))


def test_shifted_pictures_move_by_whole_pixels_and_leave_paper():
    picture = np.zeros((1, 8, 8), np.float32)
    picture[0, 3:5, 3:6] = 1
    rng = np.random.default_rng(0)
    moved = shifted(np.repeat(picture.reshape(1, 64), 400, axis=0), 2, rng).reshape(-1, 8, 8)
    rolled = {
        np.roll(picture[0], (down, right), (0, 1)).tobytes()
        for down in range(-2, 3)
        for right in range(-2, 3)
    }
    assert {one.tobytes() for one in moved} == rolled, "all 25 places, and nothing else"
    edge = np.zeros((1, 64), np.float32)
    edge[0, 0] = 1
    assert {float(one.sum()) for one in shifted(edge.repeat(99, axis=0), 1, rng)} == {0.0, 1.0}


def test_binary_patches_cut_the_ink_out_and_centre_it():
    patches = np.zeros((3, 28, 28), np.uint8)
    patches[0, 1:21, 7:15] = 200  # full height, off-centre
    patches[1, 10:12, 20:24] = 128
    patches[1, 9, 20] = 127  # less than half of full ink
    seen = binary_patches(flat(patches)).reshape(3, 20, 20)
    assert seen.dtype == np.float32 and set(np.unique(seen)) == {0.0, 1.0}
    assert seen[0].sum() == 20 * 8 and seen[0, :, 6:14].all()
    assert seen[1].sum() == 8 and seen[1, 9:11, 8:12].all()
    assert not seen[2].any(), "paper stays paper"


def test_binary_patches_of_large_ink_lose_the_edges():
    full = binary_patches(np.ones((1, 784)))
    assert full.shape == (1, 400) and full.all() and full.dtype == np.float64


def test_flat_patches_are_rows_from_0_to_1():
    grey = RNG.integers(0, 256, (2, 28, 28), np.uint8)
    rows = flat(grey)
    assert rows.shape == (2, 784) and rows.dtype == np.float32
    assert np.array_equal(flat(grey.astype(np.float32) / np.float32(255)), rows)
    assert rows.max() == pytest.approx(grey.max() / 255)

"""ONNX files made elsewhere: what is read, what is refused without being opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.errors import ModelCorrupt
from palote.ink import InkSpec
from palote.model import catalog
from palote.model.engine import OnnxEngine
from palote.model.onnx_check import check_onnx
from tests.conftest import Missing

try:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    onnx = None

WEIGHTS = np.random.default_rng(3).normal(0, 0.1, (784, 10)).astype(np.float32)


@pytest.fixture(scope="module", autouse=True)
def _with_onnx(missing: Missing) -> None:
    if onnx is None:
        missing("tools", "the extra train is not installed")


def linear(
    path: Path,
    shape: tuple[int | str, ...] = ("n", 28, 28, 1),
    weights: NDArray[np.float32] = WEIGHTS,
    end: str = "",
    kind: int = 1,
    extra: tuple[Any, ...] = (),
) -> Path:
    """Write a network of one layer: flatten, multiply, and an operator at the end."""
    nodes = [
        helper.make_node("Cast", ["x"], ["whole"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["whole"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w"], ["y" if not end else "before"]),
    ]
    if end:
        nodes.append(helper.make_node(end, ["before"], ["y"]))
    graph = helper.make_graph(
        [*nodes, *extra],
        "own",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (shape[0], weights.shape[1]))],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def opened(path: Path, declared: InkSpec | None = None) -> OnnxEngine:
    return OnnxEngine(catalog.find(path), declared=declared)


INKS = np.random.default_rng(4).random((5, 28, 28), np.float32)
EXPECTED = INKS.reshape(5, 784) @ WEIGHTS


@pytest.mark.parametrize(
    "shape",
    [("n", 28, 28, 1), ("n", 1, 28, 28), ("n", 28, 28), ("n", 784), (1, 1, 28, 28), (2, 784)],
)
def test_grey_pictures_in_any_order_and_batch(tmp_path: Path, shape: tuple[int | str, ...]):
    engine = opened(linear(tmp_path / "own.onnx", shape))
    outputs = engine(INKS)
    assert outputs.logits == pytest.approx(EXPECTED, abs=1e-5)
    assert outputs.embedding.shape == (5, 0) and outputs.logits.dtype == np.float32
    assert engine.card.ink == InkSpec()


@pytest.mark.parametrize("shape", [("n", 96, 96, 3), ("n", 3, 96, 96)])
def test_colour_pictures_in_either_order(tmp_path: Path, shape: tuple[int | str, ...]):
    weights = np.random.default_rng(5).normal(0, 0.01, (96 * 96 * 3, 11)).astype(np.float32)
    engine = opened(linear(tmp_path / "own.onnx", shape, weights))
    inks = np.random.default_rng(6).random((2, 96, 96, 3), np.float32)
    fed = inks if shape[3] == 3 else np.moveaxis(inks, -1, 1)
    assert engine(inks).logits == pytest.approx(fed.reshape(2, -1) @ weights, abs=1e-3)


def test_probabilities_are_seen(tmp_path: Path):
    logits = opened(linear(tmp_path / "own.onnx", end="Softmax"))(INKS).logits
    power = np.exp(EXPECTED)
    assert np.exp(logits) == pytest.approx(power / power.sum(axis=1, keepdims=True), abs=1e-5)


def test_bytes_go_in_as_0_to_255(tmp_path: Path):
    engine = opened(linear(tmp_path / "own.onnx", kind=TensorProto.UINT8))
    assert engine.card.ink.high == 255
    expected = np.rint(INKS.reshape(5, 784) * 255) @ WEIGHTS
    assert engine(INKS).logits == pytest.approx(expected, abs=1e-2)


def test_half_precision(tmp_path: Path):
    engine = opened(linear(tmp_path / "own.onnx", kind=TensorProto.FLOAT16))
    assert engine(INKS).logits == pytest.approx(EXPECTED, abs=1e-2)


def test_another_size_is_declared(tmp_path: Path):
    weights = np.random.default_rng(7).normal(0, 0.1, (32 * 32, 10)).astype(np.float32)
    path = linear(tmp_path / "own.onnx", ("n", 32, 32, 1), weights)
    with pytest.raises(ModelCorrupt, match=r"\[32, 32, 1\].*--input"):
        opened(path)
    reader = Reader(path, declared=InkSpec.sized(32))
    paper = np.full((100, 100), 255, np.uint8)
    paper[20:80, 45:55] = 0
    assert reader.read(paper).digits[0].ink.shape == (32, 32)


def test_another_number_of_outputs(tmp_path: Path):
    with pytest.raises(ModelCorrupt, match="gives 7 values"):
        opened(linear(tmp_path / "own.onnx", weights=WEIGHTS[:, :7]))


def test_two_inputs(tmp_path: Path):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Add", ["a", "b"], ["y"])],
        "own",
        [value("a", 1, ("n", 10)), value("b", 1, ("n", 10))],
        [value("y", 1, ("n", 10))],
    )
    path = tmp_path / "own.onnx"
    opsets = [helper.make_opsetid("", 17)]
    _written(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    with pytest.raises(ModelCorrupt, match=r"takes tensor\(float\), tensor\(float\)"):
        opened(path)


def test_a_network_that_breaks_while_it_runs(tmp_path: Path):
    path = linear(tmp_path / "own.onnx", ("n", "h", "w", 1), WEIGHTS[:700])
    with pytest.raises(ModelCorrupt, match="does not run"):
        opened(path)


def elsewhere(name: str, place: str) -> Any:
    """A tensor whose numbers lie in another file."""
    tensor = numpy_helper.from_array(WEIGHTS, name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", place), ("offset", "0"), ("length", "31360")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return tensor


def tampered(path: Path, place: str, where: str) -> Path:
    """Put a tensor that leads to another file into a model, where asked for."""
    model = onnx.load(linear(path))
    tensor = elsewhere("w", place)
    if where == "weights":
        del model.graph.initializer[:]
        model.graph.initializer.append(tensor)
        return _written(model, path)
    node = helper.make_node("Constant", [], ["c"])
    node.attribute.append(helper.make_attribute("value", tensor))
    if where == "constant":
        model.graph.node.insert(0, node)
    elif where == "branch":
        inner = helper.make_graph([node], "inner", [], [])
        outer = helper.make_node("If", ["q"], ["z"], then_branch=inner, else_branch=inner)
        model.graph.node.insert(0, outer)
    elif where == "function":
        opsets = [helper.make_opsetid("", 17)]
        model.functions.append(helper.make_function("own", "f", [], ["c"], [node], opsets))
    else:
        model.training_info.add().algorithm.initializer.append(tensor)
    return _written(model, path)


def _written(model: Any, path: Path) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("where", ["weights", "constant", "branch", "function", "training"])
@pytest.mark.parametrize("place", ["/etc/passwd", "../secret", "secret"])
def test_data_in_other_files_is_refused_and_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, place: str
):
    (tmp_path / "models").mkdir()
    for folder in (tmp_path, tmp_path / "models"):
        (folder / "secret").write_bytes(WEIGHTS.tobytes())
    monkeypatch.chdir(tmp_path / "models")
    path = tampered(tmp_path / "models" / "own.onnx", place, where)
    monkeypatch.setattr("onnxruntime.InferenceSession", _never)
    with pytest.raises(ModelCorrupt, match="weights in other files, which Palote does not open"):
        opened(path)


def _never(*_: object, **__: object) -> None:
    raise AssertionError("the file was opened")


@pytest.mark.parametrize(
    ("domain", "operator"), [("evil", "Run"), ("com.microsoft", "EPContext"), ("ai.onnx.x", "Add")]
)
def test_operators_of_others_are_refused(tmp_path: Path, domain: str, operator: str):
    node = helper.make_node(operator, ["y"], ["z"], domain=domain)
    path = linear(tmp_path / "own.onnx", extra=(node,))
    with pytest.raises(ModelCorrupt, match=f"not ONNX's own, and is not run: {domain}:{operator}"):
        opened(path)


def test_functions_of_the_file_itself_are_its_own(tmp_path: Path):
    path = linear(tmp_path / "own.onnx", extra=(helper.make_node("f", ["y"], ["z"], domain="a"),))
    model = onnx.load(path)
    model.opset_import.append(helper.make_opsetid("a", 1))
    inner = helper.make_node("Neg", ["p"], ["q"])
    model.functions.append(
        helper.make_function("a", "f", ["p"], ["q"], [inner], [helper.make_opsetid("", 17)])
    )
    _written(model, path)
    assert opened(path)(INKS).logits == pytest.approx(EXPECTED, abs=1e-5)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path):
    content = linear(tmp_path / "own.onnx").read_bytes()
    path = tmp_path / "cut.onnx"
    for length in (1, 10, 100, len(content) // 2, len(content) - 30):
        path.write_bytes(content[:length])
        with pytest.raises(ModelCorrupt, match="no ONNX model"):
            opened(path)


def test_graphs_in_graphs_without_end(tmp_path: Path):
    content = b""
    for _ in range(10_000):
        for field in (6, 5, 1):  # a graph in an attribute in a node
            content = bytes([field << 3 | 2]) + _length(content) + content
    content = bytes([7 << 3 | 2]) + _length(content) + content
    with pytest.raises(ModelCorrupt, match="no ONNX model"):
        check_onnx(content, "'own.onnx'")


def _length(content: bytes) -> bytes:
    value, written = len(content), bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def test_any_bytes_are_answered_with_a_sentence():
    rng = np.random.default_rng(8)
    start = catalog.find("default").path.read_bytes()[:400]
    refused = 0
    for _ in range(300):
        content = bytearray(start)
        content[int(rng.integers(len(content)))] = int(rng.integers(256))
        try:
            check_onnx(bytes(content), "'own.onnx'")
        except ModelCorrupt:
            refused += 1
    assert refused > 100

"""What `benchmarks.serve` compares: four servers of the same pictures, each as people run it.

Three of them are short on purpose, for they are what is usually written:

- ``usual``  Flask and Keras ``model.predict``, the whole frame resized, threaded
- ``plain``  a FastAPI application that calls ``palote.read``
- ``floor``  a FastAPI application that decodes, resizes the whole frame and runs ONNX Runtime.
             It reads real drawings wrongly, and marks how fast this could be at all.

Each runs in a process of its own: ``python -m benchmarks.serve_contenders NAME PORT MODEL``.
FastAPI looks at the annotations of routes, so that here they are no text.
"""

import sys

SIDE = 28


def usual(port: int, model: str) -> None:
    """Serve as a lesson does it."""
    import logging

    import cv2
    import flask
    import keras
    import numpy as np

    network = keras.models.load_model(model, compile=False)
    network.predict(np.zeros((1, SIDE, SIDE, 1), np.float32), verbose=0)
    app = flask.Flask("usual")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/read")
    def read() -> dict[str, object]:
        grey = cv2.imdecode(np.frombuffer(flask.request.get_data(), np.uint8), 0)
        small = cv2.resize(255 - grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        batch = small.reshape(1, SIDE, SIDE, 1).astype(np.float32) / 255
        answer = network.predict(batch, verbose=0)
        values = answer["logits"] if isinstance(answer, dict) else answer
        shares = np.asarray(values[0] if isinstance(values, list) else values)[0, :10]
        return {"text": str(int(shares.argmax())), "probabilities": shares.tolist()}

    app.run("127.0.0.1", port, threaded=True)


def plain(port: int, _: str) -> None:
    """Serve with ``palote.read`` behind a route, and nothing else."""
    import uvicorn
    from fastapi import FastAPI, Request
    from starlette.concurrency import run_in_threadpool

    import palote

    app = FastAPI()

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/read")
    async def read(request: Request) -> dict[str, object]:
        body = await request.body()
        reading = await run_in_threadpool(palote.read, body)
        return dict(reading.to_dict())

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def floor(port: int, model: str) -> None:
    """Serve with the least that could be done, which reads real drawings wrongly."""
    import cv2
    import numpy as np
    import onnxruntime
    import uvicorn
    from fastapi import FastAPI, Request
    from starlette.concurrency import run_in_threadpool

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    output = session.get_outputs()[0].name
    app = FastAPI()

    def answer(body: bytes) -> dict[str, object]:
        grey = cv2.imdecode(np.frombuffer(body, np.uint8), 0)
        small = cv2.resize(255 - grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        batch = small.reshape(1, SIDE, SIDE, 1).astype(np.float32) / 255
        logits = session.run([output], {name: batch})[0][0, :10]
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return {"text": str(int(shares.argmax())), "probabilities": shares.tolist()}

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/read")
    async def read(request: Request) -> dict[str, object]:
        return await run_in_threadpool(answer, await request.body())

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


CONTENDERS = {"usual": usual, "plain": plain, "floor": floor}

if __name__ == "__main__":
    CONTENDERS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])

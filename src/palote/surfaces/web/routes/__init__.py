"""One short function a path: take the request apart, ask the reader, answer."""

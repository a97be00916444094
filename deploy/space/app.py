"""Palote as a Hugging Face Space; README.md says how to put it there.

It runs on any machine too: ``python app.py``. A Space says by the environment where it
listens; elsewhere it is this machine only.
"""

from palote.settings import Settings
from palote.surfaces.gradio_app import build
from palote.surfaces.gradio_app.look import page_options

settings = Settings.from_environment()
demo = build(settings)

if __name__ == "__main__":
    demo.launch(share=False, **page_options(settings))

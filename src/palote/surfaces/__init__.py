"""What people and programs meet, thin over the reader: parse, call it, show.

- ``cli/``  the terminal
- ``web/``  the page and the HTTP API
- ``gradio_app/``  the Gradio app
- ``webcam/``  the window with the camera
"""

"""What the page of a sweep says in Spanish, by the English sentence in the code."""

from __future__ import annotations

__all__ = ["SWEEP"]

SWEEP = {
    "A sweep over {name}": "Un barrido de {name}",
    "The same network, trained with other parameters each time, on the same pictures.": (
        "La misma red, entrenada cada vez con otros parámetros y las mismas imágenes."
    ),
    "of validation read right by the best": "de la validación acierta el mejor",
    "trials finished": "ensayos acabados",
    "trials stopped early": "detenidos antes de tiempo",
    "trials failed": "fallidos",
    "finished": "acabado",
    "stopped early": "detenido antes",
    "failed": "fallido",
    "{name} failed: {reason}": "{name} falló: {reason}",
    "No trial came to its end.": "Ningún ensayo llegó a su fin.",
    "{name} is best on validation: {share} read right.": "{name} es el mejor en validación: "
    "acierta el {share}.",
    "Of its test pictures it reads {share} right ({set}, {count} pictures; 95 % interval "
    "{interval}); it was chosen without them.": "De sus imágenes de prueba acierta el {share} "
    "({set}, {count} imágenes; intervalo del 95 %: {interval}); se eligió sin ellas.",
    "Train it again: {command}": "Para entrenarlo de nuevo: {command}",
    "Keep it under a name: {command}": "Para guardarlo con un nombre: {command}",
    "All trials": "Todos los ensayos",
    "The best first, by the validation pictures, which were set apart from the training ones. The "
    "share of the best is a little too good, for it was the best of several; its test says what to "
    "expect. Stopped trials were not among the best third after as many rounds.": (
        "Primero el mejor, según las imágenes de validación, que se apartaron de las de "
        "entrenamiento. La proporción del mejor es algo optimista, porque es el mejor de varios; "
        "lo que cabe esperar lo dicen sus imágenes de prueba. Los detenidos no estaban en el mejor "
        "tercio tras las mismas épocas."
    ),
    "What each parameter did": "Qué hizo cada parámetro",
    "A dot is a trial. The other parameters differ from dot to dot, too.": (
        "Un punto es un ensayo. De un punto a otro cambian también los demás parámetros."
    ),
    "Validation": "Validación",
    "Trial": "Ensayo",
    "Rounds": "Épocas",
    "State": "Estado",
}

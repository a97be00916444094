"""What the pages say in Spanish, by the English sentence that stands in the code."""

from __future__ import annotations

from palote.train.pages.spanish_sweep import SWEEP

__all__ = ["SPANISH"]

RESULTS = {
    "Results": "Resultados",
    "Pictures": "Imágenes",
    "Accuracy": "Exactitud",
    "95 % interval": "Intervalo del 95 %",
    "Read right": "Aciertos",
    "Withheld": "Sin respuesta",
    "Calibration error": "Error de calibración",
    "Accuracy on each set": "Exactitud en cada conjunto",
    "{right} of {count}": "{right} de {count}",
    "{low} to {high}": "{low} a {high}",
    "{count} pictures": "{count} imágenes",
    "{set}: {count} pictures": "{set}: {count} imágenes",
    "once": "una vez",
    "{count} times": "{count} veces",
    "On this page": "En esta página",
    "The same for: {set}": "Lo mismo para: {set}",
    "MNIST test set": "prueba de MNIST",
    "pens on a canvas, unseen writers": "trazos en un lienzo, de otras personas",
    "photos of paper": "fotos de papel",
    "screen drawings": "dibujos en pantalla",
    "handwriting other than MNIST": "escritura que no es de MNIST",
    "read right of {set} ({count} pictures); 95 % interval {interval}": "de aciertos: {set} "
    "({count} imágenes); intervalo del 95 %: {interval}",
    "The best digit counts, and a picture in which nothing is found counts as wrong. Other "
    "pictures of the same kind would give a slightly different share: the 95 % interval says "
    "within which bounds. Withheld are the pictures for which Palote would not vouch. The "
    "calibration error is the mean gap between how sure it says it is and how often it is right.": (
        "Cuenta la mejor cifra, y una imagen en la que no se encuentra nada cuenta como fallo. "
        "Otras imágenes del mismo tipo darían una proporción algo distinta: el intervalo del 95 % "
        "dice entre qué límites. Sin respuesta quedan las imágenes por las que Palote no pondría "
        "la mano en el fuego. El error de calibración es la distancia media entre lo seguro que "
        "dice estar y las veces que acierta."
    ),
}

CONFUSIONS = {
    "shows": "muestra",
    "What is taken for what": "Qué confunde con qué",
    "Confusion matrix: a row for each digit shown": "Matriz de confusión: una fila por cada cifra",
    "Most common confusions": "Confusiones más frecuentes",
    "None: all was read right.": "Ninguna: todo se leyó bien.",
    "{label} read as {answer}, {times}": "{label} leído como {answer}, {times}",
    "{label} not found, {times}": "{label} no encontrado, {times}",
    "Each row is a digit that the pictures show, each column what it was read as. What lies on the "
    "diagonal is right; the redder a cell beside it, the more often the two were confused.": (
        "Cada fila es una cifra que muestran las imágenes; cada columna, lo que se leyó. En la "
        "diagonal están los aciertos; cuanto más roja una celda, más veces se confundieron."
    ),
    "The last column counts pictures in which nothing was found.": "La última columna cuenta las "
    "imágenes en las que no se encontró nada.",
    "Digit by digit": "Cifra por cifra",
    "Digit": "Cifra",
    "Precision": "Precisión",
    "Recall": "Sensibilidad",
    "Mean": "Media",
    "Precision, recall and F1 of each digit": "Precisión, sensibilidad y F1 de cada cifra",
    "Precision: of the pictures read as a 4, the share that are fours. Recall: of the fours, the "
    "share read as a 4. F1 is their harmonic mean, and is low when either is. The lines are 95 % "
    "intervals.": (
        "Precisión: de las imágenes leídas como 4, cuántas lo son. Sensibilidad: de los cuatros, "
        "cuántos se leyeron como 4. F1 es su media armónica, y es baja si lo es una de las dos. "
        "Las líneas son intervalos del 95 %."
    ),
}

CERTAINTY = {
    "Does it know when it does not know?": "¿Sabe cuándo no sabe?",
    "Calibration": "Calibración",
    "Confidence": "Confianza",
    "Right": "Aciertos",
    "Share of right answers against confidence, in ten steps.": "Proporción de aciertos según la "
    "confianza, en diez tramos.",
    "{count} answers, {sure} sure on average: {right} right": "{count} respuestas, con una "
    "confianza media del {sure}: {right} de aciertos",
    "On average it is {sure} sure and {right} right. On the dashed line, what it says it is sure "
    "of comes true exactly as often; below it, it is too sure of itself. The bars show how many "
    "answers there are (their square root, so that few can be seen too).": (
        "De media confía en un {sure} y acierta un {right}. En la línea de puntos acierta tanto "
        "como dice; por debajo, confía demasiado. Las barras muestran cuántas respuestas hay "
        "(su raíz cuadrada, para que también se vean las pocas)."
    ),
    "Answering only when sure": "Responder solo si está segura",
    "Share of wrong answers against the share of pictures that get an answer.": "Proporción de "
    "fallos según la proporción de imágenes con respuesta.",
    "Pictures that get an answer": "Imágenes con respuesta",
    "Wrong among them": "Fallos entre ellas",
    "Palote": "Palote",
    "answers given: {given}, wrong among them: {wrong}": "respuestas dadas: {given}, fallos entre "
    "ellas: {wrong}",
    "Palote gives {given} of its answers and withholds the rest; of those it gives, {wrong} are "
    "wrong, where it would be {all} if it always answered.": (
        "Palote da el {given} de las respuestas y se guarda las demás; de las que da falla el "
        "{wrong}, y sería el {all} si respondiera siempre."
    ),
}

PICTURES = {
    "The most confident mistakes": "Los fallos más confiados",
    "{sure} sure": "confianza {sure}",
    "{count} of {all} pictures are read wrong; the surest mistakes come first. Each picture is "
    "what the network saw. Some labels are wrong themselves: judge for yourself.": (
        "{count} de {all} imágenes se leen mal; primero van los fallos más confiados. Cada imagen "
        "es lo que vio la red. Alguna etiqueta está mal: júzgalo tú."
    ),
    "A look at what was read": "Un vistazo a lo leído",
    "What was read, a row for each digit shown": "Lo que se leyó, una fila por cada cifra",
    "drawn by chance": "al azar",
    "the hardest": "las más difíciles",
    "Green and plain is right, red with a cross is wrong. The last three of each row are those of "
    "which the network was least sure that they are this digit.": (
        "En verde, los aciertos; en rojo y con una cruz, los fallos. Las tres últimas de cada fila "
        "son aquellas en las que la red veía menos esa cifra."
    ),
    "A {label} in which nothing was found": "Un {label} en el que no se encontró nada",
    "A {label}, read right": "Un {label}, bien leído",
    "A {label}, read as {answer}": "Un {label}, leído como {answer}",
    "Inside the network": "Dentro de la red",
    "Which ink decided": "Qué tinta decidió",
    "A {label}: the ink that spoke for it": "Un {label}: la tinta que habló a su favor",
    "A soft spot of ink was wiped away and the network asked again, all over the picture. Orange "
    "ink spoke for the digit, blue ink against it; grey made no difference.": (
        "Se borró una mancha de tinta y se preguntó otra vez a la red, por toda la imagen. La "
        "tinta naranja habló a favor de la cifra; la azul, en contra; la gris no cambió nada."
    ),
    "Why it was mistaken": "Por qué se equivocó",
    "for {digit}, as read": "por {digit}, lo leído",
    "for {digit}, as it is": "por {digit}, lo que es",
    "A {label} that was read as {answer}: the ink that spoke {what}": "Un {label} leído como "
    "{answer}: la tinta que habló {what}",
    "What the filters make of one picture": "Lo que los filtros ven en una imagen",
    "The picture whose feature maps follow, a {label}": "La imagen cuyos mapas siguen, un {label}",
    "{name}: {count} filters, maps of {height} × {width}": "{name}: {count} filtros, mapas de "
    "{height} × {width}",
    "{name}: the {shown} strongest of {count} filters, maps of {height} × {width}": "{name}: los "
    "{shown} más fuertes de {count} filtros, mapas de {height} × {width}",
    "Each small picture is one filter's map: bright where it found what it looks for. The first "
    "layers find edges, later ones whole parts, ever more coarsely.": (
        "Cada imagen pequeña es el mapa de un filtro: claro donde encontró lo que busca. Las "
        "primeras capas encuentran bordes; las siguientes, partes enteras, cada vez más a grandes "
        "rasgos."
    ),
}

TRAINING = {
    "{name}: training report": "{name}: informe del entrenamiento",
    "{name}: evaluation": "{name}: evaluación",
    "A network that reads handwritten digits.": "Una red que lee cifras escritas a mano.",
    "weights": "pesos",
    "of training": "de entrenamiento",
    "for one picture": "por imagen",
    "best on validation data": "lo mejor en validación",
    "How the training went": "Cómo fue el entrenamiento",
    "Epoch": "Época",
    "Loss": "Pérdida",
    "training": "entrenamiento",
    "validation": "validación",
    "Loss by epoch, on training and on validation data.": "Pérdida por época, en los datos de "
    "entrenamiento y de validación.",
    "Share of right answers by epoch, on training and on validation data.": "Proporción de "
    "aciertos por época, en los datos de entrenamiento y de validación.",
    "The loss is what training makes small: how surprised the network was by the right answers. "
    "Validation pictures were set apart and never trained on. Where the validation curve turns for "
    "the worse while the other still improves, the network begins to learn by heart. Where "
    "training pictures are distorted anew in every epoch, they are harder than the validation "
    "pictures. Both scales are stretched towards the better end.": (
        "La pérdida es lo que el entrenamiento reduce: cuánto sorprendieron a la red las "
        "respuestas correctas. Las imágenes de validación se apartaron y no se entrenó con "
        "ellas. Donde la curva de validación empeora mientras la otra aún mejora, la red "
        "empieza a aprender de memoria. Si las imágenes de entrenamiento se deforman de nuevo en "
        "cada época, son más difíciles que las de validación. Ambas escalas están estiradas hacia "
        "el lado bueno."
    ),
    "All epochs as a table": "Todas las épocas en una tabla",
    "Loss and accuracy of each epoch": "Pérdida y exactitud de cada época",
    "Stage": "Etapa",
    "Loss, training": "Pérdida, entrenamiento",
    "Loss, validation": "Pérdida, validación",
    "Accuracy, training": "Exactitud, entrenamiento",
    "Accuracy, validation": "Exactitud, validación",
    "Time": "Tiempo",
    "The network": "La red",
    "The layers of the network": "Las capas de la red",
    "All layers": "Todas las capas",
    "Layer": "Capa",
    "Kind": "Tipo",
    "Output": "Salida",
    "Weights": "Pesos",
    "Share": "Proporción",
    "In all": "En total",
    "The shapes on the way through the network": "Las formas en el camino por la red",
    "Height by width by channels of what leaves each layer, and how many numbers it has learned.": (
        "Alto por ancho por canales de lo que sale de cada capa, y cuántos números ha aprendido."
    ),
    "How it was made": "Cómo se hizo",
    "The command": "La orden",
    "Stages": "Etapas",
    "Best on validation data": "Lo mejor en validación",
    "Files": "Archivos",
    "File": "Archivo",
    "Size": "Tamaño",
    "Settings": "Ajustes",
    "Machine and versions": "Máquina y versiones",
}

COMPARISON = {
    "Which network?": "¿Qué red?",
    "Each read the same pictures, end to end, as people meet it.": "Todas leyeron las mismas "
    "imágenes, de principio a fin, como las usa la gente.",
    "is what we would take here": "es la que elegiríamos aquí",
    "networks": "redes",
    "sets of pictures": "conjuntos de imágenes",
    "pictures, the same for each": "imágenes, las mismas para todas",
    "Recommendation": "Recomendación",
    "{name} is not compared: {reason}": "{name} no se compara: {reason}",
    "{name} reads {share} of {count} pictures right ({sets}; 95 % interval {interval}). There is "
    "nothing to compare it with.": (
        "{name} lee bien el {share} de {count} imágenes ({sets}; intervalo del 95 %: {interval}). "
        "No hay con qué compararla."
    ),
    "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval {interval}), "
    "and every other network here is measurably worse.": (
        "Elige {name}: lee bien el {share} de {count} imágenes ({sets}; intervalo del 95 %: "
        "{interval}), y todas las demás redes son claramente peores."
    ),
    "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval {interval}), "
    "more than any other, and it is the smallest of the {good} that are not measurably worse.": (
        "Elige {name}: lee bien el {share} de {count} imágenes ({sets}; intervalo del 95 %: "
        "{interval}), más que ninguna, y es la más pequeña de las {good} entre las que no hay "
        "diferencia clara."
    ),
    "Take {name}: it reads {share} of {count} pictures right ({sets}; 95 % interval {interval}), "
    "and is the smallest of the {good} networks that are not measurably worse than the best.": (
        "Elige {name}: lee bien el {share} de {count} imágenes ({sets}; intervalo del 95 %: "
        "{interval}), y es la más pequeña de las {good} redes que no son claramente peores que la "
        "mejor."
    ),
    "{best} reads {points} percentage points more (95 % interval of the difference {low} to "
    "{high}), which is within the noise: two equally good networks would differ at least so much "
    "in {chance} of such comparisons. It has {times} times as many weights.": (
        "{best} lee {points} puntos porcentuales más (intervalo del 95 % de la diferencia: {low} a "
        "{high}), lo que puede ser azar: dos redes igual de buenas se distinguirían al menos tanto "
        "en el {chance} de tales comparaciones. Tiene {times} veces más pesos."
    ),
    "Measurably worse than the best, in percentage points: {listed}.": "Claramente peores que la "
    "mejor, en puntos porcentuales: {listed}.",
    "Of {set} alone, {best} reads measurably more: {best_share} against {share}.": "Solo en {set}, "
    "{best} lee claramente más: {best_share} frente a {share}.",
    "Only MNIST was at hand, whose pictures are cut out and centred already: it says little about "
    "your own handwriting. Give pictures of your own with --data.": (
        "Solo había imágenes de MNIST, ya recortadas y centradas: dicen poco de tu propia letra. "
        "Añade imágenes tuyas con --data."
    ),
    "Side by side": "Una al lado de otra",
    "All networks on all sets": "Todas las redes en todos los conjuntos",
    "Share of pictures read right, end to end, with its 95 % interval. Bold: not measurably worse "
    "than the best of the column. One picture: the network alone, on one core, median of many.": (
        "Proporción de imágenes bien leídas, de principio a fin, con su intervalo del 95 %. En "
        "negrita: no es claramente peor que la mejor de la columna. Una imagen: solo la red, en un "
        "núcleo, mediana de muchas."
    ),
    "Network": "Red",
    "One picture": "Una imagen",
    "Training": "Entrenamiento",
    "What accuracy costs": "Lo que cuesta la exactitud",
    "Accuracy and size": "Exactitud y tamaño",
    "Accuracy and speed": "Exactitud y velocidad",
    "Time for one picture": "Tiempo por imagen",
    "Of {sets}. The lines are 95 % intervals. What lies further up reads better, what lies further "
    "left is smaller or faster; both scales are stretched.": (
        "De {sets}. Las líneas son intervalos del 95 %. Cuanto más arriba, mejor lee; cuanto más a "
        "la izquierda, más pequeña o más rápida; ambas escalas están estiradas."
    ),
    "Against the best, {name}": "Frente a la mejor, {name}",
    "Differences from the best network": "Diferencias con la mejor red",
    "Difference": "Diferencia",
    "By chance": "Por azar",
    "So it is": "Así que es",
    "measurably worse": "claramente peor",
    "within the noise": "puede ser azar",
    "Of {sets}. Differences are in percentage points. By chance: how likely two equally good "
    "networks differ at least so much on these pictures (McNemar's exact test). Below 5 % we call "
    "it measurable.": (
        "De {sets}. Las diferencias son puntos porcentuales. Por azar: cuán probable es que dos "
        "redes igual de buenas se distingan al menos tanto en estas imágenes (prueba exacta de "
        "McNemar). Por debajo del 5 % la llamamos clara."
    ),
    "How each was made": "Cómo se hizo cada una",
    "Trained on": "Entrenada con",
    "Command": "Orden",
}

SPANISH = {
    **{**RESULTS, **CONFUSIONS, **CERTAINTY, **PICTURES},
    **{**TRAINING, **COMPARISON, **SWEEP},
}
"""English sentence -> Spanish sentence, with the same names in braces."""

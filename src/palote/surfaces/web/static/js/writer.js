/** An invisible hand that writes an example on the sheet, stroke by stroke, as a person would. */

/** Points it writes in a frame; a digit takes about half a second. */
const PACE = 2;

/** @param {(action: import("./state.js").Action) => void} dispatch */
export function createWriter(dispatch) {
  let frame = 0;

  function stop() {
    if (!frame) return;
    cancelAnimationFrame(frame);
    frame = 0;
    dispatch({ type: "pen-up" });
  }

  /** @param {number[][]} strokes x, y, x, y, ... in units */
  function write(strokes) {
    stop();
    dispatch({ type: "clear" });
    const atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const steps = strokes.flatMap((points) => stepsOf(points, atOnce ? points.length : PACE));
    const step = () => {
      for (const action of steps.shift() ?? []) dispatch(action);
      frame = steps.length ? requestAnimationFrame(step) : 0;
    };
    if (atOnce) steps.flat().forEach(dispatch);
    else step();
  }

  return { write, stop };
}

/**
 * @param {readonly number[]} points of one stroke
 * @param {number} pace points a step
 * @returns {import("./state.js").Action[][]}
 */
function stepsOf(points, pace) {
  const [x, y, ...rest] = points;
  /** @type {import("./state.js").Action[][]} */
  const steps = [[{ type: "pen-down", x, y }]];
  for (let i = 0; i < rest.length; i += 2 * pace) {
    steps.push([{ type: "pen-move", points: rest.slice(i, i + 2 * pace) }]);
  }
  steps.push([{ type: "pen-up" }]);
  return steps;
}

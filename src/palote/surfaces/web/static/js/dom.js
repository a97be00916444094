/** Small changes to the page that do nothing where nothing is to change. */

/** @param {HTMLImageElement} image @param {string | undefined} source */
export function show(image, source) {
  image.hidden = !source;
  if (source && image.getAttribute("src") !== source) image.src = source;
  if (!source) image.removeAttribute("src");
}

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLSelectElement} select @param {string[][]} options value and text @param {string} chosen */
export function offer(select, options, chosen) {
  const same = options.length === select.options.length
    && options.every(([value, text], i) => select.options[i].value === value && select.options[i].text === text);
  if (!same) select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (select.value !== chosen) select.value = chosen;
}

/** @param {string} tag @param {string} text @param {string} [name] of its class */
export function withText(tag, text, name) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

/**
 * The page of the HTTP API: what /openapi.json says, for people.
 *
 * FastAPI's own page comes from another origin, which Palote never asks for anything.
 */

/** @typedef {Record<string, any>} Json */

const part = (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (document.querySelector(`[data-part=${name}]`));

/** @type {Json} */
const schemas = {};

/** Ask for the schema and show it. */
export async function show() {
  part("example").textContent = `curl -F image=@seven.png ${location.origin}/api/read`;
  const schema = /** @type {Json} */ (await (await fetch("/openapi.json")).json());
  Object.assign(schemas, schema.components.schemas);
  for (const [path, verbs] of Object.entries(schema.paths)) {
    for (const [verb, operation] of Object.entries(/** @type {Json} */ (verbs))) {
      part("paths").append(describe(path, verb, operation));
    }
  }
  for (const [name, shape] of Object.entries(schemas)) {
    if (shape.properties) part("shapes").append(describeShape(name, shape));
  }
}

/** @param {string} name @param {Json} shape */
function describeShape(name, shape) {
  const article = make("article", make("h3", name), make("p", shape.description ?? ""));
  article.id = name;
  const needed = new Set(shape.required ?? []);
  const rows = Object.entries(/** @type {Json} */ (shape.properties)).map(([field, about]) => [
    make("code", field), kindOf(about), needed.has(field) ? "always" : "", about.description ?? "",
  ]);
  article.append(table(["field", "kind", "there", "what"], rows));
  return article;
}

/** @param {Json} schema */
function contentOf(schema) {
  if (schema.properties) return `field ${Object.keys(schema.properties).join(", ")}`;
  return schema.$ref ? kindOf(schema) : "the file itself";
}

/** @param {string} path @param {string} verb @param {Json} operation */
function describe(path, verb, operation) {
  const heading = make("h2", classed("verb", verb.toUpperCase()), classed("path", path));
  const article = make("article", heading, make("p", operation.description ?? operation.summary));
  for (const [place, title] of [["path", "Path"], ["query", "Query"]]) {
    const rows = (operation.parameters ?? [])
      .filter((/** @type {Json} */ parameter) => parameter.in === place)
      .map((/** @type {Json} */ { name, schema, description }) => [
        make("code", name), kindOf(schema), String(schema.default ?? ""), description ?? "",
      ]);
    if (rows.length > 0) {
      article.append(make("h3", title), table(["name", "kind", "default", "what"], rows));
    }
  }
  if (operation.requestBody) {
    article.append(make("h3", "Body"), make("p", operation.requestBody.description));
    const rows = Object.entries(/** @type {Json} */ (operation.requestBody.content)).map(
      ([type, { schema, example }]) => [
        make("code", type),
        contentOf(schema),
        make("code", example ? JSON.stringify(example) : ""),
      ],
    );
    article.append(table(["type", "what", "example"], rows));
  }
  const rows = Object.entries(/** @type {Json} */ (operation.responses)).map(([status, answer]) => {
    const [type, content] = Object.entries(/** @type {Json} */ (answer.content))[0];
    const what = answer.description === "Successful Response" ? "Done." : answer.description;
    return [status, make("code", type), kindOf(content.schema), what];
  });
  article.append(make("h3", "Answers"), table(["status", "type", "shape", "when"], rows));
  return article;
}

/**
 * What a piece of schema is, in a word or a link.
 * @param {Json} schema
 * @returns {Node | string}
 */
function kindOf(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    if (!schemas[name].properties) return "anything";
    const link = /** @type {HTMLAnchorElement} */ (make("a", name));
    link.href = `#${name}`;
    return link;
  }
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const) return schema.const;
  if (schema.anyOf) return kindOf(schema.anyOf.find((/** @type {Json} */ one) => one.type !== "null"));
  if (schema.additionalProperties) return "object";
  if (schema.type === "array") return make("span", "list of ", kindOf(schema.items));
  return schema.type ?? "";
}

/** @param {string[]} heads @param {(Node | string)[][]} rows */
function table(heads, rows) {
  const head = make("tr", ...heads.map((text) => {
    const cell = make("th", text);
    cell.setAttribute("scope", "col");
    return cell;
  }));
  const body = rows.map((cells) => make("tr", ...cells.map((cell) => make("td", cell))));
  return make("table", make("thead", head), make("tbody", ...body));
}

/** @param {string} name @param {string} text */
function classed(name, text) {
  const span = make("span", text);
  span.className = name;
  return span;
}

/** @param {string} tag @param {...(Node | string)} children */
function make(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

await show();

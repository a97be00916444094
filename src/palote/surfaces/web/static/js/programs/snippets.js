/** The examples as text: for this server's address, and for what is to be expected. */

/** @typedef {"curl" | "python" | "javascript" | "json"} Program */

/** @type {readonly Program[]} */
export const PROGRAMS = ["curl", "python", "javascript", "json"];

/**
 * @param {Program} program
 * @param {object} about
 * @param {string} about.origin of this server
 * @param {import("../number.js").Expect} about.expect
 * @param {import("../api.js").Reading | undefined} about.reading the last answer
 * @returns {string} "" where there is none yet
 */
export function snippet(program, { origin, expect, reading }) {
  const url = `${origin}/api/read${expect === "auto" ? "" : `?expect=${expect}`}`;
  switch (program) {
    case "curl":
      return `curl -F image=@photo.png "${url}"`;
    case "python":
      return `import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

with open("photo.png", "rb") as file:
    picture = file.read()

url = "${url}"
request = Request(url, picture)
request.add_header("Content-Type", "image/png")
try:
    with urlopen(request) as answer:
        reading = json.load(answer)
except HTTPError as refusal:
    raise SystemExit(json.load(refusal)["detail"])

print(reading["text"], reading["confidence"])`;
    case "javascript":
      return `import { readFile } from "node:fs/promises";

const url = "${url}";
const answer = await fetch(url, {
  method: "POST",
  headers: { "Content-Type": "image/png" },
  body: await readFile("photo.png"),
});
const reading = await answer.json();
if (!answer.ok) throw new Error(reading.detail);

console.log(reading.text, reading.confidence);`;
    case "json":
      return reading ? asJson(reading) : "";
  }
}

/** A reading without its pictures, its rows of numbers on a line each. @param {import("../api.js").Reading} reading */
function asJson(reading) {
  const pictures = ["stages", "ink", "saliency"];
  const text = JSON.stringify(reading, (key, value) => (pictures.includes(key) ? undefined : value), 2);
  return text.replace(/\[[-\d.,e\s]+\]/g, (row) => row.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"));
}

import { mount } from "./page.js";

mount(/** @type {HTMLElement} */ (document.getElementById("palote")));

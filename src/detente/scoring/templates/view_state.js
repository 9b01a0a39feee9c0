"use strict";
// What the page shows: its data, the filters, and the state that the four files share.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const main = byId("articles");
const LANE = 14;
const LINE = 24;
const state = {
  kinds: new Set(Object.keys(data.kinds)),
  layers: new Set(Object.keys(data.layers)),
  type: "",
  slice: "",
  query: "",
};
const views = [];
let errors = [];
let article = -1;
let error = -1;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// ------------------------------------------------------------------ which items are shown
function hasType(item) {
  if (!state.type) return true;
  const [group, name] = JSON.parse(state.type);
  return data.groups[group].layers.includes(item.l) && [item.g, item.p].some((side) => side && side.t === name);
}

// an item is in its own slices and in those of its article, which are added to it when the page starts
function hasSlice(item) {
  return state.slice === "" || item.s.includes(Number(state.slice));
}

function shown(item) {
  return state.layers.has(item.l) && item.k.some((kind) => state.kinds.has(kind)) && hasType(item) && hasSlice(item);
}

function anyShown(item) {
  return shown(item) || item.x.some(shown);
}

const isError = (item) => item.k[0] !== "correct";

function filtered() {
  return state.type !== "" || state.slice !== "" || state.kinds.size < Object.keys(data.kinds).length || state.layers.size < Object.keys(data.layers).length;
}

function haystack(view) {
  if (view.haystack === undefined) {
    const words = [view.data.id, view.data.title];
    for (const paragraph of view.data.paragraphs) words.push(paragraph.s.join(""));
    for (const item of view.data.items) {
      for (const part of [item, ...item.x]) {
        for (const side of [part.g, part.p]) if (side) words.push(side.t, side.n, ...side.d);
      }
    }
    view.haystack = words.join("\n").toLowerCase();
  }
  return view.haystack;
}

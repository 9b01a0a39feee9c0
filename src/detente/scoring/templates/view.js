// Articles are drawn when they come near the window; text is only ever set as text, never as markup.
// ------------------------------------------------------------------ articles
function draw(view) {
  if (view.drawn) return;
  view.drawn = true;
  view.body.className = "";
  view.segments = [];
  view.rows = new Map();
  view.body.replaceChildren(...view.data.paragraphs.map((paragraph, p) => drawParagraph(view, paragraph, p)), drawStances(view));
  light();
}

function tally(view) {
  const counts = {};
  for (const item of view.data.items) {
    for (const part of [item, ...item.x]) {
      if (shown(part)) for (const kind of part.k) counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  view.facts.replaceChildren(make("span", "tally", view.data.facts));
  for (const [kind, [name]] of Object.entries(data.kinds)) {
    if (counts[kind]) view.facts.append(make("span", `tally k-${kind}`, `${counts[kind]} ${name}`));
  }
  return Object.entries(counts).reduce((sum, [kind, n]) => sum + (kind === "correct" ? 0 : n), 0);
}

function refresh() {
  errors = [];
  error = -1;
  held = null;
  let first = null;
  views.forEach((view, a) => {
    const hit = !state.query || haystack(view).includes(state.query);
    view.shown = hit && (!filtered() || view.data.items.some(anyShown));
    view.element.hidden = view.link.parentElement.hidden = !view.shown;
    view.drawn = false;
    view.body.replaceChildren();
    view.body.className = "undrawn";
    if (!view.shown) return;
    first ??= view;
    const wrong = tally(view);
    view.count.textContent = wrong || "";
    view.count.title = `${wrong} errors shown`;
    view.data.items.forEach((item, i) => {
      if (shown(item) && isError(item)) errors.push([a, `${i}`, item]);
      item.x.forEach((part, j) => {
        if (shown(part) && isError(part)) errors.push([a, `${i}.${j}`, part]);
      });
    });
    watcher.unobserve(view.element);
    watcher.observe(view.element);
  });
  byId("none")?.remove();
  if (!first) {
    const none = make("p", "note", "Nothing here has this kind, layer, type, slice and text together.");
    none.id = "none";
    main.append(none);
  }
  say("");
  light();
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) draw(views[Number(entry.target.dataset.article)]);
}, { rootMargin: "1200px" });

// search hits are painted over the text by the browser, without touching the page's elements
function light() {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete("search");
  if (!state.query) return;
  const ranges = [];
  for (const view of views) {
    if (!view.shown || !view.drawn) continue;
    for (const elements of view.segments) lightParagraph(elements, ranges);
  }
  CSS.highlights.set("search", new Highlight(...ranges));
}

function lightParagraph(elements, ranges) {
  const nodes = elements.map((element) => element.firstChild).filter((node) => node?.nodeType === Node.TEXT_NODE);
  const text = nodes.map((node) => node.data).join("").toLowerCase();
  const point = (offset) => {
    for (const node of nodes) {
      if (offset <= node.data.length) return [node, offset];
      offset -= node.data.length;
    }
    return null;
  };
  for (let at = text.indexOf(state.query); at >= 0; at = text.indexOf(state.query, at + state.query.length)) {
    const [from, to] = [point(at), point(at + state.query.length)];
    if (!from || !to) return;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(...to);
    ranges.push(range);
  }
}

function say(text) {
  byId("status").textContent = text;
}

function mark(a) {
  if (article >= 0) views[article].link.removeAttribute("aria-current");
  article = a;
  views[a].link.setAttribute("aria-current", "true");
  views[a].link.scrollIntoView({ block: "nearest" });
}

// articles that come near the window are drawn some frames later and push the target away: it is held until all is still
let held = null;
let release = 0;
new ResizeObserver(() => held?.target.scrollIntoView({ block: held.block })).observe(main);
for (const name of ["wheel", "pointerdown", "touchstart"]) addEventListener(name, () => (held = null), { passive: true });

function bring(target, block) {
  held = { target, block };
  target.scrollIntoView({ block });
  clearTimeout(release);
  release = setTimeout(() => (held = null), 1000);
}

function goToArticle(a) {
  draw(views[a]);
  mark(a);
  bring(views[a].element, "start");
  views[a].heading.focus({ preventScroll: true });
  say(`${views[a].data.id}: ${views[a].data.title}`);
}

function stepArticle(step) {
  let a = article < 0 && step < 0 ? views.length : article;
  do a += step; while (views[a] && !views[a].shown);
  if (views[a]) goToArticle(a);
}

function stepError(step) {
  if (!errors.length) {
    say("No errors among what is shown.");
    return;
  }
  if (error < 0 && article >= 0) {
    error = errors.findIndex(([a]) => a >= article);
    if (error < 0) error = 0;
    else if (step < 0) error -= 1;
    error = (error + errors.length) % errors.length;
  } else error = error < 0 ? (step > 0 ? 0 : errors.length - 1) : (error + step + errors.length) % errors.length;
  const [a, key, item] = errors[error];
  draw(views[a]);
  mark(a);
  document.querySelector(".current")?.classList.remove("current");
  const target = views[a].rows.get(key) ?? views[a].element.querySelector(`i[data-item="${key}"][data-label]`) ?? views[a].element.querySelector(`[data-item="${key.split(".")[0]}"]`);
  if (target) {
    target.classList.add("current");
    bring(target, "center");
    target.closest(".item")?.focus({ preventScroll: true });
  }
  const side = item.g ?? item.p;
  const what = item.w ? `${item.w} ${change(item, (one) => one.t)}` : `${change(item, (one) => one.t)} “${isolated(side.n)}”`;
  say(`${error + 1} of ${errors.length} · ${data.layers[item.l][0]} · ${what}: ${item.k.map((kind) => data.kinds[kind][0]).join(", ")}`);
}

// ------------------------------------------------------------------ the page around the articles
function addFilter(box, table, set, counts, signs) {
  for (const [name, words] of Object.entries(table)) {
    const label = make("label");
    label.title = words[words.length - 1];
    const input = make("input");
    input.type = "checkbox";
    input.checked = true;
    input.value = name;
    input.addEventListener("change", () => {
      if (input.checked) set.add(name);
      else set.delete(name);
      refresh();
    });
    label.append(input, signs ? make("span", `sign k-${name}`, words[1]) : "", ` ${words[0]} `, make("span", "n", counts[name] ?? 0));
    box.append(label);
  }
}

function start() {
  const counts = { kinds: {}, layers: {} };
  data.articles.forEach((one, a) => {
    const element = make("article");
    element.dataset.article = a;
    const [heading, facts, body] = [make("h2", "", one.title), make("p", "facts"), make("div", "undrawn")];
    heading.tabIndex = -1;
    heading.dir = "auto";
    element.append(heading, facts, body);
    main.append(element);
    const link = make("a");
    link.href = "#articles";
    link.title = one.title;
    const count = make("span", "n");
    link.append(make("span", "", one.id), count);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goToArticle(a);
    });
    const entry = make("li");
    entry.append(link);
    byId("index").append(entry);
    views.push({ data: one, element, heading, facts, body, link, count, drawn: false, shown: true });
    for (const item of one.items) {
      for (const part of [item, ...item.x]) {
        counts.layers[part.l] = (counts.layers[part.l] ?? 0) + 1;
        for (const kind of part.k) counts.kinds[kind] = (counts.kinds[kind] ?? 0) + 1;
      }
    }
  });
  addFilter(byId("kinds"), data.kinds, state.kinds, counts.kinds, true);
  addFilter(byId("layers"), data.layers, state.layers, counts.layers, false);
  data.groups.forEach((group, g) => {
    const options = make("optgroup");
    options.label = group.name;
    for (const name of group.types) {
      const option = make("option", "", name);
      option.value = JSON.stringify([g, name]);
      options.append(option);
    }
    byId("type").append(options);
  });
  fillSlices();
  fillConfusions();
  byId("type").addEventListener("change", (event) => {
    state.type = event.target.value;
    refresh();
  });
  let waiting = 0;
  byId("query").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      state.query = event.target.value.trim().toLowerCase();
      refresh();
    }, 120);
  });
  byId("reset").addEventListener("click", reset);
  document.addEventListener("keydown", onKey);
  const measure = () => {
    const header = document.querySelector("header");
    const pinned = getComputedStyle(header).position === "sticky";
    document.documentElement.style.setProperty("--top", `${pinned ? header.offsetHeight : 0}px`);
  };
  addEventListener("resize", measure);
  measure();
  refresh();
}

function reset() {
  for (const input of document.querySelectorAll("fieldset input")) input.checked = true;
  for (const kind of Object.keys(data.kinds)) state.kinds.add(kind);
  for (const layer of Object.keys(data.layers)) state.layers.add(layer);
  state.type = byId("type").value = "";
  state.slice = byId("slice").value = "";
  state.query = byId("query").value = "";
  refresh();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.activeElement?.blur();
    say("");
    return;
  }
  if (event.target.matches?.("select, input[type=search]")) {
    if (event.key === "Enter" && event.target.id === "query") {
      event.target.blur();
      article = -1;
      setTimeout(() => stepArticle(1), 150);
    }
    return;
  }
  const keys = { j: () => stepArticle(1), k: () => stepArticle(-1), n: () => stepError(1), p: () => stepError(-1), "/": () => byId("query").select() };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
}

start();

// One article: its text with the lanes, and the lists of events and stances.
// ------------------------------------------------------------------ text with its lanes
function describe(item, side, sideName) {
  const kinds = item.k.map((kind) => data.kinds[kind][0]).join(", ");
  const details = side.d.length ? ` (${side.d.join(", ")})` : "";
  return `${sideName} ${side.t} “${side.n}”${details}: ${kinds}`;
}

function spansOf(view, p, starts) {
  const spans = [];
  view.data.items.forEach((item, i) => {
    if (!["entities", "mentions", "events"].includes(item.l) || !shown(item)) return;
    const sign = isError(item) ? " " + item.k.map((kind) => data.kinds[kind][1]).join("") : "";
    for (const [sideName, side] of [["gold", item.g], ["predicted", item.p]]) {
      if (!side) continue;
      for (const [paragraph, from, to] of side.a) {
        if (paragraph !== p) continue;
        const label = side.t + sign;
        const end = Math.max(starts[to], starts[from] + label.length * 1.02 + 1.2);
        spans.push({ from, to, start: starts[from], end, length: starts[to] - starts[from], sideName, side, item, i, label });
      }
    }
  });
  return spans;
}

function placeInLanes(spans) {
  for (const sideName of ["gold", "predicted"]) {
    const lanes = [];
    const ordered = spans.filter((span) => span.sideName === sideName).sort((a, b) => a.length - b.length || a.start - b.start);
    for (const span of ordered) {
      let lane = 0;
      while (lanes[lane] && lanes[lane].some((other) => other.start < span.end && span.start < other.end)) lane += 1;
      (lanes[lane] ??= []).push(span);
      span.lane = lane;
    }
  }
}

function drawSegment(text, index, covering, view) {
  const element = make("span", "s", text);
  const depth = (name) => Math.max(0, ...covering.filter((span) => span.sideName === name).map((span) => span.lane + 1));
  const [above, below] = [depth("gold") * LANE, depth("predicted") * LANE];
  if (!covering.length || !text.trim()) return element;
  element.classList.add("laned");
  element.style.paddingTop = `${above}px`;
  element.style.paddingBottom = `${below}px`;
  for (const span of covering) {
    const line = make("i", `${span.sideName} k-${span.item.k[0]}`);
    if (span.item.l === "events") line.classList.add("event");
    if (span.item.l === "mentions") line.classList.add("unscored");
    if (span.to > index + 1) line.classList.add("over");
    if (span.from === index) line.dataset.label = span.label;
    line.dataset.item = span.i;
    line.title = describe(span.item, span.side, span.sideName);
    if (span.sideName === "gold") line.style.top = `${above - span.lane * LANE - 2}px`;
    else line.style.top = `${above + LINE + span.lane * LANE}px`;
    if (span.item.l === "events") line.addEventListener("click", () => view.rows.get(`${span.i}`)?.focus());
    element.append(line);
  }
  return element;
}

function drawParagraph(view, paragraph, p) {
  const row = make("div", "row");
  const text = make("p", `text ${paragraph.c}`);
  text.dir = "auto";
  if (paragraph.c) text.append(make("span", "what", paragraph.k.replaceAll("_", " ")));
  const starts = [0];
  for (const segment of paragraph.s) starts.push(starts[starts.length - 1] + segment.length);
  const spans = spansOf(view, p, starts);
  placeInLanes(spans);
  const covering = paragraph.s.map(() => []);
  for (const span of spans) for (let i = span.from; i < span.to; i += 1) covering[i].push(span);
  const elements = paragraph.s.map((segment, i) => drawSegment(segment, i, covering[i], view));
  view.segments[p] = elements;
  let word = null;
  paragraph.s.forEach((segment, i) => {
    if (!segment.trim()) {
      word = null;
      text.append(elements[i]);
    } else {
      const next = paragraph.s[i + 1];
      if (!word && next !== undefined && next.trim()) {
        word = make("span", "word");
        text.append(word);
      }
      (word ?? text).append(elements[i]);
    }
  });
  row.append(text, drawItems(view, p));
  return row;
}

// ------------------------------------------------------------------ events and stances as lists
function kindWords(item) {
  const words = make("span", `kind k-${item.k[0]}`, isError(item) ? ` ${item.k.map((kind) => data.kinds[kind][0]).join(", ")}` : "");
  words.title = item.k.map((kind) => data.kinds[kind][2]).join("; ");
  return words;
}

function sign(item) {
  const mark = make("span", `sign k-${item.k[0]}`, data.kinds[item.k[0]][1]);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", data.kinds[item.k[0]][0]);
  return mark;
}

// "gold → predicted" where the two differ, the one value where they do not
function change(item, of) {
  const [ours, theirs] = [item.g && of(item.g), item.p && of(item.p)];
  if (ours === null || ours === undefined) return theirs ?? "";
  if (theirs === null || theirs === undefined || ours === theirs) return ours;
  return `${ours} → ${theirs}`;
}

// whatever a name does to the direction of writing ends with it
const isolated = (text) => `\u2068${text}\u2069`;
const nameOf = (item) => change(item, (side) => isolated(side.n));

function changedDetails(item) {
  const [ours, theirs] = [item.g?.d, item.p?.d];
  if (!ours || !theirs || ours.length !== theirs.length) return change(item, (side) => side.d.join(" · "));
  return ours.map((detail, i) => (detail === theirs[i] ? detail : `${detail} → ${theirs[i]}`)).join(" · ");
}

function drawPart(part, key, view) {
  const line = make("li", "part");
  line.dataset.item = key;
  line.append(sign(part), make("b", "", part.w || change(part, (side) => side.t)), " ");
  line.append(part.w ? change(part, (side) => side.t) : nameOf(part));
  line.append(kindWords(part));
  view.rows.set(key, line);
  return line;
}

function addLight(view, row, lights) {
  const set = (on) => {
    for (const [places, name] of lights) {
      for (const [p, from, to] of places) {
        for (const element of view.segments[p].slice(from, to)) element.classList.toggle(name, on);
      }
    }
  };
  for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => set(true));
  for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => set(false));
}

const placesOf = (item) => [item.g, item.p].flatMap((side) => (side ? side.a : []));

function drawItem(view, item, i) {
  const row = make("div", `item k-${item.k[0]}`);
  row.tabIndex = 0;
  row.dataset.item = i;
  const head = make("div");
  head.append(sign(item), make("b", "", change(item, (side) => side.t)), " ");
  if (item.l === "events") head.append(make("q", "", nameOf(item)));
  else head.append(nameOf(item));
  head.append(kindWords(item));
  row.append(head);
  const attributes = item.x.filter((part) => part.l === "attributes");
  const details = changedDetails(item);
  if (details && !attributes.some((part) => isError(part) && shown(part))) row.append(make("div", "aside", details));
  if (item.l === "stance") {
    const quote = change(item, (side) => side.q);
    if (quote) row.append(make("div", "aside", `“${quote}”`));
  }
  const parts = make("ul");
  const lights = [[placesOf(item), item.l === "events" ? "lit-trigger" : "lit-evidence"]];
  item.x.forEach((part, j) => {
    lights.push([placesOf(part), "lit-filler"]);
    if (shown(part) && (part.l === "arguments" || isError(part))) parts.append(drawPart(part, `${i}.${j}`, view));
  });
  if (parts.childElementCount) row.append(parts);
  addLight(view, row, lights);
  view.rows.set(`${i}`, row);
  return row;
}

function drawItems(view, p) {
  const list = make("div", "items");
  view.data.items.forEach((item, i) => {
    if (item.l !== "events" || !anyShown(item)) return;
    const [first] = placesOf(item);
    if (first && first[0] === p) list.append(drawItem(view, item, i));
  });
  return list;
}

function drawStances(view) {
  const section = make("section", "stances items");
  view.data.items.forEach((item, i) => {
    if (item.l === "stance" && anyShown(item)) section.append(drawItem(view, item, i));
  });
  if (section.childElementCount) section.prepend(make("h3", "", "Stance: holder → target"));
  return section;
}

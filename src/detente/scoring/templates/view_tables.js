// The slices to choose from, and what was taken for what.
function fillSlices() {
  data.slices.map((name, number) => [name, number]).sort(([a], [b]) => (a < b ? -1 : 1)).forEach(([name, number]) => {
    const option = make("option", "", name);
    option.value = number;
    byId("slice").append(option);
  });
  for (const one of data.articles) {
    for (const item of one.items) {
      for (const part of [item, ...item.x]) part.s = part.s.concat(one.slices);
    }
  }
  byId("slice").addEventListener("change", (event) => {
    state.slice = event.target.value;
    refresh();
  });
}

// rows are gold, columns predicted; a cell off the diagonal is the darker the more of its row it holds
function drawConfusion(table) {
  const section = make("section");
  const element = make("table");
  const head = make("tr");
  head.append(make("td", "", "gold ↓ predicted →"));
  for (const label of table.labels) {
    const cell = make("th", "", label);
    cell.scope = "col";
    head.append(cell);
  }
  element.append(make("caption", "", table.title), head);
  table.rows.forEach((numbers, r) => {
    const total = numbers.reduce((sum, n) => sum + n, 0);
    if (!total) return;
    const row = make("tr");
    const name = make("th", "", table.labels[r]);
    name.scope = "row";
    row.append(name);
    numbers.forEach((n, c) => {
      const cell = make("td", r === c ? "right" : "wrong", n || "");
      if (n && r !== c) cell.style.setProperty("--share", `${Math.round((100 * n) / total)}%`);
      cell.title = `gold ${table.labels[r]}, predicted ${table.labels[c]}: ${n}`;
      row.append(cell);
    });
    element.append(row);
  });
  section.append(element);
  return section;
}

function fillConfusions() {
  byId("confusion").hidden = !data.confusion.length;
  byId("confusion").append(...data.confusion.map(drawConfusion));
}

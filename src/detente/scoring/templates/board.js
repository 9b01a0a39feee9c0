"use strict";
// Sorting of every table marked sortable; an empty cell comes last whichever way the column is sorted.
function compare(one, other, direction) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const numbers = [Number(one), Number(other)];
  const order = numbers.some(Number.isNaN) ? one.localeCompare(other, "en", { numeric: true }) : numbers[0] - numbers[1];
  return direction === "descending" ? -order : order;
}

function sort(table, heading, column) {
  const first = heading.dataset.first ?? "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const direction = heading.getAttribute("aria-sort") === first ? second : first;
  for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction);
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [row.cells[column].dataset.sort ?? "", row]);
  rows.sort((one, other) => compare(one[0], other[0], direction));
  body.append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    heading.querySelector("button")?.addEventListener("click", () => sort(table, heading, column));
  });
}

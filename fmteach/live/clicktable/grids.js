// The grids of the click table and the numbers in them. text.py has the same rules in Python.

const UNDECIDED = 0.05;
const STATES = { 1: "clicked", "-1": "not clicked", 0: "never shown" };
const MARKS = { 1: "+1", "-1": "−1", 0: "?" };

const says = (value) => (Math.abs(value) < UNDECIDED ? 0 : Math.sign(value));

function signed(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : (value > 0 ? "+" : "−") + text;
}

function countOf(fit, clicks, truth) {
  const of = { wrong: 0, shown: 0, right: 0, hidden: 0, never: 0 };
  clicks.forEach((row, u) => row.forEach((y, f) => {
    const told = says(score(fit, u, f));
    if (y !== 0) {
      of.shown += 1;
      of.wrong += told !== y;
    } else {
      of.never += 1;
      if (truth[u][f] === 0) return;
      of.hidden += 1;
      of.right += told === truth[u][f];
    }
  }));
  return of;
}

// "w₀ + w_u + w_f", with the first letters of the two fields.
function formula(letters, last) {
  const box = make("span", "fmct-formula");
  const term = (name, index) => {
    const italic = make("i", "", name);
    if (index) italic.append(make("sub", "", index));
    return italic;
  };
  box.append(term("w", "0"), " + ", term("w", letters[0]), " + ", term("w", letters[1]));
  if (last === "weight") box.append(" + ", term("w", letters.join("")));
  if (last === "factors") box.append(" + ⟨", term("v", letters[0]), ", ", term("v", letters[1]), "⟩");
  return box;
}

// "⟨v_Ana, v_Dune⟩ = (−0.945) · (−0.930) = +0.88": how the FM comes to its pair term.
function productOf(names, one, other, pair) {
  const v = (name) => {
    const italic = make("i", "", "v");
    italic.append(make("sub", "", name));
    return italic;
  };
  const number = (value) => signed(value, 3).replace(/^−.*/, "($&)").replace("+", "");
  const steps = one.map((value, l) => `${number(value)} · ${number(other[l])}`).join(" + ");
  return ["FM: ⟨", v(names[0]), ", ", v(names[1]), `⟩ = ${steps} = `, make("b", "", signed(pair))];
}

// A table with the names around it; `cell(u, f)` makes what stands inside.
function grid({ rows, columns }, label, tag, cell) {
  const table = make("table", "fmct-grid");
  table.setAttribute("aria-label", label);
  if (tag) table.setAttribute("role", tag);
  const head = make("tr");
  head.append(make("td", "fmct-corner"));
  for (const name of columns) {
    const th = make("th", "", name);
    th.scope = "col";
    th.title = name;
    head.append(th);
  }
  const body = make("tbody");
  const cells = rows.map((name, u) => {
    const tr = make("tr");
    const th = make("th", "", name);
    th.scope = "row";
    th.title = name;
    tr.append(th);
    const made = columns.map((_, f) => cell(u, f));
    tr.append(...made);
    body.append(tr);
    return made;
  });
  const thead = make("thead");
  thead.append(head);
  table.append(thead, body);
  return { table, cells };
}

// A card: what one model is, what it says of every cell, and how often it is right.
function modelCard(name, names, letters, last, label) {
  const box = make("section", "fmct-card");
  const title = make("div", "fmct-title");
  const heading = make("b", "", label);
  title.append(heading, formula(letters, last));
  const { table, cells } = grid(names, `What ${label} says`, "", () => {
    const td = make("td", "fmct-cell");
    td.append(make("span", "fmct-value"), make("span", "fmct-mark"), make("span", "fm-sr"));
    td.children[1].setAttribute("aria-hidden", "true");
    return td;
  });
  const wrong = make("p", "fmct-wrong");
  const never = make("p", "fmct-never");
  box.append(title, table, wrong, never);

  function paint(fit, clicks, truth) {
    clicks.forEach((row, u) => row.forEach((y, f) => paintCell(cells[u][f], fit, y, truth[u][f], u, f)));
    const of = countOf(fit, clicks, truth);
    wrong.replaceChildren(
      make("b", of.wrong ? "bad" : "good", of.wrong ? `✗ wrong on ${of.wrong} of ${of.shown}` : `✓ wrong on 0 of ${of.shown}`),
      " shown cells",
    );
    never.replaceChildren(...neverWords(of, fit, clicks));
    return of;
  }

  function paintCell(td, fit, y, truth, u, f) {
    const value = score(fit, u, f), told = says(value), known = y || truth;
    const right = known === 0 ? null : told === known;
    const borrowed = name === "poly-2" && y === 0;
    td.className = `fmct-cell ${told > 0 ? "plus" : told < 0 ? "minus" : "none"}`;
    td.classList.toggle("hidden", y === 0);
    td.classList.toggle("wrong", right === false);
    td.classList.toggle("borrowed", borrowed);
    td.style.setProperty("--strength", `${Math.round(40 * Math.min(1, Math.abs(value)))}%`);
    const [number, mark, words] = td.children;
    number.textContent = signed(value, 1);
    mark.textContent = right === false ? "✗" : right && y === 0 ? "✓" : "";
    words.textContent = [
      y === 0 ? " never shown" : "",
      borrowed ? ", no weight of its own" : "",
      right === false ? ", wrong" : right && y === 0 ? ", right" : "",
    ].join("");
  }

  function neverWords(of, fit, clicks) {
    if (!of.never) return ["every cell is shown"];
    if (of.hidden === of.never) {
      const all = of.right === of.hidden;
      const words = `${all ? "✓ " : ""}right on ${of.right} of ${of.hidden}`;
      return [make("b", all ? "good" : "bad", words), " never-shown cells"];
    }
    let plus = 0, minus = 0;
    clicks.forEach((row, u) => row.forEach((y, f) => {
      if (y !== 0) return;
      plus += says(score(fit, u, f)) > 0;
      minus += says(score(fit, u, f)) < 0;
    }));
    const rest = of.never - plus - minus;
    return [`never shown: ${of.never}; + on ${plus}, − on ${minus}${rest ? `, 0.0 on ${rest}` : ""}`];
  }

  return { box, cells, paint, heading };
}
